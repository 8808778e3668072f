"""People are told whatever the provider does; nothing personal is written down on the way (SAFEGUARDS 10, 11, 19)."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from huhang.base.access.context import SYSTEM
from huhang.base.jobs import actions as jobs
from huhang.base.jobs.models import Work
from huhang.base.journal.models import Entry
from huhang.base.messages import actions, providers, queries, recipients, sending, templates
from huhang.base.messages.models import Message, Outbox
from huhang.base.vault import actions as vault
from huhang.kernel.errors import Invalid, Unavailable
from tests.plugins.figures import figure

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PHONE, MASKED = "13812345678", "138****5678"
WITH_PHONE, WITHOUT, USER, CASE = (uuid.uuid4() for _ in range(4))
HERE = "tests.base.messages.test_messages"
NUMBER = {"number": "SQ-2026-ABCD"}


class Carrier:
    """A provider as a real one would be: takes a message once per reference."""

    sent: dict[str, tuple[str, str]] = {}

    def send(self, to: str, text: str, ref: str) -> str:
        self.sent[ref] = (to, text)
        return f"c-{ref}"


class Silent:
    """A provider that never answers."""

    def send(self, to: str, text: str, ref: str) -> str:
        time.sleep(30)
        return "late"


@pytest.fixture(autouse=True)
def _numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    def phone_of(person: uuid.UUID) -> recipients.Reach | None:
        return recipients.Reach(vault.seal(PHONE, actions.PHONE), MASKED) if person == WITH_PHONE else None

    monkeypatch.setattr(recipients, "_found", [phone_of])
    monkeypatch.setattr(
        actions, "quiet_until", lambda now: None
    )  # these are run at any hour; tests of A3 keep the night
    Carrier.sent.clear()


def tell(person: uuid.UUID = WITH_PHONE) -> Message:
    return actions.tell_person(person, template="request.open", params=NUMBER, case=CASE, by=SYSTEM, now=timezone.now())


def do_the_work(at: datetime | None = None) -> int:
    """Does what is due, as the worker would; returns how much was done."""
    moment = at or timezone.now()
    due = Work.objects.filter(done_at__isnull=True, given_up_at__isnull=True, not_before__lte=moment)
    return sum(jobs.perform(work.pk, moment) for work in due)


def everything_written() -> str:
    """All text this room, the ledger, the queue and the journal keep."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(args::text, ' '), '') FROM procrastinate_jobs")
        queued = cursor.fetchone()[0]
    rows = [*Message.objects.values(), *Outbox.objects.values(), *Work.objects.values(), *Entry.objects.values()]
    return queued + json.dumps(rows, default=lambda v: bytes(v).hex() if isinstance(v, memoryview | bytes) else str(v))


def test_a_person_with_a_phone_is_told_by_sms_after_the_fact(db: None) -> None:
    message = tell()
    assert (message.channel, message.sent_at) == ("sms", None)
    assert do_the_work() == 1
    (shown,) = queries.outbox(10)
    assert (shown.to_masked, shown.text) == (MASKED, message.text)
    message.refresh_from_db()
    assert message.sent_at is not None
    assert message.provider_ref == f"sandbox-{message.pk}"


def test_a_person_without_a_phone_is_told_inside_only(db: None) -> None:
    message = tell(WITHOUT)
    assert message.channel == "inside"
    assert message.sent_at is not None
    assert list(queries.of_person(WITHOUT)) == [message]
    assert not Work.objects.exists()


def test_an_officer_is_told_inside_and_reads_it_once(db: None) -> None:
    actions.tell_user(USER, template="request.appoint", params=NUMBER, case=CASE, by=SYSTEM, now=NOW)
    assert queries.unread(USER) == 1
    assert queries.of_user(USER)[0].text == "诉求 SQ-2026-ABCD 由您主办。"
    assert actions.mark_read(USER, by=SYSTEM, now=NOW) == 1
    assert actions.mark_read(USER, by=SYSTEM, now=NOW) == 0
    assert queries.unread(USER) == 0


def test_opening_the_number_is_a_line_the_person_sees(db: None) -> None:
    tell()
    do_the_work()
    line = Entry.objects.get(action="person.read", person=WITH_PHONE)
    assert (line.about, line.case) == (sending.WHY, CASE)


def test_no_number_and_no_code_is_written_anywhere(db: None) -> None:
    tell()
    actions.send_code(PHONE, "918273", now=timezone.now())
    before = everything_written()
    assert PHONE not in before
    assert "918273" not in before
    do_the_work()
    after = everything_written()
    assert PHONE not in after
    assert after.count("918273") == 1, "the sandbox outbox of a trial shows the code; nothing else keeps it"
    assert all("code" not in work.args for work in Work.objects.all())


def test_outside_a_trial_not_even_the_outbox_shows_the_code(db: None, settings: object) -> None:
    settings.HUHANG_TRIAL = False  # type: ignore[attr-defined]
    actions.send_code(PHONE, "918273", now=timezone.now())
    assert do_the_work() == 1
    assert queries.outbox()[0].text == templates.render("phone.code", {"code": templates.HIDDEN})
    assert "918273" not in everything_written()


