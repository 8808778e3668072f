"""SAFEGUARDS 9, 10, 11: no audit, no service; every look is a line the person sees; nothing personal goes sideways."""

from collections.abc import Iterator

import psycopg
import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.database import Cluster
from huhang.base.journal.models import Entry
from huhang.base.journal.queries import reads_of_person
from huhang.base.vault import rules as vault_rules
from huhang.cases.actions import comment, move
from huhang.cases.models import Case, Comment, Step
from huhang.kernel.errors import Invalid, Unavailable
from huhang.register.subjects.actions import reveal
from huhang.register.subjects.models import Person
from tests.factories.city import NOW, City, filed, make_city
from tests.plugins.figures import figure


@pytest.fixture
def city(own_database: str) -> City:
    with acting(SYSTEM):
        return make_city()


@pytest.fixture
def deaf(own_database: str, cluster: Cluster) -> Iterator[None]:
    """A journal that cannot be written."""

    def run(statement: str) -> None:
        with psycopg.connect(cluster.dsn(own_database, role="postgres"), autocommit=True) as session:
            session.execute(statement)  # type: ignore[arg-type]

    yield run("REVOKE INSERT ON journal_entry FROM huhang_app")
    run("GRANT INSERT ON journal_entry TO huhang_app")


def test_with_the_journal_unwritable_nothing_changes_and_nothing_personal_is_read(
    city: City, own_database: str, request: pytest.FixtureRequest
) -> None:
    case = filed(city).case
    with acting(SYSTEM):
        before = (Case.objects.count(), Step.objects.count(), Comment.objects.count())
    request.getfixturevalue("deaf")
    clerk = city.actor("clerk")
    tried = 0
    for attempt in (
        lambda: filed(city, title="另一件"),
        lambda: move(
            case_id=case.pk,
            name="classify",
            values={"category": "PS-02", "nature": "help", "urgency": "0"},
            by=clerk,
            now=NOW,
        ),
        lambda: comment(case_id=case.pk, text="记一笔", by=clerk, now=NOW),
        lambda: reveal(person_id=case.requester_id, field="phone", why="回电", by=clerk, now=NOW, case=case.pk),
    ):
        with pytest.raises(Unavailable), acting(clerk):
            attempt()
        tried += 1
    with acting(SYSTEM):
        assert (Case.objects.count(), Step.objects.count(), Comment.objects.count()) == before
        assert Case.objects.get(pk=case.pk).state == "registered"
    figure(9, f"journal unwritable, {tried} attempts, 0 changes, 0 personal reads")


@pytest.mark.django_db
def test_a_thousand_looks_are_a_thousand_lines_on_the_persons_page(monkeypatch: pytest.MonkeyPatch) -> None:
    city = make_city()
    case = filed(city).case
    clerk = city.actor("clerk")
    opened = 0
    real = vault_rules.unseal

    def counted(*args: object) -> str:
        nonlocal opened
        opened += 1
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("huhang.base.vault.rules.unseal", counted)
    with acting(clerk):
        for i in range(1000):
            assert reveal(
                person_id=case.requester_id, field="phone", why=f"第 {i} 次回电", by=clerk, now=NOW, case=case.pk
            )
    lines = reads_of_person(case.requester_id).count()
    figure(10, f"{opened} values opened, {lines} lines the person sees, difference {opened - lines}")
    assert opened == lines == 1000


@pytest.mark.django_db
def test_looking_needs_a_purpose_and_the_purpose_is_told() -> None:
    city = make_city()
    case = filed(city).case
    clerk = city.actor("clerk")
    with acting(clerk), pytest.raises(Invalid):
        reveal(person_id=case.requester_id, field="phone", why="  ", by=clerk, now=NOW, case=case.pk)
    with acting(clerk):
        reveal(person_id=case.requester_id, field="phone", why="核对门牌", by=clerk, now=NOW, case=case.pk)
    assert reads_of_person(case.requester_id).get().about == "核对门牌"


def test_a_dump_without_keys_shows_none_of_a_hundred_canaries(city: City, own_database: str, cluster: Cluster) -> None:
    canaries = []
    weights, checks = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
    for i in range(100):
        body = f"3799{i % 90 + 10:02d}1900010{i % 9 + 1}{i:03d}"
        body = body[:17]
        canaries.append(body + checks[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11])
    phones = [f"1380000{i:04d}" for i in range(100)]
    for i, (number, phone) in enumerate(zip(canaries, phones, strict=True)):
        filed(city, name=f"司徒金丝雀{i}号", phone=phone, id_number=number)
    with acting(SYSTEM):
        assert Person.objects.filter(id_index__isnull=False).count() == 100
    text = _everything(cluster.dsn(own_database, role="postgres"))
    leaked = [c for c in (*canaries, *phones) if c in text] + [n for n in ("司徒金丝雀1号",) if n in text]
    figure(11, f"100 canary numbers, 100 phones in a dump without keys: {len(leaked)} found")
    assert leaked == []


def _everything(dsn: str) -> str:
    """Every row of every table as text."""
    out = []
    with psycopg.connect(dsn) as session:
        tables = session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            for (row,) in session.execute(f'SELECT t::text FROM "{table}" t'):  # type: ignore[arg-type]
                out.append(str(row))
                if "\\x" in row:  # bytes that are only hidden by hexadecimal would show here
                    out.append(row.replace("\\x", ""))
    return "\n".join(out) + "\n".join(bytes.fromhex(h).decode("latin-1") for h in _hexes(out))


def _hexes(rows: list[str]) -> Iterator[str]:
    import re

    for row in rows:
        yield from (m for m in re.findall(r"\\x([0-9a-f]+)", row) if len(m) % 2 == 0)


@pytest.mark.django_db
def test_every_change_of_a_case_has_its_journal_row() -> None:
    city = make_city()
    case = filed(city).case
    dispatcher = city.actor("dispatcher")
    with acting(dispatcher):
        move(
            case_id=case.pk,
            name="classify",
            values={"category": "PS-02", "nature": "help", "urgency": "0"},
            by=dispatcher,
            now=NOW,
        )
    steps = Step.objects.filter(case=case).count()
    assert Entry.objects.filter(case=case.pk, action__startswith="request.").count() == steps == 2
