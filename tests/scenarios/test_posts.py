"""B4/C5: a police post, a hazard told for the host's own safety, and the culvert as a dispute.

After the story told of Binzhou: the culvert an enterprise's project built at its gate blocks the drainage of the
village beside it. Villagers and enterprise are at odds; the post takes it, writes to the town government, the town has
the culvert widened, an agreement is read to each and signed, and somebody else asks a month later whether it holds.
"""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from docx import Document

from huhang.base.access.context import SYSTEM, acting
from huhang.base.files.queries import open_file
from huhang.base.journal.models import Entry
from huhang.base.messages.models import Message
from huhang.cases.actions import move, open_case
from huhang.cases.actions.moving import refused
from huhang.cases.models import Attachment, Case, Clock, Step
from huhang.cases.registry import kind_of
from huhang.kernel.errors import Conflict, Invalid, Missing
from huhang.kinds.disputes.actions import reveal_party
from huhang.kinds.disputes.jobs import tell_of_days_that_came as disputes_run_out
from huhang.kinds.disputes.jobs import tell_of_letters_unanswered
from huhang.kinds.disputes.models import Letter, Party
from huhang.kinds.hazards.jobs import tell_of_days_that_came as hazards_run_out
from huhang.kinds.hazards.models import Hazard
from huhang.register.subjects.actions import add_contact
from huhang.register.subjects.models import Contact
from tests.factories.city import NOW, City, make_city
from tests.factories.posts import disputed, hazard, post
from tests.factories.visits import subject_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def city() -> City:
    return make_city()


def go(city: City, case: Case, who: str, name: str, *, now: Any = NOW, **values: Any) -> Step:
    actor = city.actor(who)
    with acting(actor):
        return move(case_id=case.pk, name=name, values=values, by=actor, now=now)


def fresh(case: Case) -> Case:
    return Case.objects.defer("search", "folded").get(pk=case.pk)


def paper(file: Any) -> str:
    return "\n".join(p.text for p in Document(io.BytesIO(b"".join(open_file(file)))).paragraphs if p.text)


def test_the_culvert_from_taking_to_the_look_again(city: City) -> None:
    case = disputed(city, post(city))
    assert (case.state, case.subject, case.from_label) == ("brought", subject_of(city), "海晏化工安企警务站")
    villager = Party.objects.get(case=case, side="b")
    assert (villager.name_masked, villager.person is not None) == ("王**", True)
    assert b"\xe7\x8e\x8b" not in bytes(villager.name_sealed)
    settle_due = fresh(case).due_at

    # a sitting; then the town is written to, and nothing is settled while it has not answered
    both = [str(one.pk) for one in Party.objects.filter(case=case)]
    go(
        city,
        case,
        "handler",
        "mediate",
        on="2026-11-20",
        present=both,
        others="村委会主任",
        said="企业愿出钱",
    )
    go(
        city,
        case,
        "handler",
        "refer",
        authority="town_harbour",
        asked="涵洞过小，请现场核实并牵头扩建。",
    )
    letter = Letter.objects.get(case=case)
    assert letter.number == "港湾派出所函〔2026〕1号"
    assert "请现场核实并牵头扩建" in paper(letter.file.file)
    assert (letter.clock.amount, fresh(case).due_at) == (10, settle_due)
    for name, values in (("agree", {"terms": "x"}), ("settle_spoken", {"terms": "x", "present": both})):
        with pytest.raises(Conflict) as waits:
            go(city, case, "handler", name, **values)
        assert "还没有函复" in waits.value.text
    with pytest.raises(Invalid):
        go(city, case, "handler", "refer", authority="water", asked="联系村民 13800000001")

    then = NOW + 9 * DAY
    go(city, case, "handler", "letter_answered", now=then, result="done", text="镇政府已组织扩建涵洞，排水通了。")
    terms = "企业承担涵洞扩建费用 3 万元。\n村民不再堵门。"
    go(city, case, "handler", "agree", now=then, terms=terms)
    case = fresh(case)
    said = paper(case.dispute.agreement.file)
    assert "王海燕" in said  # each party's full name stands on the paper they sign, and reading it was a line
    assert "企业承担涵洞扩建费用 3 万元。" in said
    assert case.dispute.agreement.file.sealed
    assert Entry.objects.filter(action="person.read", case=case.pk, person=villager.person_id).count() == 1

    # every party is read it before it signs; the last of them settles it
    with pytest.raises(Invalid) as unread:
        go(city, case, "handler", "sign_agreement", now=then, party=both[0], how="seal")
    assert "read_back" in (unread.value.problems or {unread.value.field: ""})
    go(city, case, "handler", "sign_agreement", now=then, party=both[0], read_back=True, how="seal")
    assert fresh(case).state == "agreed"
    go(city, case, "handler", "sign_agreement", now=then, party=both[1], read_back=True, how="print")
    case = fresh(case)
    assert (case.state, case.is_open, case.dispute.in_time) == ("settled", True, True)

    # it is told once that somebody should ask; whoever mediated does not, somebody else does
    later = then + 60 * DAY
    disputes_run_out(later)
    disputes_run_out(later + DAY)
    told = Message.objects.filter(case=case.pk, template="dispute.relapse", user=city.users["second_handler"].pk)
    assert told.count() == 1
    with pytest.raises(Conflict):
        go(city, case, "handler", "lasting", now=later, present=both, said="没有反复")
    go(city, case, "second_handler", "lasting", now=later, present=both, said="雨后看过，排水通畅")
    assert (fresh(case).state, fresh(case).is_open) == ("lasting", False)

    # a relapse takes it up again with its past, on a clock of its own
    go(city, case, "handler", "relapse", now=later + DAY, said="又堵了")
    case = fresh(case)
    assert (case.state, case.dispute.relapses, case.is_open) == ("mediating", 1, True)
    assert Clock.objects.filter(case=case, name="settle").count() == 2
    with pytest.raises(Conflict):  # an agreement of this round needs a sitting of this round
        go(city, case, "handler", "agree", now=later + DAY, terms="再议")


