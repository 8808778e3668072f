"""How often something guessable may be tried from one place before it has to wait (C7, SAFEGUARDS 11)."""

import math
from datetime import datetime, timedelta

from django.db import connection, transaction

from huhang.base.people.models import Attempt
from huhang.base.vault import actions as vault
from huhang.kernel.errors import TooMany

WRONG_TRIES = 10
WITHIN = timedelta(minutes=10)


def _place(kind: str, source: str) -> bytes:
    return vault.blind(f"{kind}\x00{source}", "attempt.source")


@transaction.atomic
def admit_try(kind: str, source: str, *, now: datetime) -> None:
    """Lets a try go ahead; tries from one place go one after the other, so that many at once are counted too.

    Raises:
        TooMany: ten wrong tries within ten minutes; ``retry_after`` says when the oldest of them is forgotten.
    """
    place = _place(kind, source)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(place[:8], "big", signed=True)])
    recent = Attempt.objects.filter(kind=kind, source=place, at__gt=now - WITHIN)
    tries = list(recent.order_by("-at").values_list("at", flat=True)[:WRONG_TRIES])
    if len(tries) < WRONG_TRIES:
        return
    wait = max(1, math.ceil((tries[-1] + WITHIN - now).total_seconds()))
    raise TooMany(
        "输错的次数太多，请 %(wait)d 分钟后再试；也可以用手机号查询。",
        params={"wait": math.ceil(wait / 60)},
        retry_after=wait,
    )


@transaction.atomic
def count_wrong(kind: str, source: str, *, now: datetime) -> None:
    """Counts a wrong try and forgets the ones that no longer matter.

    The caller answers below 500 without undoing its transaction, so the count stays although the try was refused.
    """
    Attempt.objects.filter(at__lte=now - WITHIN).delete()
    Attempt.objects.bulk_create([Attempt(kind=kind, source=_place(kind, source), at=now)])


@transaction.atomic
def admit_some(kind: str, source: str, *, most: int, now: datetime) -> None:
    """Lets something go ahead and counts it, right or not: so many from one place within ten minutes.

    Raises:
        TooMany: that many came already; ``retry_after`` says when the oldest is forgotten.
    """
    recent = Attempt.objects.filter(kind=kind, source=_place(kind, source), at__gt=now - WITHIN)
    tries = list(recent.order_by("-at").values_list("at", flat=True)[:most])
    if len(tries) >= most:
        wait = max(1, math.ceil((tries[-1] + WITHIN - now).total_seconds()))
        said = {"wait": math.ceil(wait / 60)}
        raise TooMany("同一个网络提交得太多，请 %(wait)d 分钟后再试。", params=said, retry_after=wait)
    count_wrong(kind, source, now=now)
