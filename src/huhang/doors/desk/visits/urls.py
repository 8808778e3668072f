"""Addresses of visits."""

from django.urls import path

from huhang.doors.desk.visits import gate, importing, listing, making, phone

urlpatterns = [
    path("visits/", listing.visits, name="visits"),
    path("visits/new/", making.new_visit, name="visit_new"),
    path("visits/phone/", phone.walk_page, name="visit_phone"),
    path("visits/phone/at-hand/", phone.at_hand, name="visit_at_hand"),
    path("visits/phone/find/", phone.find, name="visit_find"),
    path("visits/phone/sent/", phone.sent, name="visit_sent"),
    path("visits/phone/worker.js", phone.worker, name="visit_worker"),
    path("visits/phone/form.webmanifest", phone.manifest, name="visit_manifest"),
    path("visits/gate/<uuid:pk>/", gate.gate_page, name="visit_gate"),
    *importing.PAGES.urls("visits/imports/"),
]
