"""A1: subjects come in, change, close, merge and part, with the history of every field and nobody's edit lost."""

from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal.models import Entry
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.register.subjects import life, queries
from huhang.register.subjects.actions import Overtaken, change, enter, hand_over, set_state
from huhang.register.subjects.models import Subject
from huhang.register.units import areas
from huhang.register.units.actions import dissolve
from huhang.register.units.models import Unit
from huhang.register.units.queries import forget
from tests.factories.city import NOW, City, enterprise, filed, make_city

pytestmark = pytest.mark.django_db

SQUARE = [[[121.0, 37.0], [121.2, 37.0], [121.2, 37.2], [121.0, 37.2], [121.0, 37.0]]]


def drawn(city: City, unit: str = "harbour") -> None:
    """Draws the unit's area as a square."""
    Unit.objects.filter(pk=city.units[unit].pk).update(area={"type": "Polygon", "coordinates": SQUARE})
    areas.forget()


def given(city: City, **more: Any) -> dict[str, Any]:
    return {"kind": "enterprise", "name": "海晏化工有限公司", "unit": str(city.units["harbour"].pk), **more}


def test_everything_given_is_kept_as_it_is_meant() -> None:
    city = make_city()
    liaison = city.actor("liaison")
    with acting(liaison):
        made = enter(
            values=given(
                city,
                credit_code="91370600ma0000007c",
                flags=["hazmat", "above_scale"],
                head_count="1,200人",
                investment="3.5亿",
                lon="121.39665296",
                lat="37.54032761",
                crs="GCJ02",
            ),
            by=liaison,
            now=NOW,
        )
    made.refresh_from_db()
    assert made.credit_code == "91370600MA0000007C"
    assert made.flags == ["above_scale", "hazmat"]
    assert (made.head_count, made.investment) == (1200, 350_000_000)
    # STANDARDS §12: the Yantai vector, GCJ-02 back to WGS-84
    assert made.lon == pytest.approx(121.391382, abs=1e-5)
    assert made.lat == pytest.approx(37.539297, abs=1e-5)
    assert (made.crs, made.given_lon, made.given_lat) == ("GCJ02", 121.39665296, 37.54032761)
    assert made.number.startswith("Z")
    assert Entry.objects.filter(action="subject.enter").exists()


def test_a_place_finds_its_unit_and_where_it_finds_none_a_person_must_choose() -> None:
    city = make_city()
    drawn(city)
    by = city.actor("dispatcher")
    with acting(by):
        inside = enter(values=given(city, unit="", lon="121.1", lat="37.1"), by=by, now=NOW)
        assert (inside.unit_id, inside.unit_from) == (city.units["harbour"].pk, "area")
        with pytest.raises(Invalid) as refused:
            enter(values=given(city, unit="", name="海外二厂", lon="122.1", lat="37.1"), by=by, now=NOW)
        assert "辖区" in refused.value.problems["unit"]
        chosen = given(city, name="海外三厂", lon="122.1", lat="37.1")
        assert enter(values=chosen, by=by, now=NOW).unit_from == "person"


def test_every_fault_is_said_beside_its_field() -> None:
    city = make_city()
    with pytest.raises(Invalid) as refused:
        enter(
            values=given(city, name="海", credit_code="91370600MA0000007D", head_count="许多", investment="三亿"),
            by=SYSTEM,
            now=NOW,
        )
    assert set(refused.value.problems) == {"name", "credit_code", "head_count", "investment"}
    for wrong, field in (
        ({"flags": ["nonsense"]}, "flags"),
        ({"flags": ["village"]}, "flags"),
        ({"lon": "121"}, "lat"),
        ({"lon": "37", "lat": "121"}, "lat"),
        ({"lon": "1", "lat": "1", "crs": "X"}, "crs"),
        ({"within": "没有这个园区"}, "within"),
        ({"number": "Z00000999"}, "number"),
        ({"unit": "x"}, "unit"),
        ({"kind": "x"}, "kind"),
    ):
        with pytest.raises(Invalid) as refused:
            enter(values=given(city, **wrong), by=SYSTEM, now=NOW)
        assert field in refused.value.problems, wrong


def test_one_credit_code_is_one_subject_and_the_refusal_names_it() -> None:
    city = make_city()
    first = enterprise(city)
    first.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        enter(values=given(city, name="另一家", credit_code="91370600MA0000007C"), by=SYSTEM, now=NOW)
    assert first.name in refused.value.problems["credit_code"]


