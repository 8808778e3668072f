"""Addresses of the desk; each part of the door keeps its own list and adds it here."""

from huhang.doors.desk.lists import urls as lists

app_name = "desk"
urlpatterns = [*lists.urlpatterns]
