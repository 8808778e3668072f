"""Addresses of the register."""

from django.urls import path

from huhang.doors.desk.register import contacts, corrections, duplicates, editing, export, imports, lists, record

urlpatterns = [
    path("register/", lists.list_page, name="register"),
    path("register/new/", editing.new_page, name="subject_new"),
    path("register/duplicates/", duplicates.list_page, name="duplicates"),
    path("register/duplicates/<uuid:pk>/", duplicates.pair_page, name="duplicate"),
    path("register/merges/<uuid:pk>/", duplicates.part_page, name="subject_part"),
    path("register/corrections/", corrections.list_page, name="corrections"),
    path("register/corrections/<uuid:pk>/", corrections.correction_page, name="correction"),
    path("register/contacts/<uuid:pk>/end/", contacts.contact_end, name="contact_end"),
    path("register/contacts/<uuid:pk>/reveal/", contacts.contact_reveal, name="contact_reveal"),
    path("register/export/", export.export_page, name="register_export"),
    path("register/imports/", imports.imports_page, name="register_imports"),
    path("register/imports/template/", imports.template_page, name="register_template"),
    path("register/imports/<uuid:pk>/", imports.run_page, name="register_import"),
    path("register/imports/<uuid:pk>/begin/", imports.begin_page, name="register_import_begin"),
    path("register/imports/<uuid:pk>/discard/", imports.discard_page, name="register_import_discard"),
    path("register/imports/<uuid:pk>/undo/", imports.undo_page, name="register_import_undo"),
    path("register/imports/<uuid:pk>/progress/", imports.progress_page, name="register_import_progress"),
    path("register/imports/<uuid:pk>/report.<str:shape>", imports.report_page, name="register_import_report"),
    path("register/<uuid:pk>/", record.record_page, name="subject"),
    path("register/<uuid:pk>/edit/", editing.edit_page, name="subject_edit"),
    path("register/<uuid:pk>/state/", editing.state_page, name="subject_state"),
    path("register/<uuid:pk>/contacts/", contacts.new_contact, name="contact_new"),
    path("register/<uuid:pk>/same/", duplicates.same_page, name="subject_same"),
]
