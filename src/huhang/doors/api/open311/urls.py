"""Addresses of the Open311 door, with the endings the standard asks for."""

from django.urls import path

from huhang.doors.api.open311 import description, offered, requests

app_name = "open311"

urlpatterns = [
    path("discovery.<slug:media>", offered.discovery, name="discovery"),
    path("v2/openapi.json", description.openapi, name="openapi"),
    path("v2/services.<slug:media>", offered.services, name="services"),
    path("v2/services/<str:code>.<slug:media>", offered.definition, name="service"),
    path("v2/requests.<slug:media>", requests.requests, name="requests"),
    path("v2/requests/<str:number>.<slug:media>", requests.one, name="request"),
    path("v2/tokens/<str:token>.<slug:media>", requests.token, name="token"),
]
