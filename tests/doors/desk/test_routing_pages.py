"""C2 in the browser: the proposal beside the form, taken with a click; what the administrator sees and settles."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from huhang.base.access.context import SYSTEM, acting
from huhang.base.jobs.models import Work
from huhang.cases.models import Case
from huhang.kernel.errors import Sentence
from huhang.kinds.requests.routing import actions, speaking
from huhang.kinds.requests.routing.models import Choice, Fault, Model
from huhang.kinds.requests.routing.rules import Fault as Failed
from tests.doors.desk.test_case_moves import sent_with
from tests.doors.desk.test_case_page import client_of
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db
TITLE = {"title": "深夜渣土车噪声", "body": "扰民，睡不好"}


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))
    speaking.forget()


@pytest.fixture
def city() -> City:
    return make_city()


def proposed(city: City, **values: Any) -> Case:
    case = filed(city, **{**TITLE, **values}).case
    with acting(SYSTEM):
        actions.look(NOW)
    return case


def text_of(client: Client, url: str, **more: Any) -> str:
    answer = client.get(url, **more)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_the_case_page_names_rule_version_confidence_and_runner_up(city: City) -> None:
    case = proposed(city, title="货车乱停", body="货车占道停车")
    page = text_of(client_of(city, "dispatcher"), f"/desk/cases/{case.number}/")
    assert "分派建议" in page
    assert "货运车辆" in page
    assert "规则“货运车辆” R-120@1" in page
    assert "把握未知" in page
    assert "其次：交通管理 / 停车秩序" in page
    assert f"/desk/cases/{case.number}/moves/classify/?category=TR-03" in page
    handler = text_of(client_of(city, "auditor"), f"/desk/cases/{case.number}/")
    assert "填入表单" not in handler  # who neither classifies nor dispatches is not asked


def test_a_click_fills_the_form_and_the_officer_sends_it(city: City) -> None:
    case = proposed(city)
    client, url = client_of(city, "dispatcher"), f"/desk/cases/{case.number}/moves/classify/"
    plain = text_of(client, url)
    assert "规则“噪声扰民” R-190@1" in plain  # beside the form as well
    assert '<option value="PS-02" selected>' not in plain  # proposed, not chosen
    assert "填入表单" in plain
    page = text_of(client, url + "?category=PS-02")
    assert "填入表单" not in page  # it is filled in
    assert '<option value="PS-02" selected>' in page
    assert '<option value="" selected>' in text_of(client, url + "?category=nonsense")
    answer = client.post(url, sent_with(page, category="PS-02", nature="help", urgency="0"))
    assert answer.status_code == 302
    assert Choice.objects.get(case=case).agreed


def test_before_the_worker_came_the_page_asks_for_it_and_nothing_waits(city: City) -> None:
    case = filed(city, **TITLE).case
    client, url = client_of(city, "dispatcher"), f"/desk/cases/{case.number}/"
    assert f'hx-get="{url}proposal/"' in text_of(client, url)
    part = text_of(client, f"{url}proposal/", headers={"HX-Request": "true"})
    assert "R-190@1" in part
    assert "<html" not in part
    assert "R-190@1" in text_of(client, f"{url}proposal/")
    assert not Case.objects.get(pk=case.pk).beside
    other = text_of(client_of(city, "auditor"), f"{url}proposal/")
    assert "没有要建议的" in other


def test_a_unit_that_sent_it_back_is_said_to_have(city: City) -> None:
    case = proposed(city, category="PS-02")
    dispatcher = client_of(city, "dispatcher")
    with acting(SYSTEM):
        from huhang.kinds.requests.routing.models import Proposal

        Proposal.objects.filter(case=case, what="unit").update(source="rule", rule="U-010", value="3799010001")
    url = f"/desk/cases/{case.number}/moves/dispatch/"
    page = text_of(dispatcher, f"{url}?unit={city.units['harbour'].pk}")
    assert dispatcher.post(url, sent_with(page, unit=str(city.units["harbour"].pk))).status_code == 302
    back = f"/desk/cases/{case.number}/moves/give_back/"
    handler = client_of(city, "handler")
    assert handler.post(back, sent_with(text_of(handler, back), reason="不在辖区")).status_code == 302
    assert "已按此派过，被退回" in text_of(dispatcher, f"/desk/cases/{case.number}/")


def model() -> Model:
    return Model.objects.create(
        what="category",
        version=1,
        made_at=NOW,
        cases=2786,
        labels=7,
        first_at=NOW,
        last_at=NOW,
        tested=245,
        macro_f1=0.9038,
        right=0.91,
        sure=0.7,
        sure_right=0.98,
        weights=b"",
        digest="0" * 64,
    )


def test_the_administrator_settles_faults_promotes_and_takes_back(city: City) -> None:
    client, url = client_of(city, "system_admin"), "/desk/routing/"
    assert "还没有模型" in text_of(client, url)
    actions.report([Failed("R-190", 1, Sentence("没有单位“%(unit)s”", {"unit": "379"}))], now=NOW)
    made = model()
    page = text_of(client, url)
    assert "没有单位“379”" in page
    assert "宏平均 F1 0.904" in page
    assert "70% 说有九成把握，其中 98% 说对" in page
    assert "1 条规则出错" in text_of(client, "/desk/health/")
    assert "分派规则 R-190@1" in text_of(client, "/desk/messages/")

    fault = Fault.objects.get()
    refused = client.post(url, {"do": "settle", "id": fault.pk, "how": " "})
    assert refused.status_code == 422
    assert "请写明怎么处理的" in refused.content.decode()
    assert client.post(url, {"do": "settle", "id": fault.pk, "how": "已写第 2 版"}).status_code == 302
    assert "没有出错的规则" in text_of(client, "/desk/health/")
    assert client.post(url, {"do": "promote", "id": made.pk}).status_code == 302
    assert client.post(url, {"do": "promote", "id": made.pk}).status_code == 409
    assert "在用" in text_of(client, url)
    assert client.post(url, {"do": "go_back", "what": "category"}).status_code == 302
    assert client.post(url, {"do": "go_back", "what": "category"}).status_code == 409
    assert client.post(url, {"do": "train"}).status_code == 302
    assert client.post(url, {"do": "train"}).status_code == 302
    assert Work.objects.filter(name="routing.train").count() == 1
    for bad in ({"do": "promote", "id": "x"}, {"do": "explode"}, {"do": "go_back", "what": "weather"}, {}):
        assert client.post(url, bad).status_code == 404


def test_rates_lead_to_the_cases_behind_them(city: City) -> None:
    case = proposed(city)
    client, url = client_of(city, "dispatcher"), f"/desk/cases/{case.number}/moves/classify/"
    client.post(url, sent_with(text_of(client, url), category="TR-03", nature="help", urgency="0"))
    page = text_of(client_of(city, "supervisor"), "/desk/routing/")
    assert "/desk/routing/choices/?what=category&amp;by=R-190%401" in page
    behind = text_of(client, "/desk/routing/choices/?what=category&by=R-190%401")
    assert case.number in behind
    assert "选了别的" in behind
    assert case.number in text_of(client, "/desk/routing/choices/?what=category&by=R-190%401&other=1")
    assert "没有符合的" in text_of(client, "/desk/routing/choices/?what=unit&by=nobody")
    # who runs the machine sees the number and no case
    admin = client_of(city, "system_admin")
    assert "0%" in text_of(admin, "/desk/routing/")
    assert case.number not in text_of(admin, "/desk/routing/choices/?what=category&by=R-190%401")
    assert client.get("/desk/routing/choices/?what=weather").status_code == 404
    for page_url in ("/desk/routing/", "/desk/routing/choices/?what=unit&by=x"):
        assert client_of(city, "handler").get(page_url).status_code == 403
    assert client.post("/desk/routing/", {"do": "train"}).status_code == 403


def test_in_english(city: City) -> None:
    case = proposed(city)
    client = client_of(city, "dispatcher")
    page = text_of(client, f"/desk/cases/{case.number}/", headers={"Accept-Language": "en"})
    assert "Rule “Noise” R-190@1" in page
    assert "How sure is unknown" in page
    model()
    english = {"Accept-Language": "en"}
    told = text_of(client_of(city, "system_admin"), "/desk/routing/", headers=english)
    assert "70% answered with nine tenths or more, of these 98% right" in told
