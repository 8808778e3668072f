"""The demo city: its published sizes, its ground without gaps, the same again from the same seed, loaded once."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.journal.models import Entry
from huhang.base.people.models import User
from huhang.base.people.queries import actor_for
from huhang.cases.models import Case
from huhang.doors.cli.city import bulk, geography, load, multiply, rows
from huhang.doors.cli.city.people import PASSWORD, PERSONAS
from huhang.doors.cli.city.register import HARBOUR
from huhang.kernel.errors import Conflict, Invalid
from huhang.kernel.identifiers import check_credit_code
from huhang.kernel.numbering import normalise_number, public_number
from huhang.kernel.text import canonical_json
from huhang.kernel.worktime import Schedule
from huhang.kinds.requests.actions import follow
from huhang.kinds.requests.rules import CHANNELS
from huhang.reading import ledger, search
from huhang.reading.rules import LEDGER, Filter

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
"""Friday afternoon in Shanghai."""


def _area(ring: geography.Ring) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs) / 2


def _crosses(a: geography.XY, b: geography.XY, c: geography.XY, d: geography.XY) -> bool:
    def side(p: geography.XY, q: geography.XY, r: geography.XY) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _simple(ring: geography.Ring) -> bool:
    edges = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    return not any(_crosses(*p, *q) for i, p in enumerate(edges) for q in edges[:i])


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_station_areas_tile_their_county_and_the_city(seed: int) -> None:
    ground = geography.make_ground((30, 26, 44, 40, 40), seed)
    edges: Counter[tuple[geography.XY, geography.XY]] = Counter()
    for county, stations in zip(ground.counties, ground.stations, strict=True):
        assert sum(_area(ring) for ring in stations) == pytest.approx(_area(county), rel=1e-9)
        for ring in stations:
            assert _area(ring) > 0
            assert _simple(ring)
            edges.update(zip(ring, [*ring[1:], ring[0]], strict=True))
    assert set(edges.values()) == {1}
    border = [edge for edge in edges if (edge[1], edge[0]) not in edges]
    assert len(geography.outline([ring for stations in ground.stations for ring in stations])) == len(border)


@pytest.mark.django_db
def test_points_of_a_station_lie_in_its_area() -> None:
    city, _ = load.tell(seed=1, scale=0.05, now=NOW)
    for body in city.bodies:
        assert body.unit.inner is not None
        ring = body.unit.inner
        x, y = body.point
        pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
        assert all((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) > -1e-9 for a, b in pairs), body.name


@pytest.mark.django_db
def test_at_scale_one_the_city_has_the_published_sizes() -> None:
    city, year = load.tell(seed=1, scale=1.0, now=NOW)
    kinds = Counter(place.kind for place in city.places)
    assert (kinds["county"], kinds["station"], len(city.officers)) == (5, 180, 4000)
    bodies = Counter(body.kind for body in city.bodies)
    assert (bodies["enterprise"], bodies["project"], bodies["community"]) == (1018, 201, 1352)
    flags = Counter(flag for body in city.bodies for flag in body.flags)
    assert (flags["must_visit"], bodies["chamber"], bodies["park"]) == (138, 18, 12)
    assert (flags["enterprise_post"], flags["scenic_post"]) == (11, 9)
    assert flags["province"] + flags["city"] == 201
    assert 4800 <= len(year.lives) <= 5400
    codes = [body.code for body in city.bodies if body.code]
    assert len(set(codes)) == len(codes)
    assert all(check_credit_code(code) == code for code in codes)


@pytest.mark.django_db
def test_a_year_comes_by_every_channel_and_stands_in_every_state() -> None:
    _, year = load.tell(seed=1, scale=1.0, now=NOW)
    lives = year.lives
    apart = {"import", "office_day"}  # a ledger of years ago; what comes in on a day is made with it (training.py)
    assert {life.channel for life in lives} == {name for name, _ in CHANNELS} - apart
    states = Counter(life.state for life in lives)
    assert set(states) >= {"registered", "classified", "dispatched", "handling", "suspended", "answered", "revisited"}
    done = [life for life in lives if life.state == "closed"]
    assert sum(bool(life.answer_text) for life in done) == len(done)
    late = [c for life in done for c in life.clocks if c.name == "answer" and c.due and c.stopped and c.stopped > c.due]
    assert 0.01 < len(late) / len(done) < 0.15
    stars = Counter(s.stars for life in lives for s in life.stars)
    assert set(stars) == {1, 2, 3, 4, 5}
    assert 0.2 < sum(not life.stars for life in done) / len(done) < 0.8
    assert len({life.body for life in lives}) > 0.9 * len(lives)
    assert any(life.merged_into for life in lives)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "moment", [NOW, datetime(2026, 11, 22, 0, 50, tzinfo=UTC), datetime(2026, 2, 18, 14, 0, tzinfo=UTC)]
)
def test_the_casts_station_has_work_in_hand_whenever_one_looks(moment: datetime) -> None:
    _, year = load.tell(seed=1, scale=0.2, now=moment)
    here = [life for life in year.lives if life.unit.short == HARBOUR and life.closed is None]
    states = Counter(life.state for life in here)
    assert min(states["dispatched"], states["suspended"], states["answered"]) >= 1
    assert states["handling"] >= 10
    late = [life for life in here if life.due and life.due < moment]
    coming = [life for life in here if life.due and life.due > moment]
    assert late
    assert coming
    today = Schedule().date_of(moment)
    if year.office.calendar.kind_of(today).works and moment < Schedule().close_of(today):
        assert any(life.due and Schedule().date_of(life.due) == today for life in here)
    mine = [life for life in here if life.in_charge and life.in_charge.username == "100003"]
    assert len(mine) >= 8


def _digest(seed: int) -> str:
    city, year = load.tell(seed=seed, scale=0.05, now=NOW)
    sheets = [*rows.of_register(city, rows.Passwords({}, "x"), NOW.date()), *rows.of_lives(year.lives)]
    kept = [rows.of_askers(city.askers), *sheets]
    whole = hashlib.sha256()
    for sheet in kept:
        for row in sheet.rows:
            plain = [None if isinstance(value, bytes) else value for value in row]
            whole.update(canonical_json(plain).encode())
    for line in rows.journal(year.lives, year.keys):
        whole.update(repr(line).encode())
    return whole.hexdigest()


@pytest.mark.django_db
def test_the_same_seed_and_moment_make_the_same_rows() -> None:
    """Sealed bytes hold nonces and differ; everything else is the same to the last key."""
    assert _digest(5) == _digest(5)
    assert _digest(5) != _digest(6)


def _links_that_do_not_fit() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM journal_entry e LEFT JOIN journal_link l ON l.entry = e.id WHERE l.hash IS NULL OR"
            " l.hash <> sha256(l.previous || convert_to(journal_canon(e, l.seq), 'UTF8')) OR l.previous <> coalesce("
            "(SELECT p.hash FROM journal_link p WHERE p.seq = l.seq - 1), ''::bytea)"
        )
        return int(cursor.fetchone()[0])


def test_the_city_goes_in_once_with_its_journal_linked(own_database: str) -> None:
    """The chain made at loading is the one the database itself would have made (SAFEGUARDS 8)."""
    said: list[str] = []
    load.make(seed=1, scale=0.05, now=NOW, say=said.append)
    assert load.has_city()
    assert said
    with pytest.raises(Conflict, match="已经有单位"):
        load.make(seed=1, scale=0.05, now=NOW)
    with acting(SYSTEM):
        _, year = load.tell(seed=1, scale=0.05, now=NOW)
        asked = Case.objects.filter(kind="request").exclude(channel="office_day")  # made with the day they came in on
        assert asked.count() == len(year.lives)
        assert _links_that_do_not_fit() == 0
        triggers = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'journal_entry'::regclass AND tgenabled = 'D'"
        with connection.cursor() as cursor:
            cursor.execute(triggers)
            assert cursor.fetchone() == (0,)
        open_now = [life for life in year.lives if life.closed is None]
        standing = asked.filter(is_open=True)
        assert {c.number for c in standing} == {life.number for life in open_now}
        told = Entry.objects.filter(action="request.answer").count()
        assert told == sum(s.move == "answer" for life in year.lives for s in life.steps)
    life = year.lives[-1]
    assert follow(life.number, life.secret) == life.id
    _what_is_found(life.title[:4])
    _foreign_keys_are_back()


def _what_is_found(words: str) -> None:
    leader = actor_for("100008", now=NOW)
    with acting(leader):
        found = ledger.page(leader, Filter(which="all", q=words), now=NOW)
    assert found.lines
    assert search.words(words)


def _foreign_keys_are_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'cases_step'::regclass")
        assert cursor.fetchone() == (3,)


def test_everybody_of_the_cast_signs_in_and_nobody_else(own_database: str) -> None:
    load.make(seed=1, scale=0.02, now=NOW, say=lambda text: None)
    with acting(SYSTEM):
        cast = {user.username: user for user in User.objects.filter(username__in=[p.username for p in PERSONAS])}
        assert set(cast) == {p.username for p in PERSONAS}
        assert all(check_password(PASSWORD, user.password) for user in list(cast.values())[:1])
        assert len({user.password for user in cast.values()}) == 1
        others = User.objects.exclude(username__in=cast)
        assert not any(user.has_usable_password() for user in others)
    for persona in PERSONAS:
        actor = actor_for(persona.username, now=NOW)
        assert (actor.label, actor.unit_label) == (persona.name, persona.unit)


def test_a_city_can_be_replaced_and_the_old_journal_goes_with_it(own_database: str) -> None:
    load.make(seed=1, scale=0.02, now=NOW, say=lambda text: None)
    load.make(seed=2, scale=0.02, now=NOW, replace=True, say=lambda text: None)
    with acting(SYSTEM):
        assert Entry.objects.filter(action="city.load").count() == 1
        assert _links_that_do_not_fit() == 0


def test_an_installation_in_earnest_gets_no_city(own_database: str, settings: Any) -> None:
    settings.HUHANG_TRIAL = False
    with pytest.raises(Conflict, match="正式环境") as refused:
        load.make(seed=1, scale=0.02, now=NOW)
    assert "HUHANG_TRIAL=1" in refused.value.hint


@pytest.mark.django_db
@pytest.mark.parametrize("scale", [0.0, 100.0])
def test_a_scale_out_of_reason_is_refused(scale: float) -> None:
    with pytest.raises(Invalid):
        load.make(seed=1, scale=scale, now=NOW)


@pytest.mark.django_db
def test_the_database_spells_a_number_as_the_kernel_does() -> None:
    places = [0, 1, 31, 4_711, 9_999_999]
    with connection.cursor() as cursor:
        for place in places:
            n = place * multiply.STRIDE % multiply.NUMBERS
            cursor.execute(f"SELECT {multiply.number_sql('n.n', 'HB')} FROM (SELECT %s::bigint AS n) AS n", [n])
            (told,) = cursor.fetchone()
            assert told == public_number("HB", bulk._Spread(n))
            assert normalise_number(told) == told


@pytest.mark.django_db
def test_making_a_row_may_ask_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue is looked at again after a minute, also in the middle of a table: nothing may wait for itself."""
    monkeypatch.setattr(load, "AT_ONCE", 2)

    def asking() -> Iterator[rows.Row]:
        for n in range(5):
            assert not connection.connection.lock.locked()  # what asks while it is held waits for ever
            with connection.cursor() as other:
                other.execute("SELECT %s::int * 2", [n])
                yield other.fetchone()

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE asked (n int) ON COMMIT DROP")
        load.copy(cursor, rows.Sheet("asked", "n", asking()))
        cursor.execute("SELECT array_agg(n ORDER BY n) FROM asked")
        assert cursor.fetchone() == ([0, 2, 4, 6, 8],)


