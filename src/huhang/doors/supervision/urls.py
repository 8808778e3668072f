"""Where the pages of supervision are found."""

from django.urls import path

from huhang.doors.supervision import cards, export, matters, pages, simulation, statistics, surveys, worst

app_name = "supervision"

urlpatterns = [
    path("", pages.overview, name="today"),
    path("units/", pages.units_page, name="units"),
    path("rows/", pages.rows_page, name="rows"),
    path("late/", pages.late_page, name="late"),
    path("print/", pages.print_page, name="print"),
    path("cards/", cards.cards_page, name="cards"),
    path("cards/new/", cards.card_new, name="card_new"),
    path("cards/simulate/", simulation.simulate_page, name="card_simulate"),
    path("export/", export.export, name="export"),
    path("statistics/", statistics.statistics_page, name="statistics"),
    path("statistics/export/", statistics.statistics_export, name="statistics_export"),
    path("matters/", matters.matters_page, name="matters"),
    path("matters/export/", matters.matters_export, name="matters_export"),
    path("matters/<uuid:pk>/", matters.matter_page, name="matter"),
    path("worst/", worst.worst_page, name="worst"),
    path("worst/surveys/", surveys.surveys_page, name="surveys"),
    path("worst/export/", worst.worst_export, name="worst_export"),
]
