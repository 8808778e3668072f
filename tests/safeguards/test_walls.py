"""SAFEGUARDS 2: nobody sees another's records: every address, method, persona and relation in one table."""

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.plugins.coverage_of_routes import signs_in
from tests.plugins.figures import figure
from tests.plugins.routes import Route, routes
from tests.safeguards.knocking import bare, knock
from tests.safeguards.situation import Persona, Situation, make_situation

FILE = Path(__file__).parent / "walls.yaml"
Cell = tuple[str, str, str]
"""An address with its method, a persona, a relation."""
CASE_FIELDS = {"attachment", "pk"}
THINGS = {"batch": "batch", "import": "import", "view_": "view", "token_": "token", "webhook_mine": "webhook"}
SENT: dict[str, Any] = {
    "desk:comment": {"text": "一条备注"},
    "desk:talk": {"text": "一句话"},
    "hall:talk": {"text": "一句话", "idempotency_key": "talk-walls"},
    "v1:say": '{"text": "一句话"}',
    "desk:reveal": {"fields_wanted": "phone", "purpose": "回电核实", "other": "回电核实"},
    "desk:attach": lambda: {"file": SimpleUploadedFile("a.txt", "字".encode())},
    "v1:attachments": lambda: {"file": SimpleUploadedFile("a.txt", "字".encode())},
    "v1:comments": '{"text": "一条备注"}',
    "v1:reveal": '{"field": "phone", "why": "回电核实"}',
    "desk:alike": {"body": "晚上十二点以后渣土车从三号门过，宿舍睡不好。标记"},
    "v1:draft_alike": '{"body": "晚上十二点以后渣土车从三号门过，宿舍睡不好。标记"}',
    "v1:join": '{"requests": [{"number": "HS-7QK4-2M9D", "version": 1}], "reason": "同一件"}',
    "v1:make": '{"version": 1, "values": {}}',
    "v1:make_move": '{"version": 1, "values": {}}',
}
WRITES_ON_GET = {
    "desk:case": "opening a case marks what its person wrote as read, and says so in the journal",
    "hall:request": "opening one's request marks what the office wrote as read",
    "desk:file": "opening a person's file is a line the person sees",
    "hall:download": "opening a file is a line in the journal",
    "desk:export": "what was exported is a line in the journal",
    "desk:trainings_export": "what was exported is a line in the journal",
    "desk:office_days_export": "what was exported is a line in the journal",
    "desk:map_export": "what was exported is a line in the journal",
    "desk:notice_export": "what was exported is a line in the journal",
    "desk:survey_export": "what was exported is a line in the journal",
    "supervision:export": "what was exported is a line in the journal",
    "supervision:matters_export": "what was exported is a line in the journal",
    "supervision:worst_export": "what was exported is a line in the journal",
    "supervision:statistics_export": "what was exported is a line in the journal",
}
SESSIONS = re.compile(r"^(INSERT INTO|UPDATE|DELETE FROM) .django_session").match
BEHIND_A_QUERY = {
    "desk:export": "?q=标记",
    "desk:ledger": "?q=标记",
    "v1:list_requests": "?q=标记&count=true&limit=200",
    "v1:list_cases": "?count=true&limit=200",
    "supervision:rows": "?figure=received&period=year",
}


def sort_of(answer: Any) -> str:
    """What an answer comes down to."""
    if signs_in(answer):
        return "sign-in"
    code = answer.status_code
    known = {403: "denied", 404: "gone", 405: "method", 429: "wait"}
    return known.get(code, "ok" if code < 400 else "fault" if code >= 500 else "asks")


def thing_of(route: Route) -> str | None:
    last = route.name.rpartition(":")[2]
    return next(
        (sort for start, sort in THINGS.items() if route.name.startswith("desk:") and last.startswith(start)), None
    )


