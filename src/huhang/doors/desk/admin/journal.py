"""The journal for whoever may read it: narrowed by case, officer or day, paged, with the state of the chain.

Rows carry no personal data by contract; a purpose an officer typed could, so long runs of digits are masked here too.
"""

import json
import re
import uuid
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from huhang.base.access.rules import Perm
from huhang.base.journal.actions import anchors_file
from huhang.base.journal.models import Entry, Link
from huhang.base.people.models import User
from huhang.cases.models import Case
from huhang.cases.registry import kinds
from huhang.doors.frame.gates import officers
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import normalise_number
from huhang.kernel.worktime import Schedule
from huhang.register.units.queries import tree

PAGE = 50
_DIGITS = re.compile(r"(?<![\w-])\d{7,17}[\dXx]?(?![\w-])", re.ASCII)


def hide(text: str) -> str:
    """Long runs of digits (phones, ID numbers) with their middle starred."""
    return _DIGITS.sub(lambda found: f"{found[0][:3]}****{found[0][-2:]}", text)


def _action(name: str) -> str:
    """What was done, in words where the words are known."""
    words = {
        "person.read": _("查看个人信息"),
        "person.enter": _("登记个人"),
        "file.store": _("保存文件"),
        "file.read": _("打开文件"),
        "file.remove": _("删除文件"),
        "message.write": _("发消息"),
        "officer.enrol": _("登记人员"),
        "officer.appoint": _("任岗"),
        "officer.relieve": _("免岗"),
        "officer.leave": _("离任"),
        "officer.password": _("重设密码"),
        "unit.found": _("设立单位"),
        "unit.dissolve": _("撤销单位"),
        "catalog.load": _("装入目录"),
        "catalog.add": _("导入放假通知"),
        "clock.recount": _("重算期限"),
        "token.issue": _("发放令牌"),
        "token.revoke": _("作废令牌"),
        "routing.propose": _("给出分派建议"),
        "routing.train": _("训练模型"),
        "routing.ask_training": _("要求训练模型"),
        "routing.promote": _("启用模型"),
        "routing.go_back": _("退回模型"),
        "routing.fault": _("规则出错"),
        "routing.settle": _("规则出错已处理"),
        "batch.start": _("成批办理"),
        "subject.enter": _("登记主体"),
        "view.keep": _("保存视图"),
        "view.forget": _("删除视图"),
    }
    room, _dot, verb = name.partition(".")
    kind = kinds().get(room)
    if kind is None:
        return words.get(name, name)
    move = kind.move(verb)
    said = {"open": _("登记"), "comment": _("备注"), "attach": _("附件"), "hand_over": _("移交")}
    said |= {"support_moved": _("协办移交"), "decided": _("联席会议决定"), **kind.said}
    return _("%(kind)s：%(step)s") % {"kind": kind.label, "step": move.label if move else said.get(verb, verb)}


class Asked:
    """The filters as they stand in the address; a bad one is said, not guessed."""

    def __init__(self, request: HttpRequest) -> None:
        self.case = request.GET.get("case", "").strip()[:40]
        self.officer = request.GET.get("officer", "").strip()[:64]
        self.day = request.GET.get("day", "").strip()[:10]
        self.before = request.GET.get("before", "")[:80]
        self.wrong = ""

    @property
    def nothing(self) -> bool:
        """Whether this is the front page, where the state of the chain is told too."""
        return not (self.case or self.officer or self.day or self.before)

    def narrow(self, rows: QuerySet[Entry]) -> QuerySet[Entry]:
        """The rows asked for; none when a filter matches nothing."""
        if self.case:
            rows = self._by_case(rows)
        if self.officer:
            found = User.objects.filter(Q(username=self.officer) | Q(name=self.officer))
            rows = rows.filter(actor__in=found.values("pk"))
        if self.day:
            rows = self._by_day(rows)
        return self._below(rows)

    def _by_case(self, rows: QuerySet[Entry]) -> QuerySet[Entry]:
        try:
            number = normalise_number(self.case)
        except Invalid as wrong:
            self.wrong = say(wrong)
            return rows.none()
        return rows.filter(case__in=Case.objects.filter(number=number).values("pk"))

    def _by_day(self, rows: QuerySet[Entry]) -> QuerySet[Entry]:
        try:
            start, end = Schedule().whole(date.fromisoformat(self.day))
        except ValueError:
            self.wrong = _("请按 2026-11-21 这样填日期。")
            return rows.none()
        return rows.filter(at__gte=start, at__lt=end)

    def _below(self, rows: QuerySet[Entry]) -> QuerySet[Entry]:
        at, _comma, pk = self.before.replace(" ", "+").partition(",")
        try:
            when, last = parse_datetime(at), uuid.UUID(pk)
        except ValueError:
            return rows
        if when is None or timezone.is_naive(when):
            return rows
        return rows.filter(Q(at__lt=when) | Q(at=when, pk__lt=last))


