"""The programs' door put together: routes, who may come in, and how every refusal is told."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from huhang.doors.api import (
    beside,
    bodies,
    cases,
    events,
    inside,
    liaisons,
    matters,
    moves,
    notices,
    officedays,
    posts,
    problems,
    proposals,
    reference,
    repeats,
    requests,
    rounds,
    statistics,
    subjects,
    surveys,
    trainings,
    visits,
    webhooks,
)
from huhang.doors.api.gate import Token

api = NinjaAPI(
    title="护航接口",
    version="1",
    urls_namespace="v1",
    openapi_url=None,
    docs_url=None,
    auth=Token(),
    parser=bodies.StrictParser(),
)


def _refused(request: HttpRequest, exc: Any) -> HttpResponse:
    return problems.of_exception(exc)


def _invalid(request: HttpRequest, exc: Any) -> HttpResponse:
    return problems.of_refusal(bodies.invalid(exc))


api.add_exception_handler(Exception, _refused)
for known in list(api._exception_handlers):
    api.add_exception_handler(known, _refused)
api.add_exception_handler(ValidationError, _invalid)

api.add_router("", reference.router)
api.add_router("", events.router)
api.add_router("", statistics.router)
api.add_router("/requests", repeats.router)
api.add_router("/subjects", subjects.router)
api.add_router("/webhooks", webhooks.router)
api.add_router("/liaisons", liaisons.router)
api.add_router("/matters", matters.router)
api.add_router("/visits", visits.router)
api.add_router("/posts", posts.router)
api.add_router("/notices", notices.router)
api.add_router("/surveys", surveys.router)
api.add_router("/trainings", trainings.router)
api.add_router("/rounds", rounds.router)
api.add_router("/office-days", officedays.router)
api.add_router("/cases", cases.router)
api.add_router("/requests", requests.router)
api.add_router("/requests", moves.router)
api.add_router("/requests", inside.router)
api.add_router("/requests", beside.router)
api.add_router("/requests", proposals.router)
