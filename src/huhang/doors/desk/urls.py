"""Addresses of the desk; each part of the door keeps its own list and adds it here."""

from huhang.doors.desk.admin import urls as admin
from huhang.doors.desk.case import urls as case
from huhang.doors.desk.imports import urls as imports
from huhang.doors.desk.liaisons import urls as liaisons
from huhang.doors.desk.lists import urls as lists
from huhang.doors.desk.map import urls as map_
from huhang.doors.desk.meetings import urls as meetings
from huhang.doors.desk.notices import urls as notices
from huhang.doors.desk.officedays import urls as officedays
from huhang.doors.desk.posts import urls as posts
from huhang.doors.desk.register import urls as register
from huhang.doors.desk.rounds import urls as rounds
from huhang.doors.desk.surveys import urls as surveys
from huhang.doors.desk.trainings import urls as trainings
from huhang.doors.desk.visits import urls as visits

app_name = "desk"
urlpatterns = [
    *lists.urlpatterns,
    *case.urlpatterns,
    *admin.urlpatterns,
    *imports.urlpatterns,
    *meetings.urlpatterns,
    *map_.urlpatterns,
    *liaisons.urlpatterns,
    *visits.urlpatterns,
    *posts.urlpatterns,
    *trainings.urlpatterns,
    *rounds.urlpatterns,
    *notices.urlpatterns,
    *officedays.urlpatterns,
    *surveys.urlpatterns,
    *register.urlpatterns,
]