def test_an_authority_that_does_not_answer_is_told_of_once_and_reminded_by_letter(city: City) -> None:
    case = disputed(city, post(city))
    with pytest.raises(Conflict):
        go(city, case, "handler", "urge_letter")
    go(city, case, "handler", "refer", authority="town_harbour", asked="涵洞过小，请现场核实。")
    tell_of_letters_unanswered(NOW + 3 * DAY)
    told = Message.objects.filter(case=case.pk, template="dispute.unanswered", user=city.users["handler"].pk)
    assert not told.exists()
    late = NOW + 30 * DAY
    for again in (late, late + DAY):
        tell_of_letters_unanswered(again)
    assert told.count() == 1
    go(city, case, "handler", "urge_letter", now=late)
    with pytest.raises(Conflict, match="今天已经催过"):
        go(city, case, "handler", "urge_letter", now=late)
    go(city, case, "handler", "urge_letter", now=late + DAY)
    letter = Letter.objects.get(case=case)
    assert (letter.urged, letter.urged_at) == (2, late + DAY)
    made = list(Attachment.objects.filter(case=case, label__startswith="催办函").order_by("at"))
    words = paper(made[-1].file)
    assert len(made) == 2
    for said in ("港湾镇人民政府", letter.number, case.number, "第 2 次催办", "现已超过函复期限"):
        assert said in words, said
    client = Client()
    client.force_login(city.users["handler"], backend="huhang.base.people.backends.Officers")
    assert "催办 2 次" in client.get(f"/desk/cases/{case.number}/").content.decode()
    go(city, case, "handler", "letter_answered", now=late + DAY, result="done", text="已经扩建。")
    with pytest.raises(Conflict):
        go(city, case, "handler", "urge_letter", now=late + 2 * DAY)


def test_a_dispute_that_cannot_be_settled_ends_with_the_other_ways_told(city: City) -> None:
    case = disputed(city, None)
    assert case.unit_id == city.units["harbour"].pk
    go(city, case, "handler", "refer", authority="town_harbour", asked="请核实。")
    handler, foreign = city.actor("handler"), city.actor("other_handler")
    with acting(handler):
        given = {"side": "other", "name": "李四", "phone": ""}
        move(case_id=case.pk, name="add_party", values=given, by=handler, now=NOW)
    go(city, case, "handler", "fail", reason="分歧太大", ways=["court", "committee"])
    case = fresh(case)
    assert (case.state, case.is_open, case.dispute.ways) == ("unsettled", False, ["court", "committee"])
    assert not Letter.objects.filter(case=case, ended_at=None).exists()
    assert not Clock.objects.filter(case=case, stopped_at=None).exists()
    one = Party.objects.filter(case=case, person__isnull=False).get()
    with acting(handler):
        assert reveal_party(case=case, party_id=one.pk, why="回访", by=handler, now=NOW) == "王海燕"
    with acting(foreign):
        assert not Party.objects.filter(case=case).exists()  # the wall: nobody's list of persons (K4)


