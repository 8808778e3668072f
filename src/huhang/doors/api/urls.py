"""Where the programs' door is found."""

from django.urls import path

from huhang.doors.api.api import api

app_name = "api"

urlpatterns = [
    path("v1/", api.urls),
]
