"""Addresses of the table import."""

from django.urls import path

from huhang.doors.desk.imports import pages

urlpatterns = [
    path("imports/", pages.imports, name="imports"),
    path("imports/<uuid:pk>/", pages.run_page, name="import"),
    path("imports/<uuid:pk>/begin/", pages.begin_page, name="import_begin"),
    path("imports/<uuid:pk>/discard/", pages.discard_page, name="import_discard"),
    path("imports/<uuid:pk>/progress/", pages.progress_page, name="import_progress"),
    path("imports/<uuid:pk>/report.<str:shape>", pages.report_page, name="import_report"),
]
