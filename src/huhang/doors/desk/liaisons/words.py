"""Lines, skills, reasons and changes in words."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huhang.doors.frame.rules import is_chinese
from huhang.register.liaisons.catalogue import newest
from huhang.register.liaisons.rules import Line

CHANGES = ("new", "replace", "relieve", "end", "missing", "keep")
"""The changes of a plan, those to look at first."""
TONES = {"new": "go", "replace": "wait", "relieve": "wait", "end": "", "missing": "late", "keep": "ok"}


def line_words(line: Line) -> str:
    """The name of a line in the language of the page."""
    return line.name if is_chinese(get_language()) else line.name_en


def line_label(code: str) -> str:
    """The name of a line by its code; the code itself when the plan in force no longer has it."""
    line = newest().lines.get(code)
    return line_words(line) if line else code


def each_label(code: str) -> str:
    """What a leader carries one of."""
    found = next((one for one in newest().each if one.code == code), None)
    return (found.name if is_chinese(get_language()) else found.name_en) if found else code


def skill_label(code: str) -> str:
    """A skill by its code."""
    zh, en = newest().skills.get(code, (code, code))
    return zh if is_chinese(get_language()) else en


def tier_words(tier: int) -> str:
    """The four tiers."""
    return {1: _("市局领导"), 2: _("市级"), 3: _("县级"), 4: _("所级")}.get(tier, str(tier))


def chief_words(chief: int) -> str:
    """The five chiefs; nothing for a line that is no chief's."""
    return {1: _("局长"), 2: _("分局长"), 3: _("支队长"), 4: _("大队长"), 5: _("所长")}.get(chief, "")


def change_words(change: str) -> str:
    """What a row of a plan does."""
    return {
        "new": _("新增"),
        "replace": _("接替"),
        "relieve": _("减负调整"),
        "end": _("不再需要"),
        "missing": _("无人可派"),
        "keep": _("不变"),
    }.get(change, change)


def reason_words(reason: str) -> str:
    """What told in a row of a plan."""
    return {
        "same_unit": _("在主体所属的所"),
        "same_branch": _("在主体所属的分局"),
        "city": _("全市范围"),
        "skills": _("具备所需技能"),
        "skills_missing": _("没有具备所需技能的人选"),
        "first_role": _("本职就是联络员"),
        "even": _("负担较轻"),
        "gone": _("原责任人已不在岗"),
        "full": _("已到上限"),
        "none": _("没有符合条件的民警"),
        "unneeded": _("按方案不再需要"),
    }.get(reason, reason)


def why_words(why: str) -> str:
    """The kept reason of a responsibility: a plan's reasons in words, or the sentence a person wrote."""
    codes = why.split(",")
    known = [reason_words(code) for code in codes]
    if why.startswith("按方案调整："):
        return _("按方案：%(change)s") % {"change": change_words(why.rpartition("：")[2])}
    return _("、").join(known) if known != codes else why
