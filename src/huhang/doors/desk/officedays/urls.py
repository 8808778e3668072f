"""Addresses of office days."""

from django.urls import path

from huhang.doors.desk.officedays import announcing, importing, listing

urlpatterns = [
    path("office-days/", listing.office_days, name="office_days"),
    path("office-days/export.xlsx", listing.export_page, name="office_days_export"),
    path("office-days/new/", announcing.new_office_day, name="office_day_new"),
    *importing.PAGES.urls("office-days/imports/"),
]
