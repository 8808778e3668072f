"""Administration: each page for its own permission, nobody for themselves, nothing about cases for administrators."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import ROLES, Perm
from huhang.base.catalog import actions as catalog_actions
from huhang.base.catalog import queries as catalog
from huhang.base.catalog.models import Entry as CatalogEntry
from huhang.base.jobs.actions import try_again
from huhang.base.jobs.models import Work
from huhang.base.journal.actions import anchor
from huhang.base.journal.models import Entry as JournalEntry
from huhang.base.people.models import ApiToken, Post, User
from huhang.cases.models import Batch, Case, Clock, Step
from huhang.doors.desk.admin.journal import hide
from huhang.doors.desk.admin.people import password
from huhang.kernel.errors import Denied
from huhang.register.units.models import Unit
from tests.doors.desk.test_case_page import client_of, counted, handled
from tests.factories.city import NOW, OFFICERS, City, filed, make_city

NEEDS = {
    "/desk/people/": Perm.MANAGE_PEOPLE,
    "/desk/people/new/": Perm.MANAGE_PEOPLE,
    "/desk/units/": Perm.MANAGE_SYSTEM,
    "/desk/units/new/": Perm.MANAGE_SYSTEM,
    "/desk/catalog/": Perm.MANAGE_SYSTEM,
    "/desk/catalog/notice/": Perm.MANAGE_SYSTEM,
    "/desk/catalog/calendar/2026/": Perm.MANAGE_SYSTEM,
    "/desk/catalog/request_categories/PS-02/": Perm.MANAGE_SYSTEM,
    "/desk/health/": Perm.MANAGE_SYSTEM,
    "/desk/webhooks/": Perm.MANAGE_SYSTEM,
    "/desk/journal/": Perm.READ_JOURNAL,
    "/desk/tokens/": None,
}
NOTICE = """国务院办公厅关于2027年部分节假日安排的通知
国办发明电〔2026〕8号
经国务院批准，现将2027年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。2月14日（周日）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假，共1天。
六、中秋节：9月15日（周三）放假，共1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。10月9日（周六）上班。
"""


@pytest.fixture(autouse=True)
def the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.mark.parametrize("who", sorted(OFFICERS))
def test_each_page_opens_for_its_permission_and_no_other(city: City, who: str) -> None:
    client, perms = client_of(city, who), ROLES[OFFICERS[who][1]].perms
    for url, perm in NEEDS.items():
        expected = 200 if perm is None or perm in perms else 403
        assert client.get(url).status_code == expected, url


def test_the_pages_read_in_english(city: City) -> None:
    for url, perm in NEEDS.items():
        who = {Perm.MANAGE_PEOPLE: "security_admin", Perm.READ_JOURNAL: "auditor"}.get(perm or Perm.SEE, "system_admin")
        client = client_of(city, who)
        client.cookies["huhang_language"] = "en"
        assert client.get(url).status_code == 200, url


def test_an_officer_is_enrolled_once_with_a_password_shown_once(city: City) -> None:
    client = client_of(city, "security_admin")
    sent = {"username": "370099", "name": "新警员", "idempotency_key": "a"}
    first = client.post("/desk/people/new/", sent)
    assert first.status_code == 201
    secret = re.search(r'id="first-password">([^<]+)', first.content.decode())
    user = User.objects.get(username="370099")
    assert secret
    assert user.check_password(secret[1].replace("&amp;", "&"))
    assert user.must_change_password
    again = client.post("/desk/people/new/", sent)
    assert again["Location"] == f"/desk/people/{user.pk}/"
    taken = client.post("/desk/people/new/", {"username": "370099", "name": "别人", "idempotency_key": "b"})
    assert taken.status_code == 422
    assert "已登记" in taken.content.decode()


def test_first_passwords_have_all_four_sorts() -> None:
    made = {password() for _n in range(50)}
    assert len(made) == 50
    for one in made:
        assert len(one) == 12
        assert re.search("[A-Z]", one)
        assert re.search("[a-z]", one)
        assert re.search("[0-9]", one)
        assert re.search("[^A-Za-z0-9]", one)


def test_a_post_is_given_with_dates_and_taken_away_at_once(city: City) -> None:
    client, user = client_of(city, "security_admin"), city.users["handler"]
    url = f"/desk/people/{user.pk}/"
    typed = {"unit": str(city.units["river"].pk), "role": "handler", "starts_on": "2026-12-01", "ends_at": "2026-12-31"}
    assert client.post(url, typed).status_code == 302
    post = Post.objects.get(user=user, unit=city.units["river"])
    assert post.ends_at is not None
    assert (post.ends_at - post.starts_at).days == 31
    assert client.post(url, typed).status_code == 409
    backwards = client.post(url, {**typed, "role": "clerk", "ends_at": "2026-11-01"})
    assert backwards.status_code == 422
    current = Post.objects.get(user=user, unit=city.units["harbour"])
    relieve = f"{url}posts/{current.pk}/relieve/"
    assert "立即生效" in client.get(relieve).content.decode()
    assert client.post(relieve).status_code == 302
    current.refresh_from_db()
    assert current.ends_at is not None


def test_nobody_appoints_relieves_or_retires_themselves(city: City) -> None:
    client, me = client_of(city, "security_admin"), city.users["security_admin"]
    url, own = f"/desk/people/{me.pk}/", Post.objects.get(user=me)
    typed = {"unit": str(city.units["bureau"].pk), "role": "leader", "starts_on": "2026-11-20"}
    assert client.post(url, typed).status_code == 403
    assert client.post(f"{url}posts/{own.pk}/relieve/").status_code == 403
    assert client.post(f"{url}leave/").status_code == 403
    assert client.post(f"{url}password/").status_code == 403
    assert Post.objects.filter(user=me, ends_at=None).count() == 1


def test_whoever_leaves_is_out_at_once(city: City) -> None:
    theirs, user = client_of(city, "liaison"), city.users["liaison"]
    assert theirs.get("/desk/messages/").status_code == 200
    assert client_of(city, "security_admin").post(f"/desk/people/{user.pk}/leave/").status_code == 302
    assert theirs.get("/desk/messages/").status_code == 302


def test_a_unit_is_founded_and_dissolved_and_its_open_cases_go_to_the_successor(city: City) -> None:
    case = handled(city)
    client = client_of(city, "system_admin")
    said = {
        "parent": str(city.units["port"].pk),
        "kind": "station",
        "code": "3799010009",
        "name": "望海市公安局新港派出所",
    }
    assert client.post("/desk/units/new/", {**said, "short_name": "新港派出所"}).status_code == 302
    made = Unit.objects.get(code="3799010009")
    assert made.branch_id == city.units["port"].pk
    assert client.post("/desk/units/new/", said).status_code == 422
    url = f"/desk/units/{city.units['harbour'].pk}/"
    asked = client.post(url, {"successor": str(city.units["quay"].pk)})
    assert "1 件在办事项移交码头派出所" in asked.content.decode()
    assert Case.objects.get(pk=case.pk).unit_id == city.units["harbour"].pk
    assert client.post(url, {"successor": str(city.units["quay"].pk), "confirmed": "yes"}).status_code == 302
    assert Case.objects.get(pk=case.pk).unit_id == city.units["quay"].pk
    step = Step.objects.filter(case=case).order_by("-seq").first()
    assert step
    assert (step.move, step.by_label) == ("hand_over", "沈统")
    assert "撤销" in client_of(city, "dispatcher").get(f"/desk/cases/{case.number}/").content.decode()


def test_a_notice_is_looked_at_first_and_then_moves_provisional_dates(city: City) -> None:
    december = NOW.replace(month=12, day=28)
    case = filed(city, now=december).case
    before = Clock.objects.get(case=case, name="answer")
    assert before.provisional
    client, url = client_of(city, "system_admin"), "/desk/catalog/notice/"
    looked = client.post(url, {"text": NOTICE, "look": "1"}).content.decode()
    assert "放假" in looked
    assert not CatalogEntry.objects.filter(code="cn-2027").exists()
    saved = client.post(url, {"text": NOTICE, "save": "1"})
    assert saved["Location"] == "/desk/catalog/calendar/2027/"
    after = Clock.objects.get(pk=before.pk)
    assert not after.provisional
    assert "2027.1" in after.calendar_version
    assert Case.objects.get(pk=case.pk).due_at == after.due_at
    assert client.post(url, {"text": NOTICE, "save": "1"}).status_code == 422  # nothing new in it


def test_a_year_brought_in_by_hand_survives_the_next_load_of_the_files(city: City, settings: object) -> None:
    client_of(city, "system_admin").post("/desk/catalog/notice/", {"text": NOTICE, "save": "1"})
    loaded = catalog_actions.load(Path(settings.HUHANG_CATALOG), by=SYSTEM, now=NOW)  # type: ignore[attr-defined]
    assert (loaded.problems, loaded.withdrawn) == ((), 0)
    catalog.forget()
    assert 2027 in {y.year for y in catalog.calendar().years}


def test_a_line_of_a_notice_that_cannot_be_read_is_named(city: City) -> None:
    client = client_of(city, "system_admin")
    wrong = NOTICE.replace("共3天。\n二", "共4天。\n二")
    answer = client.post("/desk/catalog/notice/", {"text": wrong, "look": "1"})
    assert answer.status_code == 422
    assert "元旦" in answer.content.decode()
    assert client.post("/desk/catalog/notice/", {"text": "{", "look": "1"}).status_code == 422


def test_a_token_is_shown_once_and_ends_when_revoked(city: City) -> None:
    client = client_of(city, "handler")
    made = client.post("/desk/tokens/", {"name": "台账程序", "days": "30"})
    found = re.search(r'id="new-token">(hht_[\w-]+)', made.content.decode())
    assert made.status_code == 201
    assert found
    page = client.get("/desk/tokens/").content.decode()
    assert found[1] not in page
    revoke = re.search(r'action="(/desk/tokens/[0-9a-f-]+/revoke/)"', page)
    assert revoke
    assert client_of(city, "clerk").post(revoke[1]).status_code == 404
    assert client.post(revoke[1]).status_code == 302
    assert "已作废" in client.get("/desk/tokens/").content.decode()
    assert client.post("/desk/tokens/", {"name": "x", "days": "9999"}).status_code == 422


def test_a_token_form_sent_twice_makes_one_token_and_shows_it_once(city: City) -> None:
    client = client_of(city, "handler")
    page = client.get("/desk/tokens/").content.decode()
    key = re.search(r'name="idempotency_key" value="([^"]+)"', page)
    assert key
    sent = {"name": "台账程序", "days": "30", "idempotency_key": key[1]}
    first, second = client.post("/desk/tokens/", sent), client.post("/desk/tokens/", sent)
    assert (first.status_code, second.status_code) == (201, 200)
    assert "hht_" in first.content.decode()
    assert "hht_" not in second.content.decode()
    assert "已经发放" in second.content.decode()
    assert ApiToken.objects.filter(user_id=city.users["handler"].pk).count() == 1


def test_the_journal_is_narrowed_paged_and_shows_nothing_personal(city: City) -> None:
    case = handled(city)
    client_of(city, "handler").post(
        f"/desk/cases/{case.number}/reveal/",
        {"fields_wanted": ["phone"], "purpose": "other", "other": "回拨 13800000001 核实"},
    )
    client = client_of(city, "auditor")
    text = client.get("/desk/journal/", {"case": case.number}).content.decode()
    assert "查看个人信息" in text
    assert "诉求：签收" in text
    assert "13800000001" not in text
    assert "138****01" in text
    assert "查看个人信息" in client.get("/desk/journal/", {"officer": "周正", "day": "2026-11-20"}).content.decode()
    assert "没有这样的记录" in client.get("/desk/journal/", {"officer": "没有这人"}).content.decode()
    assert "请按 2026-11-21" in client.get("/desk/journal/", {"day": "昨天"}).content.decode()
    for n in range(12):
        filed(city, phone=f"1380000{n:04d}")
    first = client.get("/desk/journal/").content.decode()
    older = re.search(r'href="(\?before=[^"]+)"', first)
    assert older
    assert client.get("/desk/journal/" + older[1].replace("&amp;", "&")).status_code == 200


def test_long_digits_are_hidden_wherever_somebody_typed_them() -> None:
    assert hide("电话13800000001，证件370602199001010016。") == "电话138****01，证件370****16。"
    assert hide("第 123456 号") == "第 123456 号"
    assert hide("7129e8ae-9208-4444-8888-123456789012") == "7129e8ae-9208-4444-8888-123456789012"


def test_lists_of_administration_keep_a_statement_budget(city: City) -> None:
    handled(city)
    budget = (
        ("/desk/people/", "security_admin", 4),
        ("/desk/units/", "system_admin", 4),
        ("/desk/journal/?day=2026-11-20", "auditor", 5),
        ("/desk/journal/", "auditor", 6),  # the front page tells the state of the chain too
        ("/desk/messages/", "handler", 5),
    )
    for url, who, most in budget:
        client = client_of(city, who)
        client.get(url)
        with counted() as said:
            client.get(url)
        assert len(said) <= most, (url, said)


def test_the_journal_page_notices_when_the_chain_no_longer_fits_its_anchor(
    own_database: str, tmp_path: Path, settings: Any
) -> None:
    settings.HUHANG_ANCHORS = tmp_path / "anchors.jsonl"
    with acting(SYSTEM):
        city = make_city()
    client = client_of(city, "auditor")
    assert "还没有锚定" in client.get("/desk/journal/").content.decode()
    with acting(SYSTEM):
        taken = anchor(now=NOW)
    assert taken
    assert "与最近一次锚定相符" in client.get("/desk/journal/").content.decode()
    text = settings.HUHANG_ANCHORS.read_text()
    settings.HUHANG_ANCHORS.write_text(text.replace(taken["hash"], "0" * 64))
    assert "与锚定不符" in client.get("/desk/journal/").content.decode()


def test_health_says_in_words_what_is_wrong_and_what_to_do(city: City) -> None:
    text = client_of(city, "system_admin").get("/desk/health/").content.decode()
    for word in ("数据库", "PostgreSQL", "后台程序", "huhang worker", "日历", "磁盘", "试用发件箱"):
        assert word in text


def test_work_that_was_given_up_is_listed_with_its_reason_and_taken_up_again(city: City) -> None:
    work = Work.objects.create(
        name="cases.batch",
        args={"batch": "x"},
        not_before=NOW,
        created_at=NOW,
        attempts=8,
        last_error="ValueError: 盘满",
        given_up_at=NOW,
    )
    client = client_of(city, "system_admin")
    page = client.get("/desk/health/").content.decode()
    assert "ValueError: 盘满" in page
    assert "重排" in page
    assert client_of(city, "clerk").post("/desk/health/", {"work": work.pk}).status_code == 403
    with pytest.raises(Denied):
        try_again(work.pk, by=city.actor("clerk"), now=NOW)
    assert client.post("/desk/health/", {"work": "x"}).status_code == 404
    assert client.post("/desk/health/", {"work": work.pk}).status_code == 302
    work.refresh_from_db()
    assert (work.given_up_at, work.attempts) == (None, 0)
    row = JournalEntry.objects.get(action="work.try_again")
    assert row.actor_kind == "officer"
    assert "盘满" not in client.get("/desk/health/").content.decode()


def test_a_batch_whose_work_was_given_up_says_so(city: City) -> None:
    batch = Batch.objects.create(by_id=city.users["dispatcher"].pk, move="dispatch", values={}, total=3, created_at=NOW)
    work = Work.objects.create(name="cases.batch", args={"batch": str(batch.pk)}, not_before=NOW, created_at=NOW)
    client, here = client_of(city, "dispatcher"), f"/desk/batches/{batch.pk}/progress/"
    assert "排队中" in client.get(here).content.decode()
    Work.objects.filter(pk=work.pk).update(given_up_at=NOW)
    page = client.get(here).content.decode()
    assert "没有完成" in page
    assert "hx-get" not in page
