"""A small city for tests: one bureau, two branches, three stations, and one officer for every role."""

import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from huhang.base.access.context import SYSTEM, acting
from huhang.base.access.rules import Actor
from huhang.base.people import actions as people
from huhang.base.people.models import User
from huhang.base.people.queries import actor_for
from huhang.kinds.requests.actions import file_request
from huhang.kinds.requests.actions.filing import Filed
from huhang.register.subjects.actions import enter_subject, person_for
from huhang.register.subjects.models import Person, Subject
from huhang.register.units import queries as units
from huhang.register.units.actions import found
from huhang.register.units.models import Unit

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""Friday 2026-11-20 10:00 in Shanghai, a working day in working hours."""

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = "Huhang-2026!"

OFFICERS: dict[str, tuple[str, str, str]] = {
    # key: (name, role, unit)
    "clerk": ("林岚", "clerk", "centre"),
    "dispatcher": ("陈立", "dispatcher", "centre_wide"),
    "handler": ("周正", "handler", "harbour"),
    "second_handler": ("吴平", "handler", "harbour"),
    "chief": ("赵海", "chief", "port"),
    "other_handler": ("钱进", "handler", "river"),
    "traffic": ("孙达", "handler", "trucks"),
    "liaison": ("李青", "liaison", "harbour"),
    "revisitor": ("郑和", "revisitor", "centre"),
    "supervisor": ("王督", "supervisor", "bureau"),
    "leader": ("冯局", "leader", "bureau"),
    "auditor": ("卫明", "auditor", "bureau"),
    "security_admin": ("蒋安", "security_admin", "bureau"),
    "system_admin": ("沈统", "system_admin", "bureau"),
}


@dataclass
class City:
    """Units by key, actors by key, and users by key."""

    units: dict[str, Unit]
    users: dict[str, User]

    def actor(self, key: str, door: str = "desk") -> Actor:
        """The actor of an officer as of now."""
        return actor_for(key, now=NOW, door=door)


def _unit(code: str, name: str, kind: str, parent: Unit | None) -> Unit:
    return found(
        code=code,
        name=f"望海市公安局{name}",
        short_name=name,
        kind=kind,
        parent=parent,
        valid_from=date(2020, 1, 1),
        by=SYSTEM,
        now=LONG_AGO,
    )


def make_city() -> City:
    """Makes the city in the current transaction.

    The first one of a run goes through the actions, and what they wrote is noted; the others write the same rows again.
    """
    global _noted
    if _noted is None:
        wrote: dict[str, list[Any]] = {}

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if sql.startswith(("INSERT", "UPDATE", "DELETE", "WITH")) or "procrastinate" in sql:
                wrote.setdefault(sql, []).append(params)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            made = _made()
        _noted = wrote, copy.deepcopy(made)
        return made
    statements, made = _noted
    with acting(SYSTEM), connection.cursor() as cursor:
        for sql, rows in statements.items():
            cursor.executemany(sql, rows)
    units.forget()
    return copy.deepcopy(made)


_noted: tuple[dict[str, list[Any]], City] | None = None
"""What the first one wrote, by statement in the order of their first use, and what it gave back."""


def _made() -> City:
    with acting(SYSTEM):
        made: dict[str, Unit] = {"bureau": _unit("3799000000", "市局", "bureau", None)}
        b = made["bureau"]
        made["centre"] = _unit("3799000001", "诉求中心", "centre", b)
        made["port"] = _unit("3799010000", "临港分局", "county", b)
        made["river_county"] = _unit("3799020000", "河市县局", "county", b)
        made["traffic"] = _unit("3799030000", "交警支队", "department", b)
        made["harbour"] = _unit("3799010001", "港湾派出所", "station", made["port"])
        made["quay"] = _unit("3799010002", "码头派出所", "station", made["port"])
        made["river"] = _unit("3799020001", "河东派出所", "station", made["river_county"])
        made["trucks"] = _unit("3799030001", "货运大队", "squad", made["traffic"])
        units.forget()
        users = {key: _officer(key, *row, made) for key, row in OFFICERS.items()}
    return City(made, users)


def _officer(key: str, name: str, role: str, unit: str, made: dict[str, Unit]) -> User:
    user = User(username=key, name=name, created_at=LONG_AGO)
    user.set_unusable_password()
    user.save(force_insert=True)
    place = made["bureau"] if unit == "centre_wide" else made[unit]
    post = people.appoint(
        user_id=user.pk, unit_id=place.pk, role=role, first=True, starts_at=LONG_AGO, by=SYSTEM, now=LONG_AGO
    )
    if unit == "centre_wide":  # the city's dispatcher reaches everywhere
        post.reach = "all"
        post.save(update_fields=["reach"])
    return user


def person(name: str = "王海燕", phone: str = "13800000001") -> Person:
    """A resident."""
    return person_for(name=name, phone=phone, by=SYSTEM, now=NOW)


def enterprise(city: City, name: str = "海晏化工有限公司", code: str = "91370600MA0000007C") -> Subject:
    """An enterprise of the harbour station."""
    return enter_subject(
        kind="enterprise", name=name, unit_id=city.units["harbour"].pk, credit_code=code, by=SYSTEM, now=NOW
    )


def filed(city: City, by: str = "clerk", *, now: datetime = NOW, **values: Any) -> Filed:
    """A request taken by an officer, with sensible words where none are given."""
    given: dict[str, Any] = {
        "title": "夜间渣土车噪声影响园区宿舍",
        "body": "晚上十二点以后渣土车从三号门过，宿舍睡不好。",
        "channel": "hotline",
        "nature": "help",
        "name": "王海燕",
        "phone": "13800000001",
        **values,
    }
    actor = city.actor(by)
    with acting(actor):
        return file_request(by=actor, now=now, **given)
