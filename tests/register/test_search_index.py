# A1, ADR 9: any two characters find a subject through an index, whoever looks
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.database import as_owner
from huhang.register.subjects import queries, searching, walls
from huhang.register.subjects.models import Subject
from huhang.register.subjects.queries import Wanted, narrowed, visible
from tests.factories.city import NOW, City, enterprise, make_city

NAMES = ("望海精密制造有限公司", "望海精工（集团）公司", "a'b\\c%d_e 仓储", "海")


def found(actor: Any, text: str) -> set[str]:
    with acting(actor):
        return set(narrowed(visible(actor), Wanted(q=text)).values_list("name", flat=True))


@pytest.fixture
def named(city: City) -> City:
    first = enterprise(city)
    with acting(SYSTEM):
        Subject.objects.filter(pk=first.pk).update(name=NAMES[0], short_name="望精", address="海港路7号")
        for name in NAMES[1:]:
            Subject.objects.create(kind="park", name=name, unit=city.units["harbour"], created_at=first.created_at)
    return city


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.mark.django_db
@pytest.mark.parametrize("few", [5_000, 0])
def test_words_find_exactly_what_holds_them(named: City, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "FEW", few)  # 0: as if more had been found than are fetched by the index
    who = named.actor("handler")
    assert found(who, "精密") == {NAMES[0]}
    assert found(who, "望海 制造") == {NAMES[0]}
    assert found(who, "望精") == {NAMES[0]}, "the short name"
    assert found(who, "路7号") == {NAMES[0]}, "the address"
    assert found(who, "海制") == set(), "both characters stand there, but not side by side"
    assert found(who, "(集团)") == {NAMES[1]}
    assert found(who, "A'B\\C%D_e") == {NAMES[2]}
    assert found(who, "b_c") == set(), "an underscore means itself"
    assert found(who, "精") == {NAMES[0], NAMES[1]}, "one character is looked for too"
    with acting(SYSTEM):
        one = Subject.objects.get(name=NAMES[0])
    assert found(who, one.number.lower()[2:]) == {NAMES[0]}
    assert found(who, (one.credit_code or "")[4:12]) == {NAMES[0]}


@pytest.mark.django_db
@pytest.mark.parametrize("walked", [20_000, 3, 1])
@pytest.mark.parametrize("some", [2_000, 4])
def test_many_findings_are_turned_over_and_counted_as_few_are(
    named: City, walked: int, some: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting(SYSTEM):
        for n in range(40):
            name, kind = f"{'临港甲乙'[n % 4]}{n}号仓储中心", "park" if n % 3 else "scenic"
            Subject.objects.create(kind=kind, name=name, unit=named.units["harbour"], created_at=NOW, sensitive=n == 5)
    who = named.actor("other_handler")
    for wanted in (Wanted(q="仓储中心"), Wanted(q="仓储 中心", kind="scenic"), Wanted(q="临"), Wanted(q="没有")):
        with acting(who):
            monkeypatch.undo()
            exact = list(narrowed(visible(who), wanted).order_by("name", "id").values_list("pk", flat=True))
            monkeypatch.setattr(searching, "FEW", 2)
            monkeypatch.setattr(searching, "WALKED", walked)
            monkeypatch.setattr(searching, "SOME", some)
            rows = queries.found(who, wanted)
            seen, after = [], None
            while True:
                page, after = queries.page(rows, size=3, after=after)
                seen += [one.pk for one in page]
                if after is None:
                    break
            assert seen == exact
            assert searching.counted(rows, 1000) == len(exact)
            assert searching.counted(rows, 2) == min(3, len(exact))


@pytest.mark.django_db
def test_what_is_sensitive_is_not_found_by_others(named: City) -> None:
    with acting(SYSTEM):
        Subject.objects.filter(name=NAMES[0]).update(sensitive=True)
    asked = (searching.tsquery(("精密",)), ["%精密%"], 10)
    for who, seen in (("other_handler", 0), ("handler", 1), ("supervisor", 1)):
        with acting(named.actor(who)), connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(subjects_found(%s::tsquery, %s, %s))", asked)
            assert cursor.fetchone()[0] == seen, who
            cursor.execute("SELECT cardinality(subjects_first(%s::tsquery, %s, %s, NULL, NULL))", asked)
            assert cursor.fetchone()[0] == seen, who


def test_the_search_walks_its_index(own_database: str) -> None:
    with acting(SYSTEM):
        city = make_city()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO subjects_subject (id, kind, name, flags, unit_id, address, created_at)"
                " SELECT gen_random_uuid(), 'enterprise', chr(19968 + n %% 97) || chr(20500 + n %% 89) || '公司', '{}',"
                " %s, '', now() FROM generate_series(1, 12000) AS n",
                [city.units["harbour"].pk],
            )
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("ANALYZE subjects_subject")
        said = walls.found_rows().replace("$1", "%s::tsquery").replace("$2", "%s").replace("$3", "%s")
        for word in (chr(19968 + 5) + chr(20500 + 5), chr(20500 + 3) + "公司"):
            cursor.execute(f"EXPLAIN {said}", [searching.tsquery((word,)), [f"%{word}%"], searching.FEW + 1])
            told = "\n".join(row[0] for row in cursor.fetchall())
            assert "subject_grams" in told, told
            assert "Seq Scan on subjects_subject" not in told, told
    actor = city.actor("handler")
    with acting(actor), connection.cursor() as cursor:
        # the rows themselves are read through the policy, by their keys
        sql, values = narrowed(visible(actor), Wanted(q=chr(19968 + 5) + chr(20500 + 5))).query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", values)
        told = "\n".join(row[0] for row in cursor.fetchall())
        assert "Seq Scan on subjects_subject" not in told, told
