"""C2: `huhang routing replay` and `train`: what would go elsewhere, by rule, with sample numbers; nothing written."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from huhang.base.access.context import SYSTEM, acting
from huhang.cases.actions import move
from huhang.doors.cli.routing import routing_group
from huhang.kernel.errors import Invalid
from huhang.kinds.requests.routing import learning
from huhang.kinds.requests.routing.models import Model, Proposal
from tests.factories.city import NOW, City, filed, make_city
from tests.kinds.requests.routing_rules import body

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huhang.doors.cli.routing.ready", lambda: None)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW.replace(hour=9))


def run(*args: Any) -> Any:
    return CliRunner().invoke(routing_group, [str(one) for one in args])


def put(path: Path, *rules: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump({"entries": list(rules)}, allow_unicode=True), encoding="utf-8")
    return path


def decided(city: City, title: str, category: str, unit: str) -> str:
    case = filed(city, title=title, body="请处理").case
    for name, values in (
        ("classify", {"category": category, "nature": "help", "urgency": "0"}),
        ("dispatch", {"unit": city.units[unit].pk}),
    ):
        actor = city.actor("dispatcher")
        with acting(actor):
            move(case_id=case.pk, name=name, values=values, by=actor, now=NOW)
    return case.number


def test_a_replay_tells_by_rule_how_many_would_go_elsewhere(tmp_path: Path) -> None:
    city = make_city()
    numbers = [decided(city, f"深夜噪声{n}", "EN-03", "quay") for n in range(3)]
    decided(city, "孩子落户", "HU-01", "harbour")
    new = put(
        tmp_path / "new.yaml",
        body("N-01", 1, {"category": "EN-03"}, {"words": {"any": ["噪声"]}}),
        body("N-02", 2, {"category": "HU-01"}, {"words": {"any": ["落户"]}}),
        body("N-03", 3, {"unit": "码头派出所"}, {"category": ["EN-03"]}),
    )
    told = run("replay", new)
    assert told.exit_code == 0, told.output
    assert "看了 4 件，3 件会得到不同的建议。" in told.output
    assert "类别与最后选定的一致：现行 1/4（25.0%），改后 4/4（100.0%）" in told.output
    assert "主办单位与最后选定的一致：现行 —，改后 3/3（100.0%）" in told.output
    line = next(line for line in told.output.splitlines() if "N-01@1" in line)
    assert line.startswith(
        "  3 件：社会治安 / 噪声扰民（R-190@1） → 企业园区 / 施工与通行协调（N-01@1）；其中 3 件与选定的一致"
    )
    assert all(number in line for number in numbers)
    assert not Proposal.objects.exists()  # read only
    folder = tmp_path / "catalog" / "routing_rules"
    folder.mkdir(parents=True)
    put(folder / "rules.yaml", body("N-09", 9, {"unit": "3799010002"}))
    assert "4 件：不作建议 → 临港分局 码头派出所（N-09@1）" in run("replay", tmp_path / "catalog").output
    assert "看了 4 件" in run("replay", folder).output


def test_rules_with_a_problem_are_not_replayed_but_told(tmp_path: Path) -> None:
    make_city()
    for name, rules, says in (
        ("a.yaml", (body("A", 1, {"rule": "B"}), body("B", 2, {"rule": "A"})), "a.yaml [A]：规则引用成环"),
        ("b.yaml", (body("A", 1, {"category": "ZZ-99"}),), "没有类别“ZZ-99”"),
        ("c.yaml", (body("A", 1, {"unit": "火星派出所"}),), "没有单位“火星派出所”"),
        ("d.yaml", ({"code": "A"},), "每一条规则要有 code 和 version"),
        ("e.yaml", (body("A", 1, {"category": "TR-01"}), body("B", 2, {"category": "TR-02"})), "永远轮不到"),
    ):
        answer = run("replay", put(tmp_path / name, *rules))
        assert isinstance(answer.exception, Invalid), name
        assert says in answer.exception.text, name
    broken = tmp_path / "f.yaml"
    broken.write_text("a: [", encoding="utf-8")
    assert "YAML" in run("replay", broken).exception.text
    empty = tmp_path / "nothing"
    empty.mkdir()
    assert "没有分派规则" in run("replay", empty).exception.text


def test_training_from_the_command_line_says_when_the_ledger_is_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    city = make_city()
    told = run("train")
    assert told.exit_code == 0, told.output
    assert "类别：台账里已定类、可供学习的诉求只有 0 件，不足 200 件" in told.output
    monkeypatch.setattr(learning, "SMALLEST", 20)
    for n in range(12):
        for code, title in (("TR-02", "违停占道"), ("PS-05", "恶犬伤人")):
            filed(city, title=title + chr(0x4E00 + n * 31), body=chr(0x5000 + n * 17) * 5, category=code)
    told = run("train", "--what", "category", "--promote")
    assert told.exit_code == 0, told.output
    assert "类别 category-1：学了 24 件，2 类" in told.output
    assert "category-1 已启用" in told.output
    with acting(SYSTEM):
        assert Model.objects.get().live
