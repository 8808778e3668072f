"""Loading the catalogue: all files or nothing."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from huhang.base.catalog import queries, registry
from huhang.base.catalog.models import Entry
from huhang.base.catalog.rules import Problem, Sheet, read
from huhang.base.journal import actions as journal
from huhang.base.journal.rules import By


@dataclass(frozen=True)
class Loaded:
    """What a load did: entries added, unchanged, withdrawn; or the problems that stopped it."""

    added: int = 0
    same: int = 0
    withdrawn: int = 0
    problems: tuple[Problem, ...] = ()


def _edited(sheets: list[Sheet], known: dict[tuple[str, str, int], str]) -> list[Problem]:
    return [
        Problem(s.file, s.code, f"第 {s.version} 版已在使用，内容不能再改；请另写第 {s.version + 1} 版")
        for s in sheets
        if known.get((s.kind, s.code, s.version), s.digest) != s.digest
    ]


@transaction.atomic
def load(root: Path, *, by: By, now: datetime) -> Loaded:
    """Loads every new version below ``root`` and withdraws codes no longer there; nothing while a problem stands."""
    sheets, problems = read(root, registry.CHECKERS)
    known = {(e.kind, e.code, e.version): e.digest for e in Entry.objects.only("kind", "code", "version", "digest")}
    problems += _edited(sheets, known)
    if problems:
        return Loaded(problems=tuple(problems))
    fresh = [s for s in sheets if (s.kind, s.code, s.version) not in known]
    Entry.objects.bulk_create(
        Entry(kind=s.kind, code=s.code, version=s.version, digest=s.digest, body=s.body, loaded_at=now) for s in fresh
    )
    present = {(s.kind, s.code) for s in sheets}
    gone = [
        e.pk for e in Entry.objects.filter(withdrawn_at=None).only("kind", "code") if (e.kind, e.code) not in present
    ]
    Entry.objects.filter(pk__in=gone).update(withdrawn_at=now)
    if fresh or gone:
        journal.write(
            "catalog.load",
            by=by,
            now=now,
            data={"added": [f"{s.kind}/{s.code}@{s.version}" for s in fresh], "withdrawn": len(gone)},
        )
    transaction.on_commit(queries.forget)
    return Loaded(len(fresh), len(sheets) - len(fresh), len(gone))
