"""L3 and SAFEGUARDS 19: webhooks signed, retried, parked, reconciled; no receiver harms another or the house."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from huhang.base.access.context import SYSTEM, acting
from huhang.base.exchange import actions, providers, queries, sender
from huhang.base.exchange.models import Delivery, Subscription
from huhang.base.journal.models import Entry
from huhang.base.messages.models import Message
from huhang.base.people.models import User
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing
from huhang.kinds.requests.actions import file_request
from tests.base.exchange.receivers import Receiver, receiver
from tests.doors.api.callers import WORDS
from tests.factories.city import City, make_city
from tests.plugins.figures import figure

HTTP = "huhang.base.exchange.providers.Http"


@pytest.fixture(autouse=True)
def outside(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Real messages, to this machine only, and little patience."""
    settings.HUHANG_TRIAL, settings.HUHANG_WEBHOOKS = False, HTTP
    settings.HUHANG_WEBHOOK_HOSTS, settings.HUHANG_WEBHOOK_NETS = ["127.0.0.1"], ["127.0.0.0/8"]
    monkeypatch.setattr(providers, "PATIENCE", 0.6)
    return settings


@pytest.fixture
def standing(own_database: str) -> City:
    """Links of the journal, hence events, are made at commit."""
    with acting(SYSTEM):
        return make_city()


def subscribed(city: City, url: str, who: str = "auditor", **more: Any) -> tuple[Subscription, str]:
    with acting(SYSTEM):
        actor = city.actor(who)
    with acting(actor):
        return actions.subscribe(name="市平台", url=url, by=actor, now=timezone.now(), **more)


def filed(city: City, many: int = 1, first: int = 0) -> list[str]:
    with acting(SYSTEM):
        actor = city.actor("clerk")
    numbers = []
    for nth in range(first, first + many):
        with acting(actor):
            told = {**WORDS, "phone": f"139{nth:08d}"}
            numbers.append(file_request(by=actor, now=timezone.now(), **told).case.number)
    return numbers


def gathered(now: datetime | None = None) -> int:
    with acting(SYSTEM):
        return actions.gather(now or timezone.now())


def state_of(subscription: Subscription) -> dict[str, int]:
    with acting(SYSTEM):
        found: dict[str, int] = {}
        for row in Delivery.objects.filter(subscription=subscription):
            found[row.state] = found.get(row.state, 0) + 1
        return found


def send(subscription: Subscription, now: datetime | None = None) -> int:
    """All that can be sent now."""
    taken, at = 0, now or timezone.now() + timedelta(seconds=1)
    while sent := actions.send_due(subscription.pk, at):
        taken += sent
    return taken


@pytest.fixture
def good() -> Iterator[Receiver]:
    with receiver() as here:
        yield here


def test_a_message_is_signed_says_nothing_personal_and_comes_once(standing: City, good: Receiver) -> None:
    subscription, secret = subscribed(standing, good.url)
    (number,) = filed(standing)
    assert gathered() == 1
    assert gathered() == 0
    assert send(subscription) == 1
    assert send(subscription) == 0
    ((headers, body),) = good.got
    stamp = headers["Huhang-Timestamp"]
    assert (
        headers["Huhang-Signature"]
        == "v1=" + hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    )
    assert abs(int(stamp) - time.time()) < 60
    said = json.loads(body)
    assert (said["number"], said["type"], said["state"], said["version"]) == (number, "request.open", "registered", 1)
    assert said["id"] == headers["Huhang-Delivery"]
    for word in ("王海燕", "139000", WORDS["title"], WORDS["body"], "林岚"):
        assert word not in body.decode()
    assert secret not in body.decode()
    with acting(SYSTEM):
        kept = Subscription.objects.get(pk=subscription.pk)
        assert secret.encode() not in bytes(kept.secret_sealed)


def test_only_what_its_owner_may_see_and_only_what_was_asked_for(standing: City, good: Receiver) -> None:
    foreign, _ = subscribed(standing, good.url, "other_handler")
    narrow, _ = subscribed(standing, good.url, moves=["answer"])
    before, _ = subscribed(standing, good.url, "clerk")
    filed(standing)
    gathered()
    assert (state_of(foreign), state_of(narrow), state_of(before)) == ({}, {}, {"waiting": 1})
    with acting(SYSTEM):
        cursors = set(Subscription.objects.values_list("cursor", flat=True))
    assert len(cursors) == 1, "whoever sees nothing moves on all the same"


