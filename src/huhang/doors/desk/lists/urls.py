"""Addresses of the lists."""

from django.urls import path

from huhang.doors.desk.lists import batches, bulk, downloads, export, listing, printing, rectifying, saved

urlpatterns = [
    path("", listing.inbox_page, name="inbox"),
    path("ledger/", listing.ledger_page, name="ledger"),
    path("views/new/", saved.view_new, name="view_new"),
    path("views/<uuid:pk>/forget/", saved.view_forget, name="view_forget"),
    path("views/", saved.views_page, name="views"),
    path("export.<str:form>", export.export_page, name="export"),
    path("list/print/", printing.list_print, name="list_print"),
    path("downloads/", downloads.downloads_page, name="downloads"),
    path("downloads/new/", downloads.download_new, name="download_new"),
    path("downloads/<uuid:pk>/", downloads.download_page, name="download"),
    path("downloads/<uuid:pk>/progress/", downloads.progress_part, name="download_progress"),
    path("downloads/<uuid:pk>/file/", downloads.download_file, name="download_file"),
    path("downloads/<uuid:pk>/remove/", downloads.download_remove, name="download_remove"),
    path("rectifications/", rectifying.rectifications, name="rectifications"),
    path("bulk/", bulk.bulk_page, name="bulk"),
    path("batches/", batches.batches_page, name="batches"),
    path("batches/<uuid:pk>/", batches.batch_page, name="batch"),
    path("batches/<uuid:pk>/progress/", batches.progress_part, name="batch_progress"),
]
