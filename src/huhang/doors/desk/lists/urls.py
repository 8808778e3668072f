"""Addresses of the lists."""

from django.urls import path

from huhang.doors.desk.lists import batches, bulk, export, listing, saved

urlpatterns = [
    path("", listing.inbox_page, name="inbox"),
    path("ledger/", listing.ledger_page, name="ledger"),
    path("views/new/", saved.view_new, name="view_new"),
    path("views/<uuid:pk>/forget/", saved.view_forget, name="view_forget"),
    path("export.<str:form>", export.export_page, name="export"),
    path("bulk/", bulk.bulk_page, name="bulk"),
    path("batches/", batches.batches_page, name="batches"),
    path("batches/<uuid:pk>/", batches.batch_page, name="batch"),
    path("batches/<uuid:pk>/progress/", batches.progress_part, name="batch_progress"),
]
