"""Addresses of lectures, drills and checks."""

from django.urls import path

from huhang.doors.desk.trainings import codes, importing, listing, planning

urlpatterns = [
    path("trainings/", listing.trainings, name="trainings"),
    path("trainings/export.xlsx", listing.export_page, name="trainings_export"),
    path("trainings/new/", planning.new_training, name="training_new"),
    *importing.PAGES.urls("trainings/imports/"),
    path("cases/<str:number>/codes/", codes.codes_page, name="training_codes"),
]
