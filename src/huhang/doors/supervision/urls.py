"""Where the pages of supervision are found."""

from django.urls import path

from huhang.doors.supervision import export, pages

app_name = "supervision"

urlpatterns = [
    path("", pages.overview, name="today"),
    path("units/", pages.units_page, name="units"),
    path("rows/", pages.rows_page, name="rows"),
    path("late/", pages.late_page, name="late"),
    path("print/", pages.print_page, name="print"),
    path("export/", export.export, name="export"),
]
