"""What is told of a visit, checked field by field before anything is written."""

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from huhang.base.access.queries import visible_to
from huhang.base.access.rules import Actor
from huhang.cases.models import Case
from huhang.kernel.errors import Invalid
from huhang.kernel.identifiers import check_phone
from huhang.kernel.numbering import normalise_number
from huhang.kernel.text import clean
from huhang.kinds.visits import catalogue
from huhang.kinds.visits.rules import MODES, MOST_ACCURACY, MOST_NAMED, MOST_PEOPLE, MOST_REQUESTS
from huhang.register.subjects.catalogue import role_choices
from huhang.register.subjects.models import Subject


@dataclass(frozen=True)
class Named:
    """Somebody who was met and agreed to be named."""

    name: str
    role: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Answered:
    """One answer to the questionnaire."""

    question: str
    chosen: list[str] = field(default_factory=list)
    number: int | None = None
    text: str = ""


@dataclass
class Told:
    """A visit as it was told, whole and checked."""

    mode: str = ""
    purpose: str = ""
    purpose_version: int = 0
    cause: str = ""
    cause_version: int = 0
    counts: bool = True
    cause_note: str = ""
    follows: uuid.UUID | None = None
    session: uuid.UUID | None = None
    body: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    accuracy: float | None = None
    people: int = 0
    met: list[Named] = field(default_factory=list)
    consent: bool = False
    sheet: str = ""
    sheet_version: int = 0
    answers: list[Answered] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)


class _Reading:
    """Takes values one by one and gathers what is wrong with them."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values, self.problems = values, dict[str, str]()

    def text(self, name: str, most: int, *, needed: str = "") -> str:
        try:
            said = clean(str(self.values.get(name) or ""), max_length=most)
        except Invalid as wrong:
            self.problems[name] = wrong.text
            return ""
        if needed and not said:
            self.problems[name] = needed
        return said

    def code(self, name: str, known: Mapping[str, Any]) -> str:
        said = str(self.values.get(name) or "")
        if said not in known:
            self.problems[name] = "请从列出的选项里选一项。"
            return ""
        return said

    def number(self, name: str, low: float, high: float) -> float | None:
        raw = self.values.get(name)
        if raw in (None, ""):
            return None
        try:
            said = float(raw)
        except (TypeError, ValueError):
            said = math.nan
        if not low <= said <= high:  # nan passes no comparison
            self.problems[name] = "这个数不对，请重新定位或不填。"
            return None
        return said


def told_of(values: Mapping[str, Any], subject: Subject, *, by: Actor) -> Told:
    """What was told, checked.

    Raises:
        Invalid: every problem, under the name of its field (``met.0.phone``, ``requests.1.body``, ``answers.safe``).
    """
    read = _Reading(values)
    told = Told(
        mode=read.code("mode", dict(MODES)),
        purpose=read.code("purpose", catalogue.purposes()),
        body=read.text("body", 20_000),
        place=read.text("place", 200).replace("\n", " "),
        lon=read.number("lon", -180, 180),
        lat=read.number("lat", -90, 90),
        accuracy=read.number("accuracy", 0, MOST_ACCURACY),
        consent=values.get("consent") in (True, "on", "true", "1"),
    )
    if (told.lon is None) != (told.lat is None):
        read.problems.setdefault("lon", "坐标不完整或超出范围。")
    if told.purpose:
        told.purpose_version = int(catalogue.purposes()[told.purpose]["version"])
    _cause(read, told, subject, by)
    _session(read, told, by)
    _people(read, told, subject)
    _answers(read, told)
    _requests(read, told)
    if read.problems:
        raise Invalid(problems=read.problems)
    return told


def _cause(read: _Reading, told: Told, subject: Subject, by: Actor) -> None:
    told.cause = read.code("cause", catalogue.causes())
    if not told.cause:
        return
    body = catalogue.causes()[told.cause]
    told.cause_version, told.counts = int(body["version"]), bool(body["counts"])
    if body.get("needs") == "note":
        told.cause_note = read.text("cause_note", 200, needed="请写明是谁邀请、或发生了什么。").replace("\n", " ")
    if body.get("needs") == "follows":
        told.follows = _open_matter(read, subject, by)


def _open_matter(read: _Reading, subject: Subject, by: Actor) -> uuid.UUID | None:
    """A visit that follows up something open names it, and it is this subject's: so that a cause is no loophole."""
    why = "请填这个主体一件还没有办结的事项的编号。"
    try:
        number = normalise_number(str(read.values.get("follows") or ""))
    except Invalid:
        read.problems["follows"] = why
        return None
    rows = visible_to(by, Case.objects.filter(number=number, subject=subject, is_open=True))
    found = rows.exclude(kind="visit").values_list("pk", flat=True).first()
    if found is None:
        read.problems["follows"] = why
    return found


