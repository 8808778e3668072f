"""Officers coming, taking posts and leaving; codes sent to residents' phones."""

import hashlib
import hmac
import uuid
from datetime import datetime, timedelta

from axes.utils import reset as unlock
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from huhang.base.access.rules import ROLES, Actor, Perm, Reach
from huhang.base.journal import actions as journal
from huhang.base.keyring import keys
from huhang.base.people.models import ApiToken, PhoneCheck, Post, User
from huhang.base.vault import actions as vault
from huhang.kernel.errors import Conflict, Denied, Invalid, Missing, TooMany
from huhang.kernel.identifiers import check_mobile
from huhang.kernel.numbering import phone_code
from huhang.kernel.text import clean

CODE_LASTS = timedelta(minutes=5)
CODE_ATTEMPTS = 5
CODES_PER_PHONE = (5, timedelta(hours=1))
CODES_PER_SOURCE = (30, timedelta(hours=1))
CODE_PAUSE = timedelta(seconds=60)


def _may(by: Actor) -> None:
    if by.kind != "system" and Perm.MANAGE_PEOPLE not in by.perms:
        raise Denied


def _not_oneself(user_id: uuid.UUID, by: Actor) -> None:
    """Nobody changes their own standing; it takes two."""
    if by.user == user_id:
        raise Denied("不能给自己办任免，请由另一位安全管理员办理。")


@transaction.atomic
def enrol(*, username: str, name: str, password: str | None, by: Actor, now: datetime) -> User:
    """A new officer; without a password they sign in only after one is set.

    Raises:
        Denied: not the security administrator.
        Invalid: no police number or name, or the number is taken.
    """
    _may(by)
    number, said = clean(username, max_length=32), clean(name, max_length=64)
    if not number or not said:
        raise Invalid("请填写警号和姓名。", field="username" if not number else "name")
    if User.objects.filter(username=number).exists():
        raise Invalid("这个警号已登记。", field="username")
    user = User(username=number, name=said, created_at=now, must_change_password=password is not None)
    user.set_password(password)
    user.save(force_insert=True)
    journal.write("officer.enrol", by=by, now=now, about=said, data={"user": str(user.pk), "username": number})
    return user


@transaction.atomic
def appoint(
    *,
    user_id: uuid.UUID,
    unit_id: uuid.UUID,
    role: str,
    first: bool = False,
    starts_at: datetime,
    ends_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> Post:
    """A post for an officer from an instant on, until another one if it is known.

    Raises:
        Denied: not the security administrator, or for oneself.
        Missing: no such officer, or one who has left.
        Invalid: no such role, or an end before its start. Conflict: the same post is held already.
    """
    _may(by)
    _not_oneself(user_id, by)
    if role not in ROLES:
        raise Invalid("没有这个角色。", field="role")
    if ends_at is not None and ends_at <= starts_at:
        raise Invalid("离任时间要晚于到任时间。", field="ends_at")
    if not User.objects.filter(pk=user_id, left_at__isnull=True).exists():
        raise Missing
    same = Post.objects.filter(user_id=user_id, unit_id=unit_id, role=role).exclude(ends_at__lte=starts_at)
    if (same.filter(starts_at__lt=ends_at) if ends_at else same).exists():
        raise Conflict("这个人已在该单位担任同一角色。")
    reach = ROLES[role].reach
    post = Post.objects.create(
        user_id=user_id,
        unit_id=unit_id,
        role=role,
        reach=Reach(reach).value,
        first=first,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    journal.write("officer.appoint", by=by, now=now, data={"user": str(user_id), "unit": str(unit_id), "role": role})
    return post


@transaction.atomic
def relieve(*, post_id: uuid.UUID, by: Actor, now: datetime) -> None:
    """Ends a post at once: the next request of that officer no longer has it.

    Raises:
        Denied: not the security administrator, or one's own post. Missing: no such post, or ended before.
    """
    _may(by)
    post = Post.objects.select_for_update().filter(pk=post_id).exclude(ends_at__lte=now).first()
    if post is None:
        raise Missing
    _not_oneself(post.user_id, by)
    if post.starts_at >= now:
        post.delete()
    else:
        post.ends_at = now
        post.save(update_fields=["ends_at"])
    journal.write(
        "officer.relieve", by=by, now=now, data={"user": str(post.user_id), "post": str(post_id), "role": post.role}
    )


@transaction.atomic
def leave(*, user_id: uuid.UUID, by: Actor, now: datetime) -> None:
    """The officer leaves: sessions, tokens and posts end in this very transaction.

    Raises:
        Denied: not the security administrator, or oneself. Missing: no such officer, or left before.
    """
    _may(by)
    _not_oneself(user_id, by)
    user = User.objects.select_for_update().filter(pk=user_id, left_at__isnull=True).first()
    if user is None:
        raise Missing
    user.left_at, user.is_active = now, False
    user.save(update_fields=["left_at", "is_active"])
    for post in Post.objects.filter(user_id=user_id).exclude(ends_at__lte=now):
        relieve(post_id=post.pk, by=by, now=now)
    ApiToken.objects.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=now)
    ended = [
        s.pk
        for s in Session.objects.filter(expire_date__gt=now)
        if s.get_decoded().get("_auth_user_id") == str(user_id)
    ]
    Session.objects.filter(pk__in=ended).delete()
    journal.write("officer.leave", by=by, now=now, about=user.name, data={"user": str(user_id)})


@transaction.atomic
def set_password(*, user_id: uuid.UUID, password: str, by: Actor, now: datetime) -> User:
    """A new first password for somebody who forgot theirs or was locked out; to be changed at the next sign-in.

    Their tokens end too: whoever lost the password may have lost those with it.

    Raises:
        Denied: not the security administrator, or for oneself. Missing: no such officer, or one who has left.
    """
    _may(by)
    _not_oneself(user_id, by)
    user = User.objects.select_for_update().filter(pk=user_id, left_at__isnull=True).first()
    if user is None:
        raise Missing
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    ApiToken.objects.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=now)
    unlock(username=user.username)
    journal.write("officer.password", by=by, now=now, about=user.name, data={"user": str(user_id)})
    return user


