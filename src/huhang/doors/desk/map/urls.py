"""Addresses of the map."""

from django.urls import path

from huhang.doors.desk.map import pages

urlpatterns = [
    path("map/", pages.map_page, name="map"),
    path("map/list/", pages.list_page, name="map_list"),
    path("map/list.<str:form>", pages.export, name="map_export"),
    path("map/areas.json", pages.areas, name="map_areas"),
    path("map/due.json", pages.due, name="map_due"),
    path("map/tiles/<int:z>/<int:x>/<int:y>.pbf", pages.tile, name="map_tile"),
]
