"""L2: a meeting over open cases that go nowhere; minutes item by item; decisions become duties with clocks."""

import io
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from docx import Document

from huhang.base.access.context import SYSTEM, acting
from huhang.base.messages.models import Message
from huhang.cases.actions import move, open_case
from huhang.cases.models import Attachment, Case, Step
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kinds.meetings.models import AgendaItem, Decision
from huhang.kinds.meetings.queries import proposals
from huhang.reading import ledger
from huhang.reading.rules import Filter
from tests.factories.city import NOW, City, filed, make_city

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: Any = NOW, **values: Any) -> Step:
    actor = city.actor(who)
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def bounced(city: City) -> Case:
    """A request that went to three units."""
    case = filed(city).case
    go(city, case, "dispatcher", "classify", category="PS-02", nature="help", urgency="0")
    go(city, case, "dispatcher", "dispatch", unit=city.units["harbour"].pk)
    for unit in ("trucks", "harbour"):
        go(city, case, "dispatcher", "reassign", unit=city.units[unit].pk, reason="改派")
    go(city, case, "handler", "sign")
    return case


def convened(city: City, *about: Case, by: str = "dispatcher") -> Case:
    actor = city.actor(by)
    with acting(actor):
        return open_case(
            "meeting",
            title="渣土车噪声协调会",
            place="三楼会议室",
            meets_at=NOW + 3 * DAY,
            units=[city.units["harbour"].pk, city.units["trucks"].pk],
            about=[case.pk for case in about],
            by=actor,
            now=NOW,
        )


def item(meeting: Case, place: int = 0) -> str:
    return str(AgendaItem.objects.filter(meeting=meeting, dropped_at=None).order_by("place")[place].pk)


def minutes_of(city: City, meeting: Case, label: str) -> str:
    """The words of the minutes as the dispatcher opens them among the files of the meeting."""
    with acting(SYSTEM):
        made = Attachment.objects.get(case=meeting, label=label)
    assert not made.public
    answer = page(city, "dispatcher", f"/desk/cases/{meeting.number}/files/{made.pk}/")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "\n".join(one.text for one in Document(io.BytesIO(content)).paragraphs)


def page(city: City, who: str, address: str) -> Any:
    client = Client()
    client.force_login(city.users[who], backend="huhang.base.people.backends.Officers")
    return client.get(address)


def test_the_agenda_is_proposed_by_rule_and_ordered_by_hand(city: City) -> None:
    case, quiet = bounced(city), filed(city, phone="13800000009").case
    with acting(city.actor("dispatcher")):
        (first,) = proposals(city.actor("dispatcher"), NOW)
        assert (first.case, first.why) == (case.pk, ["多次流转"])
        both = proposals(city.actor("dispatcher"), NOW + 30 * DAY)
    assert [p.case for p in both] == [case.pk, quiet.pk]  # more reasons first
    meeting = convened(city, case)
    go(city, meeting, "dispatcher", "put_items", number=quiet.number)
    go(city, meeting, "dispatcher", "arrange_items", item=item(meeting, 1), place="1")
    rows = AgendaItem.objects.filter(meeting=meeting).order_by("place")
    assert [(r.place, r.about_id) for r in rows] == [(1, quiet.pk), (2, case.pk)]
    go(city, meeting, "dispatcher", "drop_item", item=item(meeting, 0), reason="已经办好")
    assert rows.filter(dropped_at=None).get().about_id == case.pk
    told = Message.objects.filter(case=meeting.pk, template="meeting.call").values_list("user", flat=True)
    assert city.users["handler"].pk in told
    assert city.users["traffic"].pk in told


def test_a_decision_becomes_a_duty_with_a_clock_and_is_said_on_the_case(city: City) -> None:
    case = bounced(city)
    meeting = convened(city, case)
    go(city, meeting, "dispatcher", "hold", present="港湾所周正、货运大队孙达")
    with pytest.raises(Conflict, match="没有记录"):
        go(city, meeting, "dispatcher", "adopt")
    go(city, meeting, "dispatcher", "minute", item=item(meeting), minutes="一致认为夜间应设卡。")
    step = go(
        city,
        meeting,
        "dispatcher",
        "resolve",
        item=item(meeting),
        what="夜间在三号门外设卡",
        unit=city.units["trucks"].pk,
        days="2",
    )
    adopted = go(city, meeting, "dispatcher", "adopt")
    words = minutes_of(city, meeting, adopted.data["paper"])
    for said in (
        *("三楼会议室", "港湾所周正、货运大队孙达", "一致认为夜间应设卡。", "夜间在三号门外设卡"),
        *(case.number, step.data["duty"], "2026年"),
    ):
        assert said in words, said
    duty = Case.objects.get(number=step.data["duty"])
    assert (duty.kind, duty.state, duty.parent_id) == ("duty", "owed", case.pk)
    assert duty.due_at is not None
    assert Decision.objects.get(meeting=meeting).number == duty.number
    said = case.steps.get(move="decided")
    assert "夜间在三号门外设卡（货运大队，2 个工作日内" in said.note
    mine = ledger.page(city.actor("traffic"), Filter(scope="unit"), now=NOW, by_due=True).lines
    assert duty.number in [line.number for line in mine]
    late = ledger.page(city.actor("traffic"), Filter(scope="unit", late=True), now=NOW + 9 * DAY).lines
    assert duty.number in [line.number for line in late]


