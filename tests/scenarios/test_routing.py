"""C2: proposals that show their work: by rule, by model, corrected, failing, replayed."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.catalog import queries as catalog
from huhang.base.catalog.models import Entry
from huhang.base.jobs import duties
from huhang.base.jobs.models import Work
from huhang.base.journal.models import Entry as Line
from huhang.base.messages.models import Message
from huhang.cases.actions import move
from huhang.cases.models import Case
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kinds.requests.routing import actions, learning, queries, speaking
from huhang.kinds.requests.routing.models import Choice, Fault, Mark, Model, Proposal, What
from huhang.register.units import queries as units
from tests.factories.city import NOW, City, enterprise, filed, make_city

pytestmark = pytest.mark.django_db
SQUARE = {"type": "Polygon", "coordinates": [[[121, 37], [122, 37], [122, 38], [121, 38], [121, 37]]]}
NEAR = {"lon": 121.5, "lat": 37.5}


@pytest.fixture
def city() -> City:
    made = make_city()
    made.units["harbour"].area = SQUARE
    made.units["harbour"].save(update_fields=["area"])
    units.forget()
    speaking.forget()
    return made


def go(city: City, case: Case, who: str, name: str, **values: Any) -> None:
    actor = city.actor(who)
    with acting(actor):
        move(case_id=case.pk, name=name, values=values, by=actor, now=NOW)


def rule(code: str, version: int = 1, **body: Any) -> None:
    """A rule put into force, as a load would."""
    full = {"code": code, "version": version, "name": code, "name_en": code, "when": {}, **body}
    Entry.objects.create(
        kind="routing_rules", code=code, version=version, digest=uuid.uuid4().hex, body=full, loaded_at=NOW
    )
    catalog.forget()


def of(case: Case) -> dict[str, Proposal]:
    with acting(SYSTEM):
        return queries.proposals_of(case)


def test_a_request_gets_a_proposal_right_after_filing_that_names_its_rule(city: City) -> None:
    case = filed(city, title="深夜渣土车噪声", body="扰民，睡不好", **NEAR).case
    assert actions.look(NOW) == 1
    told = of(case)
    assert (told["category"].value, told["category"].rule, told["category"].rule_version) == ("PS-02", "R-190", 1)
    assert (told["unit"].value, told["unit"].rule) == ("3799010001", "U-010")
    case.refresh_from_db()
    assert case.beside == ["proposal"]
    assert case.version == 1  # the officer's open form stays good
    assert Line.objects.filter(action="routing.propose", case=case.pk).count() == 1
    assert actions.look(NOW) == 0  # once is enough


def test_the_runner_up_is_the_next_rule_that_says_something_else(city: City) -> None:
    case = filed(city, title="货车乱停", body="货车占道停车", **NEAR).case
    actions.look(NOW)
    told = of(case)["category"]
    assert (told.value, told.next_value, told.next_by) == ("TR-03", "TR-02", "R-140@1")


def test_filing_does_nothing_for_it_and_never_waits(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def noted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(noted):
        case = filed(city).case
    assert asked
    assert not [sql for sql in asked if "routing_" in sql]

    def broken(*args: Any, **kw: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("huhang.kinds.requests.routing.actions.proposing.suggest", broken)
    assert "routing.look" in duties.tick(NOW)
    assert of(case)["unit"].source == "none"  # it gets no proposal, and does not hold up the ones after it
    assert Fault.objects.get().rule == "routing"
    assert Message.objects.filter(template="routing.fault").exists()
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")


def test_what_came_during_an_outage_is_found_afterwards(city: City) -> None:
    actions.look(NOW)
    first = filed(city).case
    Mark.objects.update(at=NOW)  # the worker stood still; row keys tell when a request came
    second = filed(city, title="遛狗不牵绳", body="恶犬伤人").case
    assert actions.look(NOW + timedelta(days=30)) == 2
    assert {of(first)["unit"].what, of(second)["category"].value} == {"unit", "PS-05"}


def test_many_are_taken_in_rounds(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huhang.kinds.requests.routing.actions.proposing.AT_ONCE", 2)
    for _ in range(5):
        filed(city)
    assert [actions.look(NOW) for _ in range(4)] == [2, 2, 1, 0]


def test_the_desk_takes_a_proposal_or_chooses_otherwise_and_both_are_kept(city: City) -> None:
    case = filed(city, title="深夜渣土车噪声", body="扰民", **NEAR).case
    actions.look(NOW)
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units["quay"].pk)
    kept = list(Choice.objects.filter(case=case).order_by("at", "id"))
    assert [(c.what, c.proposed, c.chosen, c.agreed, c.rule) for c in kept] == [
        ("category", "PS-02", "PS-02", True, "R-190"),
        ("unit", "3799010001", "3799010002", False, "U-010"),
    ]
    assert {c.by_id for c in kept} == {city.users["dispatcher"].pk}
    with acting(city.actor("supervisor")) as reader:
        rates = queries.rates(reader)
        assert (rates["unit", "U-010@1"].chosen, rates["unit", "U-010@1"].share) == (1, 0.0)
        assert rates["category", "R-190@1"].share == 1.0
        assert [c.case_id for c in queries.choices_behind(reader, "unit", "U-010@1", only_other=True)] == [case.pk]
        assert not queries.choices_behind(reader, "unit", "nonsense")
    with acting(city.actor("other_handler")) as stranger:
        assert queries.rates(stranger) == {}


def test_another_category_brings_another_unit(city: City) -> None:
    case = filed(city, title="深夜渣土车噪声", body="扰民", **NEAR).case
    actions.look(NOW)
    go(city, case, "dispatcher", "classify", category="EN-01", nature="complaint", urgency="0")
    work = Work.objects.get(name="routing.propose")
    assert work.args == {"case": str(case.pk)}
    actions.propose(case.pk, now=NOW)
    told = of(case)
    assert (told["unit"].value, told["unit"].rule) == ("3799010000", "U-020")
    assert Proposal.objects.filter(case=case, what="unit").count() == 2  # what was said before is kept


def test_a_withdrawn_category_fails_the_rule_and_leaves_running_cases_alone(city: City) -> None:
    case = filed(city, title="深夜噪声", body="扰民", **NEAR).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    Entry.objects.filter(kind="request_categories", code="PS-02").update(withdrawn_at=NOW)
    catalog.forget()
    other = filed(city, title="深夜噪声", body="扰民", **NEAR).case
    actions.look(NOW)
    case.refresh_from_db()
    assert (case.category, case.category_version) == ("PS-02", 1)
    assert of(other)["category"].source == "none"
    assert [f["rule"] for f in of(other)["category"].faults] == ["R-190@1"]
    assert Fault.objects.get().rule == "R-190"


def test_a_rule_that_fails_tells_every_administrator_once_and_stands_until_settled(city: City) -> None:
    rule("X-001", order=1, then={"unit": "3799010001"})
    city.units["harbour"].valid_to = NOW.date()
    city.units["harbour"].save(update_fields=["valid_to"])
    units.forget()
    for _ in range(2):
        filed(city, title="深夜噪声", body="扰民")
    actions.look(NOW)
    fault = Fault.objects.get(rule="X-001")
    assert (fault.times, fault.rule_version, fault.settled_at) == (2, 1, None)
    assert "已撤销" in queries.fault_says(fault)
    told = Message.objects.filter(template="routing.fault", user=city.users["system_admin"].pk)
    assert [m.text for m in told] == ["分派规则 X-001@1 执行时出错，已跳过它继续，请到“分派建议”处理。"]
    assert not Entry.objects.get(kind="routing_rules", code="X-001").withdrawn_at  # never switched off in silence

    admin = city.actor("system_admin")
    with acting(admin):
        with pytest.raises(Invalid):
            actions.settle(fault_id=fault.pk, how=" ", by=admin, now=NOW)
        actions.settle(fault_id=fault.pk, how="已写第 2 版", by=admin, now=NOW)
        with pytest.raises(Conflict):
            actions.settle(fault_id=fault.pk, how="再来一次", by=admin, now=NOW)
        with pytest.raises(Missing):
            actions.settle(fault_id=uuid.uuid4(), how="没有", by=admin, now=NOW)
    assert queries.faults() == []
    with pytest.raises(Denied):
        actions.settle(fault_id=fault.pk, how="我来", by=city.actor("dispatcher"), now=NOW)
    filed(city, title="又一件噪声", body="扰民")
    actions.look(NOW)
    assert [f.rule for f in queries.faults()] == ["X-001"]  # it failed again, so it stands again


TEXTS = {
    "TR-02": ("门口违停占道", "车辆乱停堵住消防通道"),
    "PS-05": ("小区恶犬不牵绳", "遛狗不牵绳吓到孩子"),
    "HU-01": ("孩子落户怎么办", "户口迁移需要什么材料"),
}


def ledger(city: City, each: int) -> None:
    """A small decided ledger, as its clerks classified it."""
    for n in range(each):
        for code, (title, body) in TEXTS.items():
            when = NOW - timedelta(days=each - n)
            filed(city, now=when, title=f"{title}{chr(0x4E00 + n)}", body=body + chr(0x5000 + 7 * n) * 3, category=code)


def test_a_model_is_trained_on_the_ledger_promoted_and_taken_back(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = city.actor("system_admin")
    with pytest.raises(Conflict, match="不足 200 件"):
        actions.train(What.CATEGORY, by=SYSTEM, now=NOW)
    monkeypatch.setattr(learning, "SMALLEST", 30)
    monkeypatch.setattr("huhang.kinds.requests.routing.suggesting.rules_in_force", list)
    ledger(city, 14)
    made = actions.train(What.CATEGORY, by=admin, now=NOW)
    assert (made.version, made.cases, made.labels, made.live) == (1, 42, 3, False)
    assert Line.objects.filter(action="routing.train").exists()
    case = filed(city, title="恶犬伤人", body="遛狗不牵绳").case
    actions.look(NOW)
    assert of(case)["category"].source == "none"  # nobody promoted it yet

    with acting(admin):
        actions.promote(model_id=made.pk, by=admin, now=NOW)
        with pytest.raises(Conflict):
            actions.promote(model_id=made.pk, by=admin, now=NOW)
    speaking.forget()
    told = actions.propose(case.pk, now=NOW)[0]
    assert (told.source, told.value, told.model) == ("model", "PS-05", made)
    assert told.confidence is not None
    assert told.confidence > 0.35
    assert told.next_value in TEXTS
    go(city, case, "dispatcher", "classify", category="TR-02", nature="help", urgency="0")
    with acting(SYSTEM):
        assert queries.rates(SYSTEM)["category", "category-1"].agreed == 0
        assert queries.choices_behind(SYSTEM, "category", "category-1").count() == 1

    second = actions.train(What.CATEGORY, by=admin, now=NOW + timedelta(days=1))
    assert second.version == 2
    with acting(admin):
        actions.promote(model_id=second.pk, by=admin, now=NOW + timedelta(days=1))
        assert actions.go_back(what=What.CATEGORY, by=admin, now=NOW) == made
        assert actions.go_back(what=What.CATEGORY, by=admin, now=NOW) is None
        with pytest.raises(Conflict):
            actions.go_back(what=What.CATEGORY, by=admin, now=NOW)
    for denied in (
        lambda by: actions.train(What.UNIT, by=by, now=NOW),
        lambda by: actions.promote(model_id=made.pk, by=by, now=NOW),
        lambda by: actions.go_back(what=What.UNIT, by=by, now=NOW),
        lambda by: actions.ask_for_training(by=by, now=NOW),
    ):
        with pytest.raises(Denied):
            denied(city.actor("dispatcher"))
    with pytest.raises(Missing):
        actions.promote(model_id=uuid.uuid4(), by=admin, now=NOW)


def test_bytes_that_are_not_the_kept_model_are_not_used(city: City) -> None:
    Model.objects.create(
        what="category",
        version=1,
        made_at=NOW,
        cases=1,
        labels=1,
        first_at=NOW,
        last_at=NOW,
        tested=0,
        weights=b"cos\nsystem\n(S'true'\ntR.",
        digest="0" * 64,
        live=True,
    )
    speaking.forget()
    case = filed(city, title="天气真好", body="谢谢").case
    actions.look(NOW)
    assert of(case)["category"].source == "none"
    speaking.forget()


def test_training_is_asked_for_once_and_done_by_the_worker(city: City) -> None:
    with acting(SYSTEM):
        assert actions.ask_for_training(by=SYSTEM, now=NOW)
        assert not actions.ask_for_training(by=SYSTEM, now=NOW)
    assert Work.objects.filter(name="routing.train").count() == 1


def test_the_subject_and_its_unit_are_looked_at(city: City) -> None:
    body = enterprise(city)
    case = filed(city, title="园区门口堵塞", body="园区投诉", nature="complaint", subject=body.pk, **NEAR).case
    actions.look(NOW)
    assert of(case)["category"].rule == "R-180"
    assert of(case)["unit"].value == "3799010000"