def test_an_owner_who_left_is_told_nothing_more(standing: City, good: Receiver) -> None:
    subscription, _ = subscribed(standing, good.url, "clerk")
    filed(standing)
    with acting(SYSTEM):
        User.objects.filter(username="clerk").update(left_at=timezone.now(), is_active=False)
    assert gathered() == 0
    with acting(SYSTEM):
        assert Subscription.objects.get(pk=subscription.pk).paused_why == "left"


@pytest.mark.parametrize("how", ["hang", "drip", "500", "moved"])
def test_a_receiver_that_fails_rests_longer_and_longer_and_is_sent_all_when_it_is_back(
    standing: City, how: str
) -> None:
    with receiver(how) as bad:
        subscription, _ = subscribed(standing, bad.url)
        filed(standing, 3)
        gathered()
        at = timezone.now() + timedelta(seconds=1)
        began = time.monotonic()
        assert actions.send_due(subscription.pk, at) == 0
        assert time.monotonic() - began < 3, "one time-out, not one a message"
        assert actions.send_due(subscription.pk, at + timedelta(seconds=14)) == 0
        assert len(bad.got) == 1, "it rests"
        assert actions.send_due(subscription.pk, at + timedelta(seconds=16)) == 0
        assert len(bad.got) == 2
        assert not [path for path in bad.got if b"elsewhere" in path[1]]
        bad.over.set()
        bad.how = "ok"
        assert send(subscription, at + timedelta(hours=1)) == 3
    assert state_of(subscription) == {"sent": 3}
    ids = [headers["Huhang-Delivery"] for headers, _ in bad.got]
    assert ids[0] == ids[1] == ids[2], "the same message keeps its id"


def test_a_refused_message_waits_alone_is_parked_and_can_be_sent_again(standing: City) -> None:
    with receiver("422") as picky:
        subscription, _ = subscribed(standing, picky.url)
        filed(standing, 2)
        gathered()
        at = timezone.now() + timedelta(seconds=1)
        for turn in range(12):
            actions.send_due(subscription.pk, at + timedelta(days=turn))
        assert state_of(subscription) == {"parked": 2}
        with acting(SYSTEM):
            row = Delivery.objects.filter(subscription=subscription).order_by("event").first()
            assert row is not None
            assert (row.attempts, row.last_status) == (10, 422)
            assert Entry.objects.filter(action="webhook.park").count() == 2
            admin = standing.actor("system_admin")
            actions.again(subscription.pk, row.pk, by=admin, now=at)
            with pytest.raises(Conflict):
                actions.again(subscription.pk, row.pk, by=admin, now=at)
        picky.how = "ok"
        assert send(subscription, at) == 1
    assert state_of(subscription) == {"parked": 1, "sent": 1}


def test_three_days_unreached_are_parked_and_said(standing: City, outside: Any) -> None:
    outside.HUHANG_WEBHOOKS = "huhang.base.exchange.providers.Failing"
    subscription, _ = subscribed(standing, "http://127.0.0.1:9/")
    filed(standing)
    gathered()
    at = timezone.now()
    for hours in range(0, 80, 7):
        assert actions.send_due(subscription.pk, at + timedelta(hours=hours)) == 0
    assert state_of(subscription) == {"parked": 1}


def test_what_was_lost_is_made_anew_and_a_receiver_can_ask_for_it_again(standing: City, good: Receiver) -> None:
    subscription, _ = subscribed(standing, good.url)
    numbers = filed(standing, 4)
    gathered()
    with acting(SYSTEM):
        lost = Delivery.objects.order_by("event")[1]
        Delivery.objects.filter(pk=lost.pk).delete()
        assert actions.reconcile(timezone.now()) == 1
        assert actions.reconcile(timezone.now()) == 0
    assert send(subscription) == 4
    assert [json.loads(body)["number"] for _, body in good.got] == numbers
    with acting(SYSTEM):
        owner, start = standing.actor("auditor"), Subscription.objects.get(pk=subscription.pk).first
    with acting(owner):
        assert actions.replay(subscription.pk, after=start, by=owner, now=timezone.now()) == 4
        with pytest.raises(Invalid):
            actions.replay(subscription.pk, after=10**9, by=owner, now=timezone.now())
    gathered()
    assert send(subscription) == 4
    ids = [headers["Huhang-Delivery"] for headers, _ in good.got]
    assert ids[:4] == ids[4:], "the same messages under the same ids"