def addresses(now: Situation, route: Route, persona: Persona) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every relation that makes sense for this address and persona, with the ids it puts into the address."""
    ids: dict[str, Any] = {"pk": now.city.users["liaison"].pk, "post": uuid.UUID(int=7), "name": _move(route)}
    if route.path.startswith("account/"):
        ids["pk"] = 1
    if route.name == "desk:unit":
        ids["pk"] = now.city.units["quay"].pk
    if "number" in route.ids:
        for relation, case in persona.cases.items():
            inner = dict.fromkeys(CASE_FIELDS, now.files[case.pk].pk)
            yield relation, {**ids, "move": "sign", **inner, "number": case.number}
        if CASE_FIELDS & route.ids:
            mixed = dict.fromkeys(CASE_FIELDS, now.files[persona.cases["foreign"].pk].pk)
            first = next(iter(persona.cases.values()))
            yield "mixed", {**ids, **mixed, "number": first.number}
    elif (thing := thing_of(route)) and "pk" in route.ids:
        for relation in ("own", "foreign"):
            if relation == "foreign" or persona.key == now.things[thing]["owner"]:
                yield relation, {**ids, "pk": now.things[thing][relation]}
    else:
        yield "any", ids


def _move(route: Route) -> str:
    return "withdraw" if route.path.startswith("r/") else "sign"


def asked(now: Situation, route: Route, method: str, persona: Persona, ids: dict[str, Any]) -> Any:
    """The answer to one cell of the table."""
    api = route.path.startswith("api/")
    query = BEHIND_A_QUERY.get(route.name.removeprefix("api:"), "") if method == "GET" else ""
    data = SENT.get(route.name.removeprefix("api:")) if method == "POST" else None
    data = data() if callable(data) else data
    more: dict[str, Any] = {"headers": persona.headers(api)}
    if api and method == "POST" and route.name != "api:v1:attachments":
        more["content_type"] = "application/json"
    if route.name == "desk:move" and method == "POST":
        data = {"version": "1"}
    return knock(persona.client, method, route.url(ids) + query, data, **more)


def leaks(now: Situation, persona: Persona, answer: Any, number: str = "") -> list[str]:
    """Cases told of in an answer that this persona may not see."""
    return [
        case.number
        for case in now.cases
        if not persona.actor.sees(case)
        and ((case.number in answer.said and case.number != number) or case.title in answer.said)
    ]


def walked(now: Situation) -> tuple[dict[Cell, str], list[str]]:
    """The whole table as it is, and everything that went wrong beside it."""
    found: dict[Cell, str] = {}
    wrong: list[str] = []
    for route in routes():
        for method in route.methods:
            for persona in now.personas:
                _row(now, route, method, persona, found, wrong)
    return found, wrong


def _row(now: Situation, route: Route, method: str, persona: Persona, found: dict[Cell, str], wrong: list[str]) -> None:
    here, absent = f"{method} /{route.path}", None
    for relation, ids in addresses(now, route, persona):
        answer = asked(now, route, method, persona, ids)
        found[here, persona.key, relation] = sort_of(answer)
        number = str(ids.get("number", ""))
        if (
            method == "GET"
            and route.name not in WRITES_ON_GET
            and (told := [q for q in answer.wrote if not SESSIONS(q)])
        ):
            wrong.append(f"{here} {persona.key} {relation}: a GET wrote {told[0][:90]}")
        if told := leaks(now, persona, answer, number):
            wrong.append(f"{here} {persona.key} {relation}: tells of {told}")
        key = "number" if "number" in route.ids else "pk" if thing_of(route) else ""
        if answer.status_code == 404 and key in route.ids:
            if absent is None:
                nothing = {**ids, key: now.absent if key == "number" else uuid.UUID(int=9)}
                absent = (asked(now, route, method, persona, nothing), nothing[key])
            there, missing = absent
            same = there.status_code == 404 and bare(there.said, missing) == bare(answer.said, ids[key])
            if not same and relation != "mixed":
                wrong.append(f"{here} {persona.key} {relation}: absent answers {there.status_code} or other words")


def folded(table: dict[Cell, str]) -> dict[str, dict[str, str]]:
    """The table as people review it: personas that fare alike stand together."""
    rows: dict[str, dict[str, dict[str, str]]] = {}
    for (here, who, relation), sort in table.items():
        rows.setdefault(here, {}).setdefault(who, {})[relation] = sort
    out: dict[str, dict[str, str]] = {}
    for here, people in rows.items():
        alike: dict[str, list[str]] = {}
        for who, fares in people.items():
            same = set(fares.values())
            text = f"all {same.pop()}" if len(same) == 1 else ", ".join(f"{k} {v}" for k, v in fares.items())
            alike.setdefault(text, []).append(who)
        out[here] = {" ".join(who): text for text, who in alike.items()}
    return out


def write(table: dict[str, dict[str, str]]) -> None:
    """Writes the table anew under the words at its head."""
    head = "".join(line for line in FILE.read_text().splitlines(keepends=True) if line.startswith("#"))
    FILE.write_text(head + yaml.safe_dump(table, sort_keys=False, allow_unicode=True, width=1000))


@pytest.mark.django_db
def test_the_table_of_addresses_personas_and_relations_is_as_reviewed(pytestconfig: pytest.Config) -> None:
    now = make_situation()
    table, wrong = walked(now)
    assert not wrong, "\n".join(wrong)
    if pytestconfig.option.write_walls:
        write(folded(table))
    reviewed = yaml.safe_load(FILE.read_text())
    real = folded(table)
    changed = [
        f"{here}: {real.get(here)}, reviewed {reviewed.get(here)}"
        for here in sorted({*real, *reviewed})
        if real.get(here) != reviewed.get(here)
    ]
    sorts = Counter(table.values())
    assert sorts["fault"] == 0
    size = f"{len(table)} cells: {len(real)} addresses × {len(now.personas)} personas × relations"
    figure(2, f"{size}: {dict(sorts)}, {len(changed)} not as reviewed, 0 leaks; absent and foreign answer alike")
    assert not changed, "\n".join(changed)
