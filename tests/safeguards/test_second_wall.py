"""SAFEGUARDS 2 again with the first wall taken away: row-level security alone shows nobody a foreign row."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from huhang.base.access import queries as access
from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.statements import kept as keeping
from huhang.cases.models import Case
from tests.plugins.figures import figure
from tests.plugins.routes import routes
from tests.safeguards.situation import KEYS, Persona, Situation, make_situation
from tests.safeguards.test_walls import addresses, asked, leaks, sort_of

pytestmark = pytest.mark.django_db

TO_CASE = {
    "cases_case": "id",
    "files_file": '"case"',
    "journal_entry": '"case"',
    "notices_message": '"case"',
    "cases_clock_pause": "(SELECT k.case_id FROM cases_clock k WHERE k.id = t.clock_id)",
    "cases_clock_extension": "(SELECT k.case_id FROM cases_clock k WHERE k.id = t.clock_id)",
    "cases_batch_row": "case_id",
    "papers_paper": '"case"',
    "cards_notice": "card_id",
    "meetings_item": "meeting_id",
    "meetings_decision": "meeting_id",
}
"""How a row of a walled table says which case it is about, where that is not ``case_id``."""
NOT_ABOUT_A_CASE = {
    "cases_saved_view": ("owner_id", "unit_id"),
    "cases_batch": ("by_id",),
    "cases_counted": ("unit", "branch", "sensitive"),  # how many there are, of nobody in particular
    "downloads_download": ("by_id",),
    "cards_digest": ("user_id",),
    # what repeats is a place, a matter and a kind of call (K4): every officer may read of it, never who called
    "repeats_matter": ("id",),
    "repeats_note": ("id",),
    "repeats_run": ("id",),
    "repeats_survey": ("id",),
    "repeats_survey_row": ("id",),
    "exchange_subscription": ("owner_id",),
    "exchange_delivery": ("(SELECT s.owner_id FROM exchange_subscription s WHERE s.id = t.subscription_id)",),
    "requests_import": ("by_id",),
    "requests_import_row": ("(SELECT r.by_id FROM requests_import r WHERE r.id = t.run_id)",),
    "subjects_person": ("id",),
    # the register is every officer's to read; what is sensitive in it has its own test (tests/register/subjects)
    "subjects_subject": ("id",),
    "subjects_contact": ("id",),
    "cells_counted": ("id",),  # how many of them stand where (tests/register/cells)
    "subjects_change": ("id",),
    "subjects_correction": ("id",),
    "subjects_merge": ("id",),
    "subjects_pair": ("id",),
    # what was told and asked; the walls have their own tests (tests/scenarios/test_notices, test_surveys)
    "announcements_notice": ("id",),
    "announcements_enclosure": ("id",),
    "announcements_copy": ("id",),
    "surveying_round": ("unit_id", "branch"),
    "surveying_invitation": ("round_id",),
    "surveying_answer": ("round_id",),
    "surveying_topic": ("round_id",),
    "surveying_opinion": ("round_id",),
    "imports_run": ("by_id",),
    "trainings_import": ("by_id",),
    "officedays_import": ("by_id",),
    # posts are seen with the subject they stand in (tests/register/posts)
    "posts_post": ("id",),
    "posts_stay": ("id",),
    "posts_proposal": ("id",),
    "posts_round": ("id",),
    "posts_import": ("by_id",),
    "visits_import": ("by_id",),
    # excuses and what was written down are seen with the subject (tests/register/rounds); the rest is one's own
    "rounds_excuse": ("id",),
    "rounds_record": ("id",),
    "rounds_told": ("user_id",),
    "rounds_feed": ("user_id",),
    "imports_remark": ("(SELECT r.by_id FROM imports_run r WHERE r.id = t.run_id)",),
}
"""Walled tables whose rows belong to an officer, a unit or a person."""
LISTS = ("desk/", "desk/ledger/", "desk/export.<str:form>", "desk/batches/", "desk/messages/", "desk/imports/")


@pytest.fixture
def one_wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Every name under which a module knows the filter now lets everything through."""
    assert routes()  # the doors are loaded
    keeping.forget()  # statements that are kept hold the filter
    real, off = access.visible_to, 0
    for name, module in list(sys.modules.items()):
        if name.startswith("huhang.") and getattr(module, "visible_to", None) is real:
            monkeypatch.setattr(module, "visible_to", lambda actor, rows, prefix="": rows)
            off += 1
    monkeypatch.setattr(access, "seen", lambda actor, prefix="": None)
    yield off
    keeping.forget()


def walled() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public' ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def held(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def foreign_rows(now: Situation, table: str, actor: Actor) -> int:
    """Rows of a walled table about a case the rule keeps from this actor."""
    with acting(SYSTEM):
        allowed = {case.pk for case in Case.objects.all() if actor.sees(case)}
    # one's own acts stay one's own to read, also when the case has gone elsewhere
    others = f" WHERE t.actor IS DISTINCT FROM '{actor.id}'" if table == "journal_entry" and actor.id else ""
    with acting(actor):
        about = held(f"SELECT {TO_CASE.get(table, 'case_id')} FROM {table} t{others}")
    return sum(one is not None and one not in allowed for one in about)