def _code_digest(index: bytes, code: str) -> bytes:
    return hmac.new(keys.ring("token").now, b"phone.code\x00" + index + code.encode(), hashlib.sha256).digest()


@transaction.atomic
def start_phone_check(*, phone: str, source: str, now: datetime) -> str:
    """Makes a code for a phone; the caller sends it. Only digests are kept.

    Args:
        source: where the asking comes from (an address), kept as a blind index for limits only.

    Raises:
        Invalid: not a mobile number.
        TooMany: asked again within a minute, or too often within the hour.
    """
    number = check_mobile(phone)
    index, where = vault.blind(number, "person.phone"), vault.blind(source, "phone_check.source")
    with connection.cursor() as cursor:  # askings of one phone, then of one source, go one after the other
        for key in (index, where):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key[:8], "big", signed=True)])
    last = PhoneCheck.objects.filter(phone_index=index).order_by("-sent_at").first()
    if last is not None and now - last.sent_at < CODE_PAUSE:
        wait = int((CODE_PAUSE - (now - last.sent_at)).total_seconds()) + 1
        raise TooMany("验证码刚刚发过，请 %(wait)d 秒后再试。", field="phone", params={"wait": wait}, retry_after=wait)
    for (most, span), rows in (
        (CODES_PER_PHONE, PhoneCheck.objects.filter(phone_index=index)),
        (CODES_PER_SOURCE, PhoneCheck.objects.filter(source=where)),
    ):
        if rows.filter(sent_at__gt=now - span).count() >= most:
            raise TooMany("这一小时里验证码发得太多了，请稍后再试，或拨打热线。", field="phone", retry_after=3600)
    code = phone_code()
    PhoneCheck.objects.create(
        phone_index=index, code_digest=_code_digest(index, code), source=where, sent_at=now, expires_at=now + CODE_LASTS
    )
    return code


def prove_phone(*, phone: str, code: str, now: datetime) -> str:
    """The normalised number, once the newest code for it is right.

    A wrong try is counted even though it is refused, so the counting stands outside the refusal's transaction.

    Raises:
        Invalid: not a number, no code asked for, expired, wrong, or tried too often.
    """
    number = check_mobile(phone)
    index = vault.blind(number, "person.phone")
    with transaction.atomic():
        check = (
            PhoneCheck.objects.select_for_update()
            .filter(phone_index=index, used_at__isnull=True)
            .order_by("-sent_at")
            .first()
        )
        if check is None or check.expires_at <= now or check.attempts >= CODE_ATTEMPTS:
            right, gone = False, True
        else:
            gone = False
            check.attempts += 1
            right = hmac.compare_digest(bytes(check.code_digest), _code_digest(index, code.strip()))
            if right:
                check.used_at = now
            check.save(update_fields=["attempts", "used_at"])
    if gone:
        raise Invalid("验证码已失效，请重新获取。", field="code")
    if not right:
        raise Invalid("验证码不对，请核对短信。", field="code")
    return number


CHECKS_KEPT = timedelta(days=1)
"""Phone checks are of no use after the longest limit they count for; a day is plenty."""


def forget_checks(*, now: datetime) -> int:
    """Deletes old phone checks; returns how many."""
    return PhoneCheck.objects.filter(sent_at__lt=now - CHECKS_KEPT).delete()[0]