def test_many_plain_cases_go_in_and_are_found(own_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiply, "DRAWN", 150)
    monkeypatch.setattr(multiply, "BATCH", 100)
    with pytest.raises(Conflict, match="还没有单位"):
        bulk.load(10, now=NOW, say=lambda text: None)
    load.make(seed=1, scale=0.02, now=NOW, say=lambda text: None)
    with acting(SYSTEM):
        before = Case.objects.count()
    bulk.load(400, seed=1, now=NOW, say=lambda text: None)
    bulk.load(200, seed=1, now=NOW, say=lambda text: None)
    with acting(SYSTEM):
        assert Case.objects.count() == before + 600
        assert _links_that_do_not_fit() == 0
        made = Case.objects.filter(number__startswith="HB-")
        assert made.filter(request__isnull=True).count() == 0
        assert made.filter(steps__isnull=True).count() == 0
        assert made.filter(clocks__isnull=True).count() == 0
        assert not made.filter(is_open=True, due_at__isnull=True).exists()
        assert not made.exclude(state="closed").filter(is_open=False).exists()
        assert made.filter(is_open=True).exists()
        assert not made.filter(received_at__gt=NOW + timedelta(seconds=1)).exists()
    leader = actor_for("100008", now=NOW)
    with acting(leader):
        assert len(ledger.page(leader, LEDGER, now=NOW).lines) == 50
    _foreign_keys_are_back()