def test_parties_and_words_are_checked_field_by_field(city: City) -> None:
    handler = city.actor("handler")

    def wrong(**values: Any) -> dict[str, str]:
        given = {
            "title": "纠纷",
            "body": "经过",
            "topic": "drainage",
            "parties": [{"name": "甲"}, {"name": "乙"}],
            **values,
        }
        with acting(handler), pytest.raises(Invalid) as told:
            open_case("dispute", by=handler, now=NOW, **given)
        return told.value.problems or {told.value.field: told.value.text}

    assert set(wrong(title="", body=" ", topic="x", parties=[])) == {"title", "body", "topic", "parties"}
    assert set(wrong(parties=[{"name": "甲"}, {"name": ""}])) == {"parties.1.name"}
    assert set(wrong(parties=[{"name": "甲", "phone": "12"}, {"name": "乙"}])) == {"parties.0.phone"}
    assert set(wrong(parties=[{"subject": "x"}, {"name": "乙"}])) == {"parties.0.subject"}
    assert set(wrong(parties=[{"side": "z", "name": "甲"}, {"name": "乙"}])) == {"parties.0.side"}
    assert set(wrong(post="x")) == {"post"}


def test_a_hazard_is_told_put_right_and_looked_at_by_somebody_else(city: City) -> None:
    made = post(city)
    case = hazard(city, made)
    with pytest.raises(Conflict):  # nobody to tell
        go(city, case, "handler", "alert", contact=str(city.users["handler"].pk), way="phone", fixer="安保部")
    add_contact(
        subject_id=made.host_id, name="张安全", phone="13800000009", role="safety", main=True, by=SYSTEM, now=NOW
    )
    contact = Contact.objects.get()
    go(city, case, "handler", "alert", contact=str(contact.pk), way="person", fixer="安保部")
    case = fresh(case)
    sms = Message.objects.get(case=case.pk, template="hazard.alert")
    assert case.number in sms.text
    assert "······" in sms.text  # the secret goes out with the SMS and is kept nowhere
    assert case.requester == contact.person
    assert case.due_at is not None

    # overdue is told once; the host's own word does, and somebody of the post looks again
    late = NOW + 12 * DAY
    hazards_run_out(late)
    hazards_run_out(late + DAY)
    assert Message.objects.filter(case=case.pk, template="hazard.late").count() == 1
    with pytest.raises(Invalid) as penal:
        go(city, case, "handler", "remove", now=late, text="责令整改完毕")
    assert "不能作为处罚依据" in penal.value.text
    go(city, case, "handler", "remove", now=late, text="通道已清空")
    with pytest.raises(Conflict):
        go(city, case, "handler", "clear", now=late)
    go(city, case, "second_handler", "not_yet", now=late, text="又堆了两排")
    go(city, case, "handler", "remove", now=late, text="全部清走")
    go(city, case, "second_handler", "clear", now=late)
    case = fresh(case)
    known = Hazard.objects.get(case=case)
    assert (case.state, case.is_open, known.again, known.in_time) == ("cleared", False, 1, True)


def test_a_hazard_is_no_finding_and_no_ground_for_one(city: City) -> None:
    """D6/J1, ADR 36: a service records no finding; nothing but the host's own request may spring from a hazard."""
    made, handler = post(city), city.actor("handler")
    for body in ("车间违法用电，应予罚款", "现场取证"):
        with pytest.raises(Invalid) as told:
            hazard(city, made, body=body)
        assert "不能作为处罚依据" in told.value.problems["body"]
    case = hazard(city, made)
    with pytest.raises(IntegrityError, match="no ground"), transaction.atomic():
        open_case("duty", what="查", unit=city.units["harbour"].pk, days=5, parent=case, by=SYSTEM, now=NOW)
    with acting(handler):
        said = {"body": "请帮忙联系消防培训", "channel": "window", "nature": "help"}
        assert open_case("request", parent=case.pk, by=handler, now=NOW, **said).parent_id == case.pk
    kind = kind_of("hazard")
    assert kind.watch is None  # no card comes of what a host leaves undone
    leave = kind.move("leave")
    assert leave is not None
    chief = city.actor("chief")
    case.state, case.due_at = "alerted", NOW + DAY
    assert isinstance(refused(kind, leave, case, chief, NOW), Conflict)
    assert refused(kind, leave, case, chief, NOW + 2 * DAY) is None
    with acting(city.actor("other_handler")), pytest.raises(Missing):
        move(case_id=case.pk, name="remove", values={"text": "x"}, by=city.actor("other_handler"), now=NOW)