def _session(read: _Reading, told: Told, by: Actor) -> None:
    """One occasion with several subjects is one session: the visit names an earlier one of the same officer."""
    said = str(read.values.get("same_session") or "").strip()
    if not said:
        return
    try:
        rows = visible_to(by, Case.objects.filter(kind="visit", number=normalise_number(said)))
    except Invalid:
        rows = Case.objects.none()
    if by.kind == "officer":
        rows = rows.filter(officer_id=by.user)
    told.session = rows.values_list("visit__session", flat=True).first()
    if told.session is None:
        read.problems["same_session"] = "请填您自己同一场走访的编号。"


def _people(read: _Reading, told: Told, subject: Subject) -> None:
    """How many were met, and whom: names only with consent, and never more of them than people."""
    count = read.number("people", 0, MOST_PEOPLE)
    rows = read.values.get("met") or []
    if not isinstance(rows, Sequence) or isinstance(rows, str) or len(rows) > MOST_NAMED:
        read.problems["met"] = "见到的人最多写 20 位，其余的计入人数。"
        return
    roles = dict(role_choices(subject.kind))
    for at, row in enumerate(rows):
        if one := _named(read, at, row, roles):
            told.met.append(one)
    if told.met and not told.consent:
        read.problems["consent"] = "对方同意后才能记姓名、电话；不同意就只填人数。"
    told.people = max(int(count), len(told.met)) if count is not None else len(told.met)
    if not told.people and "people" not in read.problems:
        read.problems["people"] = "请填见到了几个人。"


def _named(read: _Reading, at: int, row: Any, roles: Mapping[str, str]) -> Named | None:
    given = row if isinstance(row, Mapping) else {}
    name = str(given.get("name") or "").strip()
    phone, role = str(given.get("phone") or "").strip(), str(given.get("role") or "")
    if not name and not phone:
        return None
    try:
        name = clean(name, max_length=40).replace("\n", " ")
    except Invalid as wrong:
        read.problems[f"met.{at}.name"] = wrong.text
    if not name:
        read.problems[f"met.{at}.name"] = "请填写姓名。"
    if role and role not in roles:
        read.problems[f"met.{at}.role"] = "请从列出的选项里选一项。"
    if phone:
        try:
            check_phone(phone)
        except Invalid as wrong:
            read.problems[f"met.{at}.phone"] = wrong.text
    return Named(name, role, phone)


def _answers(read: _Reading, told: Told) -> None:
    raw = read.values.get("answers") or {}
    if not isinstance(raw, Mapping):
        read.problems["answers"] = "问卷的回答应当一题一答。"
        return
    body = catalogue.sheet(str(read.values.get("sheet") or catalogue.SHEET), _version(read.values.get("sheet_version")))
    if body is None:
        if raw:
            read.problems["answers"] = "没有这份问卷，或它已停用，请重新打开表单。"
        return
    told.sheet, told.sheet_version = str(body["code"]), int(body["version"])
    for question in body["questions"]:
        said = raw.get(question["code"])
        if said in (None, "", []):
            continue
        answer = _answer(question, said)
        if isinstance(answer, str):
            read.problems[f"answers.{question['code']}"] = answer
        else:
            told.answers.append(answer)


def _version(raw: Any) -> int:
    try:
        return int(raw or 0)
    except (TypeError, ValueError):
        return 0


def _answer(question: Mapping[str, Any], said: Any) -> Answered | str:
    code, kind = str(question["code"]), question["kind"]
    if kind in ("one", "many"):
        rows = [str(one) for one in (said if isinstance(said, list | tuple) else [said])]
        known = {str(one["code"]) for one in question["options"]}
        if not set(rows) <= known or (kind == "one" and len(rows) != 1):
            return "请从列出的选项里选一项。"
        return Answered(code, chosen=list(dict.fromkeys(rows)))
    if kind == "number":
        try:
            number = int(str(said))
        except ValueError:
            return "请填整数。"
        return Answered(code, number=number) if 0 <= number <= int(question["most"]) else "这个数超出了范围。"
    try:
        return Answered(code, text=clean(str(said), max_length=2000))
    except Invalid as wrong:
        return wrong.text


def _requests(read: _Reading, told: Told) -> None:
    rows = read.values.get("requests") or []
    if not isinstance(rows, Sequence) or isinstance(rows, str) or len(rows) > MOST_REQUESTS:
        read.problems["requests"] = "一次走访最多带回 20 条诉求。"
        return
    for row in rows:
        given = dict(row) if isinstance(row, Mapping) else {}
        if str(given.get("body") or "").strip():
            told.requests.append(given)


def when(values: Mapping[str, Any], name: str) -> datetime | None:
    """An instant among the values, with its zone.

    Raises:
        Invalid: not an instant, or one without a zone.
    """
    raw = values.get(name)
    if raw in (None, ""):
        return None
    try:
        at = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1970 < at.year < 9000:
        raise Invalid("请按 2026-11-21T14:20+08:00 这样填时间。", field=name)
    return at