def test_the_administrator_asks_and_the_officer_agrees_first(standing: City, good: Receiver) -> None:
    with acting(SYSTEM):
        admin, clerk = standing.actor("system_admin"), standing.actor("clerk")
        handler = standing.actor("handler")
    now = timezone.now()
    with acting(admin):
        made, _ = actions.subscribe(name="市平台", url=good.url, owner=clerk.user, by=admin, now=now)
    filed(standing)
    assert gathered() == 0
    with acting(SYSTEM):
        assert Message.objects.filter(user=clerk.user, template="webhook.ask").exists()
        with pytest.raises(Denied):
            actions.confirm(made.pk, by=admin, now=now)
    with acting(handler):
        with pytest.raises(Missing):
            actions.confirm(made.pk, by=handler, now=now)
        with pytest.raises(Denied):
            actions.subscribe(name="x", url=good.url, owner=clerk.user, by=handler, now=now)
    with acting(clerk):
        actions.confirm(made.pk, by=clerk, now=timezone.now())
    filed(standing, first=5)
    assert gathered() == 1, "told of what comes after agreeing"
    with acting(clerk):
        actions.pause(made.pk, by=clerk, now=timezone.now())
    assert send(made) == 0
    with acting(clerk):
        actions.resume(made.pk, by=clerk, now=timezone.now())
        actions.ping(made.pk, by=clerk, now=timezone.now())
    assert send(made) == 2
    with acting(clerk):
        actions.end(made.pk, by=clerk, now=timezone.now())
        with pytest.raises((Conflict, Missing)):
            actions.ping(made.pk, by=clerk, now=timezone.now())


def test_an_outage_of_the_world_fails_no_submission_and_the_backlog_drains(standing: City, outside: Any) -> None:
    """SAFEGUARDS 19."""
    outside.HUHANG_WEBHOOKS = "huhang.base.exchange.providers.Failing"
    with receiver() as back:
        subscription, _ = subscribed(standing, back.url)
        at = timezone.now()
        numbers: list[str] = []
        for part in range(5):
            numbers += filed(standing, 8, first=part * 8)
            gathered()
            assert actions.send_due(subscription.pk, at + timedelta(hours=part)) == 0
        assert state_of(subscription) == {"waiting": 40}
        outside.HUHANG_WEBHOOKS = HTTP
        assert send(subscription, at + timedelta(hours=12)) == 40
        assert [json.loads(body)["number"] for _, body in back.got] == numbers
    figure(19, "webhooks 100 % time-out: 0 of 40 submissions failed, 40 messages sent after, in order, each once")


def test_receivers_that_hang_do_not_keep_the_others_waiting(standing: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six hang, one is good: with four threads the good one is told at once and the hanging ones rest."""
    monkeypatch.setattr(sender, "AT_ONCE", 4)
    monkeypatch.setattr(sender, "PAUSE", 0.1)
    stop = threading.Event()
    with receiver("hang") as bad, receiver() as fine:
        hanging = [subscribed(standing, bad.url)[0] for _ in range(6)]
        well, _ = subscribed(standing, fine.url)
        filed(standing, 5)
        gathered()
        thread = threading.Thread(target=sender.run, args=(stop,), daemon=True)
        began = time.monotonic()
        thread.start()
        while len(fine.got) < 5 and time.monotonic() - began < 20:
            time.sleep(0.05)
        took = time.monotonic() - began
        while any(_failures(one.pk) == 0 for one in hanging) and time.monotonic() - began < 30:
            time.sleep(0.1)
        stop.set()
        thread.join(10)
        assert len(fine.got) == 5
    assert state_of(well) == {"sent": 5}
    assert all(state_of(one) == {"waiting": 5} for one in hanging)
    with acting(SYSTEM):
        assert queries.due(timezone.now()) == [], "those that hang rest"
    figure(19, f"6 of 7 receivers hang, 4 threads: the seventh had its 5 messages after {took:.1f} s")


def _failures(pk: UUID) -> int:
    with acting(SYSTEM):
        return Subscription.objects.get(pk=pk).failures


def test_a_trial_sends_nothing_into_the_world(standing: City, outside: Any, good: Receiver) -> None:
    subscription, _ = subscribed(standing, good.url)
    outside.HUHANG_TRIAL = True
    filed(standing)
    gathered()
    assert send(subscription) == 0
    assert good.got == []
    with acting(SYSTEM):
        assert "试用" in Delivery.objects.get().last_error
