"""Where the programs' door is found. Only what describes the API is public; every operation asks for a token."""

from django.urls import include, path

from huhang.doors.api import documents
from huhang.doors.api.api import api

app_name = "api"

urlpatterns = [
    path("v1/", documents.index, name="index"),
    path("v1/openapi.json", documents.openapi, name="openapi"),
    path("v1/docs", documents.docs, name="docs"),
    path("v1/problems/<slug:code>", documents.problem_page, name="problem"),
    path("v1/", api.urls),
    path("open311/", include("huhang.doors.api.open311.urls")),
]
