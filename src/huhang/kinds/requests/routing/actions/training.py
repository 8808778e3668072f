"""Training on the ledger itself, promoting a model, and going back (C2)."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.jobs import actions as jobs
from huhang.base.jobs.models import Work
from huhang.base.journal import actions as journal
from huhang.cases.models import Case
from huhang.kernel.errors import Conflict, Denied, Missing
from huhang.kernel.worktime import Schedule
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.routing import speaking, suggesting
from huhang.kinds.requests.routing.classifier import digest
from huhang.kinds.requests.routing.ground import ground
from huhang.kinds.requests.routing.learning import Example, learn
from huhang.kinds.requests.routing.models import Model, What
from huhang.register.units.queries import tree

MOST = 12_000
"""So many of the newest cases are learned from: older ones speak of other rules, and memory has an end."""
TRAIN = "routing.train"
"""The name of the work that trains."""
UNDECIDED = ("registered", "withdrawn", "merged")
"""States that say nothing of where a request belongs."""


def train(what: What, *, by: Actor, now: datetime) -> Model:
    """Learns a new model from the ledger and keeps it beside the live one; it speaks only when promoted.

    Reading, learning and keeping are apart, so that no transaction stays open while the machine learns.

    Raises:
        Denied: not the system administrator.
        Conflict: the ledger is too small, and says how much is missing.
    """
    if not allows(by, Perm.MANAGE_SYSTEM):
        raise Denied
    with acting(SYSTEM):
        examples = list(_examples(what, now))
    learned = learn(examples)
    packed = learned.classifier.pack()
    told = learned.report
    with acting(SYSTEM):
        last = Model.objects.filter(what=what).aggregate(n=Max("version"))["n"] or 0
        made = Model.objects.create(
            what=what,
            version=last + 1,
            made_at=now,
            cases=told.cases,
            labels=told.labels,
            first_at=told.first_at or now,
            last_at=told.last_at or now,
            tested=told.tested,
            macro_f1=told.macro_f1,
            right=told.right,
            sure=told.sure,
            sure_right=told.sure_right,
            notes={"too_few": told.too_few, "near": told.near, "by_label": told.by_label, "bins": told.bins},
            weights=packed,
            digest=digest(packed),
        )
        journal.write(
            "routing.train",
            by=by,
            now=now,
            data={"model": made.tag, "cases": told.cases, "digest": made.digest},
        )
    return made


def _examples(what: What, now: datetime) -> Iterator[Example]:
    """Requests whose category or unit a person decided, newest `MOST`, oldest first.

    Sensitive ones too: without complaints about the police every such complaint would look like something else. What
    is kept of a text are runs of two characters that stand in several, without numbers.
    """
    rows = (
        Case.objects.filter(kind="request")
        .exclude(state__in=UNDECIDED)
        .exclude(category="")
        .select_related("subject", "request")
        .defer("search", "folded")
        .order_by("-received_at", "-id")
    )
    if what == What.UNIT:
        rows = rows.filter(request__dispatched_at__isnull=False).exclude(state="classified")
    here, known, nodes = ground(Schedule().date_of(now)), catalogue.categories(), tree().nodes
    for case in reversed(rows[:MOST]):
        facts = suggesting.facts_of(case, case.request.nature)
        if what == What.CATEGORY:
            if case.category in known:
                yield Example(suggesting.category_reading(case, facts), case.category, case.received_at)
        elif case.unit_id in here.standing:
            read = suggesting.unit_reading(case, facts, here, case.category)
            yield Example(read, nodes[case.unit_id].code, case.received_at)


@transaction.atomic
def promote(*, model_id: uuid.UUID, by: Actor, now: datetime) -> Model:
    """Makes a model the one that speaks; the one before it stays and can be gone back to.

    Raises:
        Denied: not the system administrator.
        Missing: no such model.
        Conflict: it speaks already.
    """
    if not allows(by, Perm.MANAGE_SYSTEM):
        raise Denied
    chosen = Model.objects.filter(pk=model_id).defer("weights").first()
    if chosen is None:
        raise Missing
    held = list(Model.objects.select_for_update().filter(what=chosen.what).defer("weights").order_by("version"))
    before = next((m for m in held if m.live), None)
    if before is not None and before.pk == chosen.pk:
        raise Conflict("这个模型已经在用。")
    if before is not None:
        before.live, before.retired_at = False, now
        before.save(update_fields=["live", "retired_at"])
    chosen.live, chosen.promoted_at, chosen.promoted_by_id, chosen.retired_at = True, now, by.user, None
    chosen.save(update_fields=["live", "promoted_at", "promoted_by", "retired_at"])
    journal.write("routing.promote", by=by, now=now, data={"model": chosen.tag, "before": before.tag if before else ""})
    transaction.on_commit(speaking.forget)
    return chosen


@transaction.atomic
def go_back(*, what: What, by: Actor, now: datetime) -> Model | None:
    """Puts the model back that spoke before the live one; with none before it, only the rules speak.

    Raises:
        Denied: not the system administrator.
        Conflict: no model speaks.
    """
    if not allows(by, Perm.MANAGE_SYSTEM):
        raise Denied
    held = list(Model.objects.select_for_update().filter(what=what).defer("weights"))
    live = next((m for m in held if m.live), None)
    if live is None:
        raise Conflict("现在没有在用的模型。")
    past = [m for m in held if not m.live and m.promoted_at is not None and m.promoted_at < (live.promoted_at or now)]
    live.live, live.retired_at = False, now
    live.save(update_fields=["live", "retired_at"])
    before = max(past, key=lambda m: m.promoted_at or now, default=None)
    if before is not None:
        before.live, before.retired_at = True, None
        before.save(update_fields=["live", "retired_at"])
    journal.write("routing.go_back", by=by, now=now, data={"model": before.tag if before else "", "before": live.tag})
    transaction.on_commit(speaking.forget)
    return before


def worth_training(what: What) -> bool:
    """Whether the ledger grew by a tenth, and at least a hundred cases, since the last model was made."""
    last = Model.objects.filter(what=what).order_by("-version").defer("weights").first()
    if last is None:
        return True
    grown = Case.objects.filter(kind="request", received_at__gt=last.last_at).exclude(category="").count()
    return grown >= max(100, last.cases // 10)


@transaction.atomic
def ask_for_training(*, by: Actor, now: datetime) -> bool:
    """Puts training into the worker's queue; false when it stands there already.

    Raises:
        Denied: not the system administrator.
    """
    if not allows(by, Perm.MANAGE_SYSTEM):
        raise Denied
    with acting(SYSTEM):  # the ledger of work is the system's
        if Work.objects.filter(name=TRAIN, done_at=None, given_up_at=None).exists():
            return False
        jobs.enqueue(TRAIN, now=now)
    journal.write("routing.ask_training", by=by, now=now)
    return True