def test_every_walled_table_shows_an_actor_only_rows_of_cases_they_may_see() -> None:
    now = make_situation()
    actors = [p.actor for p in now.personas]
    looked = 0
    for table in walled():
        if table in NOT_ABOUT_A_CASE:
            continue
        with acting(SYSTEM):
            there = held(f"SELECT count(*) FROM {table}")[0]
        looked += there * len(actors)
        for actor in actors:
            assert foreign_rows(now, table, actor) == 0, (table, actor)
    figure(2, f"row-level security alone, {len(walled())} walled tables: {looked} rows × actors asked for, 0 foreign")


def test_what_belongs_to_an_officer_or_a_person_is_shown_to_nobody_else() -> None:
    now = make_situation()
    for persona in now.personas:
        actor = persona.actor
        with acting(actor):
            assert set(held("SELECT by_id FROM cases_batch")) <= {actor.user} or actor.everything
            assert set(held("SELECT by_id FROM requests_import")) <= {actor.user} or actor.everything
            assert set(held("SELECT by_id FROM imports_run")) <= {actor.user} or actor.everything
            assert set(held("SELECT by_id FROM posts_import")) <= {actor.user} or actor.everything
            assert set(held("SELECT by_id FROM trainings_import")) <= {actor.user} or actor.everything
            assert set(held("SELECT by_id FROM visits_import")) <= {actor.user} or actor.everything
            assert set(held("SELECT by_id FROM officedays_import")) <= {actor.user} or actor.everything
            assert set(held("SELECT user_id FROM rounds_feed")) <= {actor.user} or actor.everything
            assert set(held("SELECT by_id FROM downloads_download")) <= {actor.user} or actor.everything
            assert set(held("SELECT user_id FROM cards_digest")) <= {actor.user} or actor.everything
            assert set(held("SELECT owner_id FROM exchange_subscription")) <= {actor.user} or actor.everything
            views = "SELECT owner_id FROM cases_saved_view WHERE unit_id IS NULL"
            assert set(held(views)) <= {actor.user} or actor.everything
            counted = held("SELECT ARRAY[unit, branch] FROM cases_counted")
            own = {*actor.units, *actor.branches}
            assert actor.everything or all(own & set(where) for where in counted)
            assert actor.sees_sensitive or True not in held("SELECT sensitive FROM cases_counted")
            people = set(held("SELECT id FROM subjects_person"))
        seen = {case.requester_id for case in now.cases if actor.sees(case)} | {actor.person}
        assert people <= seen or actor.everything, persona.key


def test_every_table_about_cases_has_a_wall() -> None:
    """A new table with a case in it needs a policy, or this fails with its name."""
    statement = (
        "SELECT DISTINCT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name IN ('case_id', 'case')"
    )
    assert set(held(statement)) <= set(walled())
    assert set(NOT_ABOUT_A_CASE) <= set(walled())


def test_pages_lists_searches_and_counts_leak_nothing_without_the_filter(one_wall: int) -> None:
    assert one_wall >= 10
    now = make_situation()
    asked_, told = 0, []
    for persona in now.personas:
        for route in routes():
            if "GET" not in route.methods or not _tells_of_cases(route.path, persona):
                continue
            for relation, ids in addresses(now, route, persona):
                answer = asked(now, route, "GET", persona, ids)
                asked_ += 1
                number = str(ids.get("number", ""))
                if found := leaks(now, persona, answer, number):
                    told.append(f"{route.path} {persona.key} {relation}: {found}")
                hidden = "number" in route.ids and not persona.actor.sees(_case(now, number))
                if hidden and sort_of(answer) in ("ok", "asks"):
                    told.append(f"{route.path} {persona.key} {relation}: opened")
    figure(2, f"application filter off in {one_wall} modules: {asked_} pages, lists, searches and exports, 0 leaks")
    assert not told, "\n".join(told)


def test_counts_are_of_what_one_sees_without_the_filter(one_wall: int) -> None:
    now = make_situation()
    with acting(SYSTEM):
        every = list(Case.objects.all())
    for persona in now.personas:
        if persona.key in KEYS:
            answer = persona.client.get("/api/v1/requests?count=true", headers=persona.headers(True))
            assert answer.json()["count"] == sum(persona.actor.sees(case) for case in every), persona.key


def _case(now: Situation, number: str) -> Any:
    return next(case for case in now.cases if case.number == number)


def _tells_of_cases(path: str, persona: Persona) -> bool:
    if persona.key in ("token", "session", "liaison", "leader", "supervisor"):
        return False
    return "<str:number>" in path or path in LISTS or path.startswith(("supervision/", "mine/", "api/v1/requests"))
