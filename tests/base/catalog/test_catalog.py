"""HOUSE §2.6: policy is data; a version once loaded never changes; a running case keeps the one it started with."""

from pathlib import Path

import pytest
from django.conf import settings

from huhang.base.access.context import SYSTEM
from huhang.base.catalog import actions, queries, registry, rules
from huhang.base.catalog.models import Entry
from tests.factories.city import NOW

CATEGORY = "code: ZZ-01\nversion: {v}\nname: {name}\nname_en: Trial\nnature: help\n"


def put(root: Path, text: str, kind: str = "request_categories", name: str = "a.yaml") -> Path:
    (root / kind).mkdir(parents=True, exist_ok=True)
    (root / kind / name).write_text(text, encoding="utf-8")
    return root


def test_what_ships_has_no_problem() -> None:
    sheets, problems = rules.read(Path(settings.HUHANG_CATALOG), registry.CHECKERS)
    assert problems == []
    own = {"message_templates"}  # a bureau's own words for messages: there is nothing of that to ship
    assert {s.kind for s in sheets} == set(registry.CHECKERS) - own


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("just words", "每一条应当是"),
        ("name: x", "缺少 code"),
        ("code: A\nversion: zero\nname: x\nname_en: y", "version"),
        ("code: A\nversion: 1\nname_en: y", "缺少 name"),
        ("code: A\nversion: 1\nname: x\nname_en: y\nnature: other", "nature"),
        ("code: A\nversion: 1\nname: x\nname_en: y\nanswer: 5", "amount"),
        ("code: A\nversion: 1\nname: x\nname_en: y\nanswer: {amount: 5, unit: weeks}", "unit"),
        ("code: [", "YAML"),
        (
            "entries:\n- {code: A, version: 1, name: x, name_en: y}\n- {code: A, version: 1, name: x, name_en: y}",
            "写了两次",
        ),
    ],
)
def test_every_mistake_is_named_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    _, problems = rules.read(put(tmp_path, text), registry.CHECKERS)
    assert any(says in str(p) and "a.yaml" in str(p) for p in problems), problems


def test_a_folder_nobody_knows_is_named(tmp_path: Path) -> None:
    _, problems = rules.read(put(tmp_path, CATEGORY.format(v=1, name="x"), kind="zebras"), registry.CHECKERS)
    assert "zebras" in str(problems[0])


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("calendars", "code: '2026'\nversion: 1\nyear: 2026", "节假日表"),
        ("schedules", "code: office\nversion: 1\nslots: 8-9", "办公时段"),
        ("rating_reasons", "code: '999'\nversion: 1\nname: x\nname_en: y", "三位数字"),
        ("request_natures", "code: help\nversion: 1\nname: x\nname_en: y", "缺少 answer"),
    ],
)
def test_each_kind_checks_its_own_shape(tmp_path: Path, kind: str, text: str, says: str) -> None:
    _, problems = rules.read(put(tmp_path, text, kind=kind), registry.CHECKERS)
    assert any(says in str(p) for p in problems), problems


@pytest.mark.django_db
def test_one_problem_keeps_everything_out(tmp_path: Path) -> None:
    before = Entry.objects.count()
    put(tmp_path, CATEGORY.format(v=1, name="好"), name="good.yaml")
    done = actions.load(put(tmp_path, "name: x", name="bad.yaml"), by=SYSTEM, now=NOW)
    assert done.problems
    assert Entry.objects.count() == before


@pytest.mark.django_db
def test_a_version_in_use_cannot_be_edited_only_followed_by_another(tmp_path: Path) -> None:
    actions.load(put(tmp_path, CATEGORY.format(v=1, name="原名")), by=SYSTEM, now=NOW)
    edited = actions.load(put(tmp_path, CATEGORY.format(v=1, name="改名")), by=SYSTEM, now=NOW)
    assert "第 2 版" in str(edited.problems[0])
    text = "entries:\n" + "".join(
        f"- {{code: ZZ-01, version: {v}, name: {n}, name_en: T}}\n" for v, n in ((1, "原名"), (2, "改名"))
    )
    put(tmp_path, CATEGORY.format(v=1, name="原名"))
    put(tmp_path, text.replace("- {code: ZZ-01, version: 1, name: 原名, name_en: T}\n", ""), name="b.yaml")
    done = actions.load(tmp_path, by=SYSTEM, now=NOW)
    assert (done.added, done.problems) == (1, ())
    queries.forget()
    old, new = queries.version("request_categories", "ZZ-01", 1), queries.version("request_categories", "ZZ-01", 2)
    assert old is not None
    assert new is not None
    assert (old["name"], new["name"]) == ("原名", "改名")
    assert queries.newest("request_categories")["ZZ-01"]["name"] == "改名"


@pytest.mark.django_db
def test_a_code_no_longer_in_the_files_is_withdrawn_and_comes_back_with_them(tmp_path: Path) -> None:
    put(tmp_path, CATEGORY.format(v=1, name="试"))
    actions.load(tmp_path, by=SYSTEM, now=NOW)
    (tmp_path / "request_categories" / "a.yaml").unlink()
    assert actions.load(tmp_path, by=SYSTEM, now=NOW).withdrawn == 1
    queries.forget()
    assert "ZZ-01" not in queries.newest("request_categories")
    assert queries.version("request_categories", "ZZ-01", 1) is not None
    actions.load(put(tmp_path, CATEGORY.format(v=1, name="试")), by=SYSTEM, now=NOW)
    queries.forget()
    assert "ZZ-01" in queries.newest("request_categories")