def test_a_duty_is_reported_sent_back_and_accepted_by_whoever_asked(city: City) -> None:
    actor = city.actor("dispatcher")
    with acting(actor):
        duty = open_case(
            "duty", what="设卡", unit=city.units["trucks"].pk, days=2, source="联席会议", by=actor, now=NOW
        )
    with pytest.raises((Denied, Missing)):
        go(city, duty, "other_handler", "report", report="不是我的")
    go(city, duty, "traffic", "report", report="设了一晚")
    with pytest.raises((Denied, Conflict)):
        go(city, duty, "traffic", "accept")
    go(city, duty, "dispatcher", "send_back", reason="要连续一周", days="5")
    duty.refresh_from_db()
    assert (duty.state, duty.due_at is not None) == ("owed", True)
    go(city, duty, "traffic", "report", report="连续七晚", now=NOW + 30 * DAY)
    duty.refresh_from_db()
    known = Case.objects.select_related("duty").get(pk=duty.pk).duty
    assert (known.in_time, known.reports) == (False, ["设了一晚"])
    go(city, duty, "supervisor", "accept", note="属实", now=NOW + 30 * DAY)
    duty.refresh_from_db()
    assert (duty.state, duty.is_open) == ("fulfilled", False)


def test_a_duty_may_be_excused_and_a_meeting_called_off_with_a_reason(city: City) -> None:
    actor = city.actor("chief")
    with acting(actor):
        duty = open_case("duty", what="设卡", unit=city.units["harbour"].pk, days=2, by=actor, now=NOW)
    go(city, duty, "chief", "excuse", reason="园区已搬走")
    meeting = convened(city, bounced(city))
    go(city, meeting, "dispatcher", "invite", units=[city.units["river"].pk])
    go(city, meeting, "dispatcher", "call_off", reason="已协调好")
    meeting.refresh_from_db()
    assert (meeting.state, meeting.is_open) == ("called_off", False)
    assert Message.objects.filter(case=meeting.pk, template="meeting.off").exists()


def test_what_cannot_be_is_refused_in_words(city: City) -> None:
    actor = city.actor("dispatcher")
    with pytest.raises(Invalid) as told, acting(actor):
        open_case("meeting", title=" ", place="", meets_at=NOW - DAY, units=[], by=actor, now=NOW)
    assert set(told.value.problems) == {"title", "place", "meets_at", "units"}
    for values in ({"what": "", "days": 2}, {"what": "x", "days": 0}, {"what": "x", "days": 999}):
        with pytest.raises(Invalid), acting(actor):
            open_case("duty", unit=city.units["harbour"].pk, by=actor, now=NOW, **values)
    with pytest.raises(Denied), acting(city.actor("handler")):
        open_case("duty", what="x", unit=city.units["harbour"].pk, days=2, by=city.actor("handler"), now=NOW)
    meeting = convened(city)
    with pytest.raises(Conflict, match="没有议题"):
        go(city, meeting, "dispatcher", "hold", present="x")
    with pytest.raises(Invalid, match="编号"):
        go(city, meeting, "dispatcher", "put_items", number="HS-2222-2222")
    with pytest.raises((Conflict, Denied)):  # a participant's chief reads, and does not keep the agenda
        go(city, meeting, "chief", "put_items", number=bounced(city).number)


def test_nobody_puts_a_case_on_the_agenda_they_may_not_see_nor_reads_it_there(city: City) -> None:
    foreign = filed(city).case
    go(city, foreign, "dispatcher", "classify", category="PS-02", nature="help", urgency="0", sensitive="1")
    go(city, foreign, "dispatcher", "dispatch", unit=city.units["river"].pk)
    actor = city.actor("chief")
    with pytest.raises(Invalid, match="看不到"), acting(actor):
        open_case(
            "meeting",
            title="会",
            place="会议室",
            meets_at=NOW + DAY,
            units=[city.units["harbour"].pk],
            about=[foreign.pk],
            by=actor,
            now=NOW,
        )
    meeting = convened(city, foreign)
    shown = page(city, "handler", f"/desk/cases/{meeting.number}/").content.decode()
    assert "事项内容您无权查看" in shown
    assert foreign.number not in shown


def test_it_is_convened_listed_and_printed_in_the_browser(city: City) -> None:
    case = bounced(city)
    client = Client()
    client.force_login(city.users["dispatcher"], backend="huhang.base.people.backends.Officers")
    form = client.get("/desk/meetings/new/").content.decode()
    assert case.number in form
    wrong = client.post("/desk/meetings/new/", {"title": "会"})
    assert wrong.status_code == 422
    assert "请写开会地点" in wrong.content.decode()
    soon = timezone.now() + 2 * DAY
    sent = {
        "title": "渣土车协调会",
        "place": "三楼",
        "meets_at": f"{soon:%Y-%m-%dT%H:%M}",
        "units": [str(city.units["harbour"].pk)],
        "cases": [str(case.pk)],
    }
    made = client.post("/desk/meetings/new/", sent)
    assert made.status_code == 302
    meeting = Case.objects.get(kind="meeting")
    assert made["Location"].endswith(quote(f"/desk/cases/{meeting.number}/"))
    shown = page(city, "handler", "/desk/meetings/").content.decode()
    assert "渣土车协调会" in shown
    printed = page(city, "handler", f"/desk/cases/{meeting.number}/print/").content.decode()
    assert "议题 1 · 夜间渣土车噪声影响园区宿舍" in printed
    put = client.get(f"/desk/cases/{meeting.number}/moves/put_items/")
    assert put.status_code == 200
