"""Where the hall's pages are found."""

from django.urls import path

from huhang.doors.hall import health

app_name = "hall"

urlpatterns = [
    path("healthz", health.health, name="health"),
]
