"""Addresses of administration."""

from django.urls import path

from huhang.doors.desk.admin import areas, catalog, health, journal, people, routing, tokens, units, webhooks

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/new/", people.enrol, name="person_new"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/posts/<uuid:post>/relieve/", people.relieve, name="relieve"),
    path("people/<uuid:pk>/leave/", people.leave, name="leave"),
    path("people/<uuid:pk>/password/", people.reset, name="password"),
    path("units/", units.units, name="units"),
    path("units/new/", units.found, name="unit_new"),
    path("units/areas/", areas.areas, name="unit_areas"),
    path("units/<uuid:pk>/", units.unit, name="unit"),
    path("catalog/", catalog.catalog, name="catalog"),
    path("catalog/notice/", catalog.notice, name="notice"),
    path("catalog/calendar/<int:year>/", catalog.calendar, name="calendar"),
    path("catalog/<str:kind>/<str:code>/", catalog.entry, name="entry"),
    path("routing/", routing.routing, name="routing"),
    path("routing/choices/", routing.choices, name="routing_choices"),
    path("health/", health.health, name="health"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<uuid:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/<uuid:pk>/", webhooks.webhook, name="webhook"),
    path("tokens/webhooks/<uuid:pk>/", webhooks.webhook_mine, name="webhook_mine"),
    path("journal/", journal.journal, name="journal"),
]
