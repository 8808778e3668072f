"""Addresses of joint meetings."""

from django.urls import path

from huhang.doors.desk.meetings import pages

urlpatterns = [
    path("meetings/", pages.meetings, name="meetings"),
    path("meetings/new/", pages.new_meeting, name="meeting_new"),
]
