"""Addresses of surveys."""

from django.urls import path

from huhang.doors.desk.surveys import arranging, making, pages, printing

urlpatterns = [
    path("surveys/", pages.list_page, name="surveys"),
    path("surveys/new/", making.new_page, name="survey_new"),
    path("surveys/<uuid:pk>/", pages.survey_page, name="survey"),
    path("surveys/<uuid:pk>/rows/", pages.rows_page, name="survey_rows"),
    path("surveys/<uuid:pk>/export/", pages.export_page, name="survey_export"),
    path("surveys/<uuid:pk>/poster/", printing.poster_page, name="survey_poster"),
    path("surveys/<uuid:pk>/links/", printing.links_page, name="survey_links"),
    path("surveys/<uuid:pk>/remind/", making.remind_page, name="survey_remind"),
    path("surveys/<uuid:pk>/close/", making.close_page, name="survey_close"),
    path("surveys/<uuid:pk>/count/", making.count_page, name="survey_count"),
    path("surveys/<uuid:pk>/topics/<uuid:topic>/", arranging.topic_page, name="survey_topic"),
    path("surveys/<uuid:pk>/opinions/<uuid:opinion>/", arranging.opinion_page, name="survey_opinion"),
]