def chain() -> dict[str, Any]:
    """How far the chain and its anchors go, and whether the newest anchor still fits the chain."""
    path = anchors_file()
    lines = path.read_text().splitlines() if path.exists() else []
    anchor = json.loads(lines[-1]) if lines else None
    last = Link.objects.order_by("-seq").values("seq")[:1]
    wanted = Q(seq=Subquery(last)) | Q(seq=anchor["seq"] if anchor else 0)
    links = dict(Link.objects.filter(wanted).order_by("seq").values_list("seq", "hash"))
    newest = max(links.items(), default=None)
    held = links.get(anchor["seq"]) if anchor else None
    return {
        "seq": newest[0] if newest else 0,
        "hash": bytes(newest[1]).hex() if newest else "",
        "anchor": anchor["seq"] if anchor else None,
        "anchored_at": datetime.fromisoformat(anchor["at"]) if anchor else None,
        "fits": held is not None and anchor is not None and bytes(held).hex() == anchor["hash"],
    }


def _value(value: Any) -> str:
    """A fact for machines in a shorter form: a unit by its name, a long list by its length."""
    if isinstance(value, list):
        first = _("、").join(_value(one) for one in value[:3])
        return first if len(value) <= 3 else _("%(first)s 等 %(n)d 项") % {"first": first, "n": len(value)}
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}={_value(v)}" for k, v in value.items()) + "}"
    try:
        return tree().label(uuid.UUID(value)) or str(value) if isinstance(value, str) else str(value)
    except ValueError:
        return str(value)


def _row(entry: Entry) -> dict[str, Any]:
    data = json.loads(entry.data) if entry.data else {}
    return {
        "at": entry.at,
        "what": _action(entry.action),
        "code": entry.action,
        "who": entry.actor_name,
        "unit": tree().label(entry.unit),
        "door": entry.door,
        "number": entry.case_number,  # type: ignore[attr-defined]
        "personal": entry.person is not None,
        "about": hide(entry.about),
        "data": hide(_("，").join(f"{k}={_value(v)}" for k, v in data.items()))[:300],
        "seq": entry.link.seq if hasattr(entry, "link") else None,
    }


@officers(Perm.READ_JOURNAL)
@require_GET
def journal(request: HttpRequest) -> HttpResponseBase:
    """Newest first, a page at a time."""
    asked = Asked(request)
    number = Case.objects.filter(pk=OuterRef("case")).values("number")[:1]
    rows = Entry.objects.select_related("link").annotate(case_number=Subquery(number)).order_by("-at", "-pk")
    page = list(asked.narrow(rows)[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    context = {
        "asked": asked,
        "rows": [_row(entry) for entry in page[:PAGE]],
        "older": f"{last.at.isoformat()},{last.pk}" if last else "",
        "chain": chain() if asked.nothing else None,
        "now": timezone.now(),
    }
    return render(request, "desk/admin/journal.html", context)