def test_only_whoever_keeps_the_ground_writes_and_two_editors_do_not_overwrite_one_another() -> None:
    city = make_city()
    subject = enterprise(city)
    other = city.actor("other_handler")
    with acting(other), pytest.raises(Denied):
        change(subject_id=subject.pk, version=1, values={"address": "新路1号"}, by=other, now=NOW)
    liaison, dispatcher = city.actor("liaison"), city.actor("dispatcher")
    with acting(liaison):
        changed = change(subject_id=subject.pk, version=1, values={"address": "新路1号"}, by=liaison, now=NOW)
    assert changed.version == 2
    with acting(dispatcher):
        with pytest.raises(Overtaken):
            change(subject_id=subject.pk, version=1, values={"address": "旧路2号"}, by=dispatcher, now=NOW)
        same = change(subject_id=subject.pk, version=2, values={"address": "新路1号"}, by=dispatcher, now=NOW)
    assert same.version == 2


def test_the_history_of_every_field_names_who_and_when_also_for_a_bulk_write() -> None:
    city = make_city()
    subject = enterprise(city)
    liaison = city.actor("liaison")
    with acting(liaison):
        change(subject_id=subject.pk, version=1, values={"head_count": "88"}, by=liaison, now=NOW)
        Subject.objects.filter(pk=subject.pk).update(industry="化工")
        rows = list(queries.history(subject))
    assert [row.fields for row in rows[:2]] == [{"industry": ["", "化工"]}, {"head_count": [None, 88]}]
    assert (rows[1].by, rows[1].by_label, rows[1].at) == (liaison.id, "李青", NOW)
    assert (rows[0].by, rows[0].via) == (liaison.id, "unsaid")
    assert rows[-1].fields["name"] == [None, subject.name]
    with acting(liaison), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE subjects_change SET by_label = 'x'")


def test_closing_needs_a_reason_and_can_be_taken_back() -> None:
    city = make_city()
    subject = enterprise(city)
    with pytest.raises(Invalid):
        set_state(subject_id=subject.pk, version=1, state="closed", why=" ", by=SYSTEM, now=NOW)
    closed = set_state(subject_id=subject.pk, version=1, state="closed", why="停产搬迁", by=SYSTEM, now=NOW)
    with pytest.raises(Conflict):
        set_state(subject_id=subject.pk, version=2, state="closed", why="再关", by=SYSTEM, now=NOW)
    with pytest.raises(Invalid):
        set_state(subject_id=subject.pk, version=2, state="merged", why="x", by=SYSTEM, now=NOW)
    with pytest.raises(Overtaken):
        set_state(subject_id=subject.pk, version=1, state="active", why="x", by=SYSTEM, now=NOW)
    back = set_state(subject_id=closed.pk, version=2, state="active", why="复产", by=SYSTEM, now=NOW)
    assert back.stands
    told = [h.title for h in life.read(SYSTEM, [subject.pk])[0]]
    assert told == ["恢复在册", "停业停用", "登记入库"]


def test_a_dissolved_unit_leaves_its_subjects_to_the_successor() -> None:
    city = make_city()
    subject = enterprise(city)
    units = city.units
    dissolve(units["harbour"].pk, on=date(2026, 11, 20), successor_id=units["quay"].pk, by=SYSTEM, now=NOW)
    forget()
    assert hand_over(unit_id=units["harbour"].pk, by=SYSTEM, now=NOW) == 1
    assert hand_over(unit_id=units["quay"].pk, by=SYSTEM, now=NOW) == 0
    subject.refresh_from_db()
    assert (subject.unit_id, subject.version) == (units["quay"].pk, 2)
    assert queries.history(subject)[0].via == "handover"


def test_what_the_catalogue_calls_sensitive_is_seen_by_its_own_and_by_few() -> None:
    city = make_city()
    secret = enter(values=given(city, flags=["classified"]), by=SYSTEM, now=NOW)
    assert secret.sensitive
    for key, sees in (
        ("handler", True),  # of the station that answers for it
        ("chief", True),
        ("dispatcher", True),
        ("leader", True),
        ("other_handler", False),
        ("traffic", False),
        ("security_admin", False),
        ("system_admin", False),
    ):
        actor = city.actor(key)
        with acting(actor):
            assert queries.visible(actor).filter(pk=secret.pk).exists() == sees, key
            assert Subject.objects.filter(pk=secret.pk).exists() == sees, f"{key}: second wall"
            if not sees:
                with pytest.raises(Missing):
                    queries.subject_of(actor, secret.pk)


def test_a_case_shows_whose_it_is_and_stands_in_the_life() -> None:
    city = make_city()
    secret = enter(values=given(city, flags=["classified"]), by=SYSTEM, now=NOW)
    case = filed(city, by="dispatcher", subject=str(secret.pk)).case
    clerk = city.actor("supervisor")
    with acting(clerk):
        case.refresh_from_db()
        assert case.subject is not None
        happenings, more = life.read(clerk, [secret.pk])
    assert ("case", case.number) in [one.link for one in happenings]
    assert more is None
