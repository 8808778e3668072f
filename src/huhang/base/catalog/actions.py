"""Loading the catalogue: all files or nothing."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from huhang.base.catalog import queries, registry
from huhang.base.catalog.models import Entry
from huhang.base.catalog.rules import Problem, Sheet, read
from huhang.base.journal import actions as journal
from huhang.base.journal.rules import By
from huhang.kernel.errors import Invalid
from huhang.kernel.text import canonical_json, plain
from huhang.kernel.worktime import Year, table_of, validate, year_of


@dataclass(frozen=True)
class Loaded:
    """What a load did: entries added, unchanged, withdrawn; or the problems that stopped it."""

    added: int = 0
    same: int = 0
    withdrawn: int = 0
    problems: tuple[Problem, ...] = ()


HAND = "by_hand"
"""Marks an entry made on the page and not in a file, so that loading the files neither withdraws nor contests it."""


def _edited(sheets: list[Sheet], known: dict[tuple[str, str, int], str]) -> list[Problem]:
    return [
        Problem(s.file, s.code, f"第 {s.version} 版已在使用，内容不能再改；请另写第 {s.version + 1} 版")
        for s in sheets
        if known.get((s.kind, s.code, s.version), s.digest) != s.digest
    ]


@transaction.atomic
def load(root: Path, *, by: By, now: datetime) -> Loaded:
    """Loads every new version below ``root`` and withdraws codes no longer there; nothing while a problem stands."""
    sheets, problems = read(root, registry.CHECKERS, registry.WHOLES)
    entries = list(Entry.objects.only("kind", "code", "version", "digest", "withdrawn_at", "body"))
    by_hand = {(e.kind, e.code, e.version) for e in entries if e.body.get(HAND)}
    known = {(e.kind, e.code, e.version): e.digest for e in entries}
    problems += _edited([s for s in sheets if (s.kind, s.code, s.version) not in by_hand], known)
    if problems:
        return Loaded(problems=tuple(problems))
    fresh = [s for s in sheets if (s.kind, s.code, s.version) not in known]
    Entry.objects.bulk_create(
        Entry(kind=s.kind, code=s.code, version=s.version, digest=s.digest, body=s.body, loaded_at=now) for s in fresh
    )
    present = {(s.kind, s.code) for s in sheets}
    kept = present | {(kind, code) for kind, code, _version in by_hand}
    gone = [e.pk for e in entries if e.withdrawn_at is None and (e.kind, e.code) not in kept]
    Entry.objects.filter(pk__in=gone).update(withdrawn_at=now)
    back = [e.pk for e in entries if e.withdrawn_at is not None and (e.kind, e.code) in present]
    Entry.objects.filter(pk__in=back).update(withdrawn_at=None)
    if fresh or gone or back:
        journal.write(
            "catalog.load",
            by=by,
            now=now,
            data={"added": [f"{s.kind}/{s.code}@{s.version}" for s in fresh], "withdrawn": len(gone)},
        )
    transaction.on_commit(queries.forget)
    return Loaded(len(fresh), len(sheets) - len(fresh), len(gone))


@transaction.atomic
def add_year(year: Year, *, by: By, now: datetime) -> Year:
    """Adds a year's holidays, read from a notice, as the next version of that year; a version never changes again.

    The caller counts running clocks anew afterwards (cases.actions.clocks.recount).

    Raises:
        Invalid: the table is doubtful (a day off that is also worked, a festival left out), or says nothing new.
    """
    problems = validate(year)
    if problems:
        raise Invalid("%(why)s", field="text", params={"why": " ".join(problems)})
    code = f"cn-{year.year}"
    last = Entry.objects.select_for_update().filter(kind="calendars", code=code).order_by("-version").first()
    if last is not None and last.withdrawn_at is None:
        held = year_of(last.body)
        if (held.off, held.work) == (year.off, year.work):
            raise Invalid("和现用的 %(tag)s 一样，不用再导入。", field="text", params={"tag": held.tag})
    made = replace(year, version=last.version + 1 if last else 1)
    body = plain({**table_of(made), HAND: True})
    digest = hashlib.sha256(canonical_json(body).encode()).hexdigest()
    Entry.objects.create(kind="calendars", code=code, version=made.version, digest=digest, body=body, loaded_at=now)
    journal.write(
        "catalog.add", by=by, now=now, about=made.source, data={"added": [f"calendars/{code}@{made.version}"]}
    )
    queries.forget()  # what is counted next in this transaction already counts by it
    transaction.on_commit(queries.forget)
    return made
