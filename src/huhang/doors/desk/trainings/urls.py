"""Addresses of lectures, drills and checks."""

from django.urls import path

from huhang.doors.desk.trainings import codes, importing, listing, planning

urlpatterns = [
    path("trainings/", listing.trainings, name="trainings"),
    path("trainings/export.xlsx", listing.export_page, name="trainings_export"),
    path("trainings/new/", planning.new_training, name="training_new"),
    path("trainings/imports/", importing.imports_page, name="training_imports"),
    path("trainings/imports/template.xlsx", importing.template_page, name="training_template"),
    path("trainings/imports/<uuid:pk>/", importing.import_page, name="training_import"),
    path("trainings/imports/<uuid:pk>/begin/", importing.begin_page, name="training_import_begin"),
    path("trainings/imports/<uuid:pk>/undo/", importing.undo_page, name="training_import_undo"),
    path("cases/<str:number>/codes/", codes.codes_page, name="training_codes"),
]
