"""Roles, permissions, and one rule for who may see a case: role × place in the unit tree × relation × sensitivity.

The rule stands three times and the three must agree (tests/base/access): `Actor.sees` for one row in memory,
`queries.visible_to` for a list, and `predicate.SQL` for the row-level security behind both.
"""

import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Perm(StrEnum):
    """What may be done; every move and every page names one."""

    SEE = "see"
    SEE_SENSITIVE = "see_sensitive"
    REVEAL = "reveal"
    REGISTER = "register"
    CLASSIFY = "classify"
    DISPATCH = "dispatch"
    SIGN = "sign"
    HANDLE = "handle"
    ANSWER = "answer"
    RETURN = "return"
    ASSIGN = "assign"
    COHANDLE = "cohandle"
    CONVENE = "convene"
    ASK_EXTENSION = "ask_extension"
    DECIDE_EXTENSION = "decide_extension"
    REVISIT = "revisit"
    CLOSE = "close"
    MERGE = "merge"
    WITHDRAW = "withdraw"
    COMMENT = "comment"
    ATTACH = "attach"
    KEEP_REGISTER = "keep_register"
    IMPORT = "import"
    EXPORT = "export"
    SUPERVISE = "supervise"
    INSTRUCT = "instruct"
    ISSUE_CARD = "issue_card"
    ANSWER_CARD = "answer_card"
    JUDGE_CARD = "judge_card"
    PLAN_LIAISON = "plan_liaison"
    VISIT = "visit"
    NOTIFY = "notify"
    RELEASE = "release"
    READ_JOURNAL = "read_journal"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_SYSTEM = "manage_system"


class Reach(StrEnum):
    """How far a role reaches from the unit it is held in."""

    OWN = "own"
    BELOW = "below"
    ALL = "all"
    NONE = "none"


OWNERSHIP = frozenset(
    {
        *(Perm.SIGN, Perm.HANDLE, Perm.ANSWER, Perm.RETURN, Perm.ASSIGN, Perm.WITHDRAW),
        *(Perm.ASK_EXTENSION, Perm.DECIDE_EXTENSION, Perm.ANSWER_CARD, Perm.VISIT),
    }
)
"""Only the unit that owns a case (or one above it) does these; having a part in it is not enough."""


@dataclass(frozen=True)
class Role:
    """A role in code: what it is for, what it may do, how far."""

    name: str
    label: Promise
    about: Promise
    perms: frozenset[Perm]
    reach: Reach
    privileged: bool = False


def _role(name: str, label: Promise, about: Promise, reach: Reach, *perms: Perm, privileged: bool = False) -> Role:
    return Role(name, label, about, frozenset(perms), reach, privileged)


_WORK = (Perm.SEE, Perm.REGISTER, Perm.COMMENT, Perm.ATTACH, Perm.REVEAL, Perm.ANSWER_CARD)
_HANDLING = (*_WORK, Perm.SIGN, Perm.HANDLE, Perm.ANSWER, Perm.RETURN, Perm.ASK_EXTENSION, Perm.COHANDLE, Perm.VISIT)

ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        _role(
            "clerk", _("窗口登记员"), _("在窗口、热线登记诉求并归类"), Reach.OWN, *_WORK, Perm.CLASSIFY, Perm.WITHDRAW
        ),
        _role(
            "dispatcher",
            _("派单员"),
            _("归类、派单、改派、并单，处理退单"),
            Reach.BELOW,
            *_WORK,
            Perm.CLASSIFY,
            Perm.DISPATCH,
            Perm.COHANDLE,
            Perm.CONVENE,
            Perm.MERGE,
            Perm.WITHDRAW,
            Perm.KEEP_REGISTER,
            Perm.IMPORT,
            Perm.EXPORT,
            Perm.SEE_SENSITIVE,
            Perm.NOTIFY,
        ),
        _role(
            "liaison",
            _("驻企联络员"),
            _("走访企业，登记听到的诉求并跟进，维护本单位的主体"),
            Reach.OWN,
            *_WORK,
            Perm.CLASSIFY,
            Perm.KEEP_REGISTER,
            Perm.VISIT,
            Perm.NOTIFY,
        ),
        _role("handler", _("承办民警"), _("签收、办理、答复本单位的诉求"), Reach.OWN, *_HANDLING),
        _role(
            "chief",
            _("单位负责人"),
            _("指定承办人，审批延期，对本单位及下级负责"),
            Reach.BELOW,
            *_HANDLING,
            Perm.KEEP_REGISTER,
            Perm.ASSIGN,
            Perm.CONVENE,
            Perm.DECIDE_EXTENSION,
            Perm.SEE_SENSITIVE,
            Perm.EXPORT,
            Perm.SUPERVISE,
            Perm.PLAN_LIAISON,
            Perm.NOTIFY,
            Perm.RELEASE,
        ),
        _role(
            "revisitor",
            _("回访员"),
            _("回访诉求人，记录评价，销号或发回重办"),
            Reach.ALL,
            Perm.SEE,
            Perm.REVEAL,
            Perm.REVISIT,
            Perm.CLOSE,
            Perm.COMMENT,
            Perm.ATTACH,
            Perm.SEE_SENSITIVE,
        ),
        _role(
            "supervisor",
            _("督办员"),
            _("看全市进展，审批延期，督促超期"),
            Reach.ALL,
            Perm.SEE,
            Perm.SEE_SENSITIVE,
            Perm.SUPERVISE,
            Perm.EXPORT,
            Perm.COMMENT,
            Perm.DECIDE_EXTENSION,
            Perm.ISSUE_CARD,
            Perm.JUDGE_CARD,
            Perm.CONVENE,
            Perm.PLAN_LIAISON,
            Perm.NOTIFY,
            Perm.RELEASE,
            privileged=True,
        ),
        _role(
            "leader",
            _("局领导"),
            _("一页看全市，每个数字点开看得到每一件，作批示"),
            Reach.ALL,
            Perm.SEE,
            Perm.SEE_SENSITIVE,
            Perm.SUPERVISE,
            Perm.INSTRUCT,
            Perm.EXPORT,
            Perm.ANSWER_CARD,
            Perm.JUDGE_CARD,
            Perm.RELEASE,
            privileged=True,
        ),
        _role(
            "auditor",
            _("审计员"),
            _("什么都能看，什么都不能改；核验日志"),
            Reach.ALL,
            Perm.SEE,
            Perm.SEE_SENSITIVE,
            Perm.SUPERVISE,
            Perm.READ_JOURNAL,
            privileged=True,
        ),
        _role(
            "security_admin",
            _("安全管理员"),
            _("管理人员与岗位，看不到诉求内容"),
            Reach.NONE,
            Perm.MANAGE_PEOPLE,
            privileged=True,
        ),
        _role(
            "system_admin",
            _("系统管理员"),
            _("管理单位、目录、日历、服务接口与运行状况，看不到诉求内容"),
            Reach.NONE,
            Perm.MANAGE_SYSTEM,
            privileged=True,
        ),
    )
}