def test_a_code_is_sent_whole_and_not_when_it_is_too_old(db: None, settings: object) -> None:
    settings.HUHANG_TRIAL, settings.HUHANG_SMS = False, f"{HERE}.Carrier"  # type: ignore[attr-defined]
    actions.send_code(PHONE, "918273", now=timezone.now())
    actions.send_code(PHONE, "111111", now=timezone.now() - timedelta(minutes=11))
    do_the_work()
    ((to, text),) = Carrier.sent.values()
    assert to == PHONE
    assert "918273" in text
    assert Message.objects.filter(sent_at__isnull=True, last_error="expired").count() == 1


def test_a_code_goes_to_phones_only(db: None) -> None:
    with pytest.raises(Invalid):
        actions.send_code("12345", "918273", now=NOW)


def test_a_providers_outage_fails_no_submission_and_the_backlog_drains(db: None, settings: object) -> None:
    """SAFEGUARDS 19."""
    settings.HUHANG_TRIAL, settings.HUHANG_SMS = False, "huhang.base.messages.providers.Failing"  # type: ignore[attr-defined]
    messages = [tell() for _ in range(100)]
    at = timezone.now()
    for _ in range(4):
        assert do_the_work(at) == 0
        at += timedelta(hours=1)
    assert Message.objects.filter(sent_at__isnull=True, failed_at__isnull=False, attempts=4).count() == 100
    settings.HUHANG_SMS = f"{HERE}.Carrier"  # type: ignore[attr-defined]
    assert do_the_work(at + timedelta(hours=12)) == 100
    assert Message.objects.filter(sent_at__isnull=False, failed_at=None, last_error="").count() == 100
    assert Carrier.sent.keys() == {str(message.pk) for message in messages}
    figure(19, "provider down for 100 messages: 0 failed submissions, 100 sent after, each once")


def test_a_silent_provider_is_not_waited_for(db: None, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HUHANG_TRIAL, settings.HUHANG_SMS = False, f"{HERE}.Silent"  # type: ignore[attr-defined]
    monkeypatch.setattr(sending, "PATIENCE", 0.2)
    message, began = tell(), time.monotonic()
    assert do_the_work() == 0
    assert time.monotonic() - began < 5
    message.refresh_from_db()
    assert "没有及时应答" in message.last_error


def test_sending_again_what_is_sent_does_nothing(db: None) -> None:
    message = tell()
    assert sending.send(message.pk, now=NOW) is True
    assert sending.send(message.pk, now=NOW) is False
    assert Outbox.objects.count() == 1


@pytest.mark.parametrize("path", ["huhang.base.messages.providers.Failing", f"{HERE}.Carrier"])
def test_a_trial_sends_nothing_into_the_world(settings: object, path: str) -> None:
    settings.HUHANG_TRIAL, settings.HUHANG_SMS = True, path  # type: ignore[attr-defined]
    with pytest.raises(Unavailable, match="试用"):
        providers.chosen()


def test_a_provider_that_is_not_there_is_said_plainly(settings: object) -> None:
    settings.HUHANG_SMS = "nowhere.Nobody"  # type: ignore[attr-defined]
    with pytest.raises(Unavailable, match="设置"):
        providers.chosen()


# ---- words


def used() -> Iterator[str]:
    """Every template some module names."""
    source = Path(templates.__file__).parents[2]
    for path in source.rglob("*.py"):
        yield from re.findall(r'(?:template=|\btell\(doing, )"([\w.]+)"', path.read_text())
        yield from re.findall(r'template=\S+ if \S+ else "([\w.]+)"', path.read_text())


def test_every_template_that_is_used_has_words() -> None:
    assert set(used()) <= templates.WORDS.keys()
    assert len(set(used())) >= 10


@pytest.mark.parametrize("key", sorted(templates.WORDS))
def test_both_languages_have_the_same_places_and_read_alike(db: None, key: str) -> None:
    words = templates.WORDS[key]
    places = set(re.findall(r"%\((\w+)\)s", words.zh))
    assert places == set(re.findall(r"%\((\w+)\)s", words.en))
    counts = {"count", "blue", "yellow", "orange", "red"}
    when = {"at", "what", "booking", "late", "near"}  # of sessions, office days and duties: nothing about a person
    assert places <= {"number", "secret", "unit", "into", "code", "link", "days", "paper", "rule", *when, *counts}
    params = {place: f"<{place}>" for place in places}
    text = templates.render(key, params)
    assert templates.read(key, text, "zh-hans") == text
    assert templates.read(key, text, "en") == words.en % params
    assert len(text) <= 70 or key.startswith(("request.", "card.")), "one SMS holds 70 characters"


def test_a_text_whose_words_changed_since_is_shown_as_it_was_sent(db: None) -> None:
    assert templates.read("request.open", "旧的说法", "en") == "旧的说法"
    assert templates.read("gone", "旧的说法", "en") == "旧的说法"
