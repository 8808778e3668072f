"""A4: a checked table nobody begins with can be thrown away at once and is removed after seven days, of every sort."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.files.models import StoredFile
from huhang.base.journal.models import Entry
from huhang.base.sheets.lying import LYING
from huhang.kernel.errors import Conflict, Missing
from huhang.kinds.officedays.importing import TABLE as DAYS
from huhang.kinds.officedays.models import ImportRun as Days
from huhang.kinds.requests.importing import actions as requests
from huhang.kinds.requests.models import ImportRow
from huhang.kinds.requests.models import ImportRun as Requests
from huhang.kinds.trainings.importing import TABLE as SESSIONS
from huhang.kinds.trainings.models import ImportRun as Sessions
from huhang.kinds.visits.importing import TABLE as VISITS
from huhang.kinds.visits.models import ImportRun as Visits
from huhang.register.imports import actions as register
from huhang.register.imports.models import Remark, Run
from huhang.register.posts import importing as posts
from huhang.register.posts.models import Import
from tests.factories.city import City, make_city
from tests.factories.visits import subject_of

pytestmark = pytest.mark.django_db
SAID = "夜里鸣笛，张三丰说睡不好"


@pytest.fixture
def city() -> City:
    return make_city()


def text_of(city: City, sort: str) -> str:
    host = subject_of(city)
    return {
        "requests": f"编号,时间,标题,内容\n1,2019/12/18 9:05:31,甲,{SAID}\n",
        "register": "信用代码,类型,名称,责任单位\n,企业,甲厂有限公司,港湾派出所\n,企业,,港湾派出所\n",
        "visits": f"走访了谁,走访时间,目的,见到几人,反映的问题\n{host.number},2026-03-01,听取需求,3,{SAID}\n",
        "trainings": f"面向,种类,日期,名称,人数\n{host.number},防诈骗讲座,2026-03-01,讲座,40\n",
        "officedays": f"开始时间,在哪家,接待人数,带回的问题\n2026-03-01 09:00,{host.number},3,{SAID}\n",
        "posts": f"警务站名称,设在哪里,设立日期,为什么设\n重工警务站,{host.number},2026-03-01,职工多\n",
    }[sort]


WHERE = {
    "requests": ("dispatcher", "/desk/imports/"),
    "register": ("dispatcher", "/desk/register/imports/"),
    "visits": ("liaison", "/desk/visits/imports/"),
    "trainings": ("liaison", "/desk/trainings/imports/"),
    "officedays": ("liaison", "/desk/office-days/imports/"),
    "posts": ("chief", "/desk/posts/import/"),
}
RUNS: dict[str, type[models.Model]] = {
    "requests": Requests,
    "register": Run,
    "visits": Visits,
    "trainings": Sessions,
    "officedays": Days,
    "posts": Import,
}
EXPIRE: dict[str, Callable[..., int]] = {
    "requests": requests.expire,
    "register": register.forget_files,
    "visits": VISITS.expire,
    "trainings": SESSIONS.expire,
    "officedays": DAYS.expire,
    "posts": posts.expire,
}


def sent(city: City, sort: str) -> tuple[Client, str]:
    """A table of a sort, checked: who sent it and its page."""
    who, where = WHERE[sort]
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    file = SimpleUploadedFile("台账.csv", text_of(city, sort).encode("utf-8-sig"), "text/csv")
    what = {"register": "subjects", "posts": "posts"}.get(sort, "")
    answer = client.post(where, {"file": file, "what": what, "idempotency_key": "one"})
    assert answer.status_code == 302, answer.content.decode()
    return client, answer["Location"]


def left(sort: str) -> list[Any]:
    with acting(SYSTEM):
        return list(RUNS[sort]._default_manager.all())


@pytest.mark.parametrize("sort", WHERE)
def test_it_is_thrown_away_by_a_button_and_nothing_of_it_stays(city: City, sort: str) -> None:
    client, page = sent(city, sort)
    [run] = left(sort)
    goes = timezone.localtime(run.created_at + LYING)
    shown = client.get(page).content.decode()
    assert "自动删除" in shown
    assert f"{goes:%H:%M}" in shown
    other = Client()
    other.force_login(city.users["other_handler"], backend="huhang.base.people.backends.Officers")
    away = (page, {"do": "discard"}) if sort == "posts" else (f"{page}discard/", {})
    assert other.post(*away).status_code in (403, 404)
    assert len(left(sort)) == 1
    assert client.post(*away)["Location"] == WHERE[sort][1]
    assert left(sort) == []
    assert client.get(page).status_code == 404
    with acting(SYSTEM):
        assert Entry.objects.filter(action__endswith="discard", data__contains=str(run.pk)).count() == 1
        assert not ImportRow.objects.exists()
        assert not Remark.objects.exists()
        assert not StoredFile.objects.filter(removed_at=None).exists()


@pytest.mark.parametrize("sort", WHERE)
def test_after_seven_days_it_is_gone_and_not_before(city: City, sort: str) -> None:
    sent(city, sort)
    [run] = left(sort)
    at: datetime = run.created_at + LYING
    assert EXPIRE[sort](now=at - timedelta(seconds=1)) == 0
    assert len(left(sort)) == 1
    assert EXPIRE[sort](now=at) == 1
    assert left(sort) == []
    assert EXPIRE[sort](now=at) == 0
    last = Entry.objects.filter(action__endswith="discard").get()
    assert str(run.pk) in last.data
    assert last.actor_kind == "system"


def test_what_was_begun_is_neither_thrown_away_nor_removed(city: City) -> None:
    client, page = sent(city, "visits")
    assert client.post(f"{page}begin/", {"rows": "all"}).status_code == 302
    assert client.post(f"{page}discard/").status_code == 409
    [run] = left("visits")
    assert run.sealed is not None
    assert VISITS.expire(now=run.created_at + LYING - timedelta(minutes=1)) == 0
    # it broke off and nobody took it up: what people said does not wait for ever
    assert VISITS.expire(now=timezone.now() + LYING) == 1
    [run] = left("visits")
    assert (run.sealed, run.saved) == (None, 0)
    assert run.finished_at is not None
    assert VISITS.save(run.pk).saved == 0
    client, page = sent(city, "posts")
    assert client.post(page, {}).status_code == 302
    assert client.post(page, {"do": "discard"}).status_code == 409
    assert posts.expire(now=timezone.now() + 2 * LYING) == 0
    with acting(city.actor("dispatcher")), pytest.raises(Missing):
        posts.discard(import_id=left("posts")[0].pk, by=city.actor("dispatcher"), now=timezone.now())
    with acting(city.actor("chief")), pytest.raises(Conflict):
        posts.discard(import_id=left("posts")[0].pk, by=city.actor("chief"), now=timezone.now())