class Standing(Protocol):
    """The columns of a case that decide who sees it."""

    id: uuid.UUID
    unit_id: uuid.UUID
    branch_id: uuid.UUID | None
    party_units: list[uuid.UUID]
    party_branches: list[uuid.UUID]
    officer_id: uuid.UUID | None
    taken_by_id: uuid.UUID | None
    requester_id: uuid.UUID | None
    sensitive: bool


@dataclass(frozen=True)
class Grant:
    """One post: a role held in a unit."""

    role: str
    unit: uuid.UUID
    reach: Reach

    @property
    def perms(self) -> frozenset[Perm]:
        return ROLES[self.role].perms

    def owns(self, case: Standing) -> bool:
        """Whether the case belongs to this post's unit, or to one below it when the post reaches that far."""
        if self.reach is Reach.ALL:
            return True
        if self.reach is Reach.NONE:
            return False
        return case.unit_id == self.unit or (self.reach is Reach.BELOW and case.branch_id == self.unit)

    def covers(self, case: Standing) -> bool:
        """Whether the case is owned here, or this post's unit (or one below) has a part in it."""
        return (
            self.owns(case)
            or (self.reach is not Reach.NONE and self.unit in case.party_units)
            or (self.reach is Reach.BELOW and self.unit in case.party_branches)
        )


@dataclass(frozen=True)
class Actor:
    """Whoever acts, resolved once a request before anything is read."""

    kind: str = "stranger"
    id: uuid.UUID | None = None
    label: str = ""
    grants: tuple[Grant, ...] = ()
    person: uuid.UUID | None = None
    case: uuid.UUID | None = None
    door: str = "hall"
    unit_label: str = ""
    perms: frozenset[Perm] = field(init=False, repr=False, compare=False, default=frozenset())
    everything: bool = field(init=False, repr=False, compare=False, default=False)

    def __post_init__(self) -> None:
        perms = frozenset(Perm) if self.kind == "system" else frozenset(p for g in self.grants for p in g.perms)
        object.__setattr__(self, "perms", perms)
        wide = any(g.reach is Reach.ALL and Perm.SEE in g.perms for g in self.grants)
        object.__setattr__(self, "everything", self.kind == "system" or wide)

    @property
    def user(self) -> uuid.UUID | None:
        """The user's id when an officer acts."""
        return self.id if self.kind == "officer" else None

    @property
    def unit(self) -> uuid.UUID | None:
        """The unit of the first post: the one shown beside the name and credited in the journal."""
        return self.grants[0].unit if self.grants else None

    @property
    def units(self) -> tuple[uuid.UUID, ...]:
        """Units whose cases this actor sees because a post is in them."""
        near = (Reach.OWN, Reach.BELOW)
        return tuple(dict.fromkeys(g.unit for g in self.grants if g.reach in near and Perm.SEE in g.perms))

    @property
    def branches(self) -> tuple[uuid.UUID, ...]:
        """Units whose whole branch this actor sees."""
        return tuple(dict.fromkeys(g.unit for g in self.grants if g.reach is Reach.BELOW and Perm.SEE in g.perms))

    @property
    def sees_sensitive(self) -> bool:
        return Perm.SEE_SENSITIVE in self.perms

    @property
    def privileged(self) -> bool:
        """Whether a role is held for which a second factor may be required."""
        return any(ROLES[g.role].privileged for g in self.grants)

    def sees(self, case: Standing) -> bool:
        """The rule for one row; the same as `queries.visible_to` and the policy in the database."""
        if self.person is not None and case.requester_id == self.person:
            return True
        if self.case is not None and case.id == self.case:
            return True
        mine = self.user is not None and self.user in (case.officer_id, case.taken_by_id)
        placed = self.everything or mine or any(g.covers(case) for g in self.grants if Perm.SEE in g.perms)
        return placed and (not case.sensitive or self.sees_sensitive or mine)


SYSTEM = Actor(kind="system", label="系统", door="job")
STRANGER = Actor()
