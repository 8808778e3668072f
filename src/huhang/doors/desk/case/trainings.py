"""The boxes of a session: the codes for the wall, whom it was for, and numbers by question or by result (B5)."""

from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.cases.models import Case
from huhang.doors.desk.case.section import Section
from huhang.kinds.trainings import catalogue, queries
from huhang.kinds.trainings.models import Result
from huhang.kinds.trainings.rules import ASKED, CHECK, RETURN, STAGES


def part(case: Case, actor: Actor, now: datetime) -> list[Section]:
    """What a session's page has beyond facts and timeline."""
    known = queries.detail(case)
    shown = [_hosts(case, actor)] if known.reached > 1 else []
    if known.form != CHECK and case.state in ("arranged", "given") and allows(actor, Perm.VISIT, case):
        where = reverse("desk:training_codes", kwargs={"number": case.number})
        words = _("进门计数和测验用；扫码的人不用登录，不留姓名。")
        shown.insert(0, Section(_("现场二维码"), quote=words, url=where, label=_("出示二维码")))
    if known.people is None and not known.before_taken:
        return shown
    found = queries.results(case)
    return shown + (_checked(case, found) if known.form == CHECK else _quizzed(case, found))


def _hosts(case: Case, actor: Actor) -> Section:
    rows = queries.subjects_of(case, actor)
    links = ((reverse("desk:subject", args=[one.pk]), one.name) for one in rows)
    hidden = queries.detail(case).reached - len(rows)
    end = _("另有 %(n)d 家您无权查看") % {"n": hidden} if hidden > 0 else ""
    text = format_html('<div class="keep-lines">{}</div>', format_html_join("、", '<a href="{}">{}</a>', links))
    return Section(_("面向"), end, notes=[text])


def _checked(case: Case, found: dict[str, dict[str, Result]]) -> list[Section]:
    """Of a check: how many of each result, at the check and at the return."""
    labels = catalogue.result_choices(case.category, case.category_version)
    shown = []
    for stage, title in (("held", _("检查结果")), (RETURN, _("复查结果"))):
        rows = found.get(stage, {})
        if not any(row.taken for row in rows.values()):
            continue
        lines = [_("%(what)s：%(n)d 人") % {"what": label, "n": rows[c].taken} for c, label in labels if c in rows]
        shown.append(Section(title, _("只有人数，没有名单"), quote="\n".join(lines)))
    return shown


def _quizzed(case: Case, found: dict[str, dict[str, Result]]) -> list[Section]:
    """Of a quiz or drill: how many passed before, after and at the return, and question by question how many knew."""
    labels, lines = dict(STAGES), []
    for stage, taken, passed, share in queries.shares(case):
        if share is not None:
            said = {"stage": labels[stage], "taken": taken, "passed": passed, "share": share}
            lines.append(_("%(stage)s：%(taken)d 人参加，%(passed)d 人合格，%(share)d%%") % said)
    if not lines:
        return []
    shown = [Section(_("前后对比"), _("手机上答的和纸面的合计"), quote="\n".join(lines))]
    body = queries.quiz_of(case)
    if body and found:
        texts = [_question(case, question, found) for question in body["questions"]]
        shown.append(Section(_("每题答对"), _("手机上答的"), quote="\n".join(one for one in texts if one)))
    return shown


def _question(case: Case, question: dict[str, object], found: dict[str, dict[str, Result]]) -> str:
    labels, parts = dict(STAGES), []
    for stage in ASKED:
        row = found.get(stage, {}).get(str(question["code"]))
        if row is not None and row.taken:
            parts.append(f"{labels[stage]} {row.right}/{row.taken}")
    return f"{catalogue.say(question, 'text')} {' · '.join(parts)}" if parts else ""
