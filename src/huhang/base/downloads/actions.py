"""Asking for a long export, making it in the worker as the officer who asked, taking it away in time."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.base.downloads.models import Download
from huhang.base.downloads.registry import Made, maker_of
from huhang.base.files import actions as files
from huhang.base.jobs import actions as jobs
from huhang.base.journal import actions as journal
from huhang.base.keyring import keys
from huhang.base.people.queries import actor_of, with_posts
from huhang.base.vault import actions as vault
from huhang.base.vault import rules as sealing
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, Refusal

PURPOSE = "download.asked"
KEPT = timedelta(days=7)
"""A finished file lies so long; afterwards it is made anew on asking (what is not needed is not kept)."""
AT_ONCE = 5
"""So many files one officer has in the making."""


@transaction.atomic
def ask(*, what: str, asked: str, form: str, total: int | None, by: Actor, now: datetime) -> Download:
    """Notes down what file is wanted and leaves the making to the worker.

    Args:
        asked: the list as it stands in the address; kept sealed.
        total: how many rows it has, when that is known.

    Raises:
        Denied: without the permission to export.
        Invalid: no such sort of file.
        Conflict: too many are being made already.
    """
    if by.user is None or not allows(by, Perm.EXPORT):
        raise Denied
    if form not in ("xlsx", "csv"):
        raise Invalid("请选 xlsx 或 csv。", field="form")
    if Download.objects.filter(by_id=by.user, finished_at__isnull=True, gone_at__isnull=True).count() >= AT_ONCE:
        raise Conflict("您已有 %(most)d 份文件在生成，请等其中一份完成。", params={"most": AT_ONCE})
    made = Download.objects.create(
        by_id=by.user,
        what=what,
        form=form,
        asked=vault.seal(asked, PURPOSE),
        language=translation.get_language() or "",
        created_at=now,
        total=total,
    )
    journal.write("download.ask", by=by, now=now, data={"download": str(made.pk), "what": what, "form": form})
    jobs.enqueue("downloads.make", now=now, download=str(made.pk))
    return made


def make(pk: uuid.UUID) -> None:
    """Makes the file; a second run after a crash begins anew and leaves one file."""
    with acting(SYSTEM):
        row = Download.objects.get(pk=pk)
        user = with_posts(timezone.now()).filter(pk=row.by_id).first()
    if row.finished_at is not None:
        return
    now = timezone.now()
    try:
        maker = maker_of(row.what)
        if maker is None:
            raise Missing("这个版本不能再生成这种文件，请重新导出。")
        by = actor_of(user, door="desk") if user else None
        if by is None or not allows(by, Perm.EXPORT):
            raise Denied("要导出的人已没有导出权限。")
        asked = sealing.unseal(bytes(row.asked), PURPOSE, keys.ring("seal"))
        with translation.override(row.language or None):
            made = maker(by=by, asked=asked, form=row.form, now=now, told=lambda done: _told(pk, done))
    except Refusal as problem:
        with acting(SYSTEM):
            Download.objects.filter(pk=pk).update(refused=_sentence(problem), finished_at=now)
        return
    with made.file, acting(SYSTEM):
        _keep(pk, made, by=by, now=now)


def _sentence(problem: Refusal) -> str:
    """The refusal in one sentence; of several problems the first, which says more than that there are some."""
    return next(iter(problem.problems.values()), problem.text) if isinstance(problem, Invalid) else problem.text


def _told(pk: uuid.UUID, done: int) -> None:
    with acting(SYSTEM):
        Download.objects.filter(pk=pk).update(done=done)


def _keep(pk: uuid.UUID, made: Made, *, by: Actor, now: datetime) -> None:
    row = Download.objects.select_for_update().get(pk=pk)
    if row.finished_at is not None:
        return
    stored = files.keep_made(name=made.name, content=made.file.read(), media_type=made.media_type, by=by, now=now)
    row.file, row.done, row.total, row.cut, row.finished_at = stored, made.count, made.count, made.cut, now
    row.save(update_fields=["file", "done", "total", "cut", "finished_at"])
    data = {"download": str(pk), "count": made.count, "cut": made.cut, "form": row.form, **(made.noted or {})}
    journal.write(f"{row.what}.export", by=by, now=now, data=data)


@transaction.atomic
def remove(*, pk: uuid.UUID, by: Actor, now: datetime) -> None:
    """Takes one of one's own files away before its time.

    Raises:
        Missing: no such file of this officer.
        Conflict: it is still being made.
    """
    row = Download.objects.select_for_update(of=("self",)).filter(pk=pk, by_id=by.user).first()
    if row is None or by.user is None:
        raise Missing
    if row.finished_at is None:
        raise Conflict("这份文件还在生成，完成后再删除。")
    _drop(row, by=by, now=now)


def expire(*, now: datetime) -> int:
    """Removes files that have lain for `KEPT`. Returns how many."""
    with acting(SYSTEM):
        old = list(
            Download.objects.select_for_update(of=("self",)).filter(finished_at__lte=now - KEPT, gone_at__isnull=True)
        )
        for row in old:
            _drop(row, by=SYSTEM, now=now)
    return len(old)


def _drop(row: Download, *, by: Actor, now: datetime) -> None:
    if row.gone_at is not None:
        return
    row.gone_at, row.asked = now, b""
    row.save(update_fields=["gone_at", "asked"])
    if row.file is not None:
        files.remove(row.file, by=by, now=now)
