"""Addresses of the case page and of what is done in a case."""

from django.urls import path

from huhang.doors.desk.case import (
    alike,
    disputes,
    intake,
    messages,
    moving,
    pages,
    preview,
    proposals,
    reveal,
    slip,
    talking,
    visits,
)

urlpatterns = [
    path("cases/<str:number>/", pages.case_page, name="case"),
    path("cases/<str:number>/clock/", pages.clock_page, name="clock"),
    path("cases/<str:number>/print/", pages.print_page, name="print"),
    path("cases/<str:number>/alike/", alike.case_alike, name="case_alike"),
    path("cases/<str:number>/join/", alike.join, name="join"),
    path("cases/<str:number>/comments/", pages.comment_page, name="comment"),
    path("cases/<str:number>/files/", pages.attach_page, name="attach"),
    path("cases/<str:number>/files/<uuid:pk>/", pages.file_page, name="file"),
    path("cases/<str:number>/talk/", talking.talk_page, name="talk"),
    path("cases/<str:number>/rating-slip/", slip.slip_page, name="rating_slip"),
    path("cases/<str:number>/reveal/", reveal.reveal_page, name="reveal"),
    path("cases/<str:number>/met/<uuid:pk>/", visits.met_page, name="visit_met"),
    path("cases/<str:number>/parties/<uuid:pk>/", disputes.party_page, name="dispute_party"),
    path("cases/<str:number>/moves/<str:name>/", moving.move_page, name="move"),
    path("cases/<str:number>/proposal/", proposals.proposal_page, name="proposal"),
    path("cases/<str:number>/moves/<str:name>/preview/", preview.preview_page, name="preview"),
    path("requests/new/", intake.new_request, name="request_new"),
    path("requests/alike/", alike.draft_alike, name="alike"),
    path("subjects/", intake.subjects, name="subjects"),
    path("messages/", messages.messages_page, name="messages"),
    path("outbox/", messages.outbox_page, name="outbox"),
]
