"""Addresses of recurring duties."""

from django.urls import path

from huhang.doors.desk.rounds import calendar, duty, excusing, export, listing, mine, units

urlpatterns = [
    path("rounds/", mine.mine_page, name="rounds"),
    path("rounds/units/", units.units_page, name="rounds_units"),
    path("rounds/list/", listing.list_page, name="rounds_list"),
    path("rounds/excuse/", excusing.excuse_page, name="rounds_excuse"),
    path("rounds/export/", export.export_page, name="rounds_export"),
    path("rounds/calendar/", calendar.calendar_page, name="rounds_calendar"),
    path("rounds/calendar/address/", calendar.feed_page, name="rounds_feed"),
    path("rounds/<slug:rule>/<uuid:of>/<str:day>/", duty.duty_page, name="round"),
]
