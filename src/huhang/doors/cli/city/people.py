"""Officers with posts: realistic shares of roles, and the few whose police numbers people remember."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from huhang.base.access.rules import ROLES, Reach
from huhang.doors.cli.city import names

if TYPE_CHECKING:
    from huhang.doors.cli.city.register import Place, Register

PASSWORD = "Wanghai-2026"  # noqa: S105  shown on purpose, for trial installations only


class Persona(NamedTuple):
    """Somebody to sign in as."""

    username: str
    name: str
    role: str
    unit: str


class _Part(NamedTuple):
    persona: Persona
    key: str


_CAST = (
    _Part(Persona("100001", "林岚", "窗口登记员", "诉求中心"), "clerk"),
    _Part(Persona("100002", "陈立", "派单员", "诉求中心"), "dispatcher"),
    _Part(Persona("100003", "周正", "承办民警", "港湾派出所"), "handler"),
    _Part(Persona("100004", "赵海", "单位负责人", "临港分局"), "chief"),
    _Part(Persona("100005", "李青", "驻企联络员", "港湾派出所"), "liaison"),
    _Part(Persona("100006", "郑宁", "回访员", "诉求中心"), "revisitor"),
    _Part(Persona("100007", "王督", "督办员", "市局"), "supervisor"),
    _Part(Persona("100008", "冯远", "局领导", "市局"), "leader"),
    _Part(Persona("100009", "卫明", "审计员", "市局"), "auditor"),
    _Part(Persona("100010", "蒋安", "安全管理员", "市局"), "security_admin"),
    _Part(Persona("100011", "沈统", "系统管理员", "市局"), "system_admin"),
)
PERSONAS: tuple[Persona, ...] = tuple(part.persona for part in _CAST)

_BUREAU = ("leader",) * 5 + ("supervisor",) * 6 + ("auditor",) * 3 + ("security_admin", "system_admin")
_LEAD = {"station": ("chief", "chief", "liaison", "clerk"), "squad": ("chief",), "county": ("chief",) * 3 + ("clerk",)}


@dataclass(slots=True, eq=False)
class Officer:
    """One officer with one post."""

    id: uuid.UUID
    username: str
    name: str
    role: str
    reach: str
    unit: "Place"
    post: uuid.UUID
    since: datetime


def enlist(register: "Register", wanted: int, rng: random.Random, now: datetime) -> None:
    """Fills every unit's posts: the cast first, then whom each unit needs, then handlers until the number is met."""
    clock = register.keys
    count = [0]

    def add(role: str, unit: "Place", username: str = "", name: str = "") -> None:
        count[0] += 1
        since = now - timedelta(days=rng.randint(800, 2900), seconds=rng.randrange(86_400))
        ms = int(since.timestamp() * 1000)
        reach = Reach.ALL if unit.kind == "centre" and role == "dispatcher" else ROLES[role].reach
        officer = Officer(
            clock.at(ms),
            username or f"{200_000 + count[0]}",
            name or names.person(rng),
            role,
            reach.value,
            unit,
            clock.at(ms),
            since,
        )
        unit.staff.setdefault(role, []).append(officer)
        register.officers.append(officer)

    for part in _CAST:
        add(part.key, register.by_short[part.persona.unit], part.persona.username, part.persona.name)
    for role in _BUREAU:
        add(role, register.bureau)
    size = max(1, wanted // 400)
    for role, n in (("clerk", 2 * size), ("dispatcher", size), ("revisitor", size), ("chief", 2)):
        for _ in range(n):
            add(role, register.centre)
    working = [*register.stations, *register.squads, *register.branches]
    for unit in working:
        for role in _LEAD.get(unit.kind, ("chief",) * 2):
            add(role, unit)
        add("handler", unit)
    shares = [3.0 if u.kind == "station" else 2.2 if u.kind == "squad" else 4.0 for u in working]
    for unit in rng.choices(working, shares, k=max(0, wanted - count[0])):
        add("handler", unit)
