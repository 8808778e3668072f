"""Which columns a table of visits made may have, and the workbook to fill in (A4)."""

from django.utils.translation import gettext as _

from huhang.base.sheets import template
from huhang.base.sheets.headings import Vocabulary, wanted
from huhang.base.sheets.template import TemplateColumn
from huhang.cases.endings import NO, YES
from huhang.kinds.visits import catalogue
from huhang.kinds.visits.rules import MODES
from huhang.register.units.queries import tree

VOCABULARY = Vocabulary(
    (
        wanted("subject", "走访了谁", "主体 企业 单位名称 企业名称 主体编号 信用代码 subject", needed=True),
        wanted("day", "走访时间", "时间 日期 走访日期 date day", needed=True),
        wanted("officer", "走访民警", "民警 警号 走访人 officer"),
        wanted("unit", "走访单位", "派出所 责任单位 走访派出所 unit"),
        wanted("mode", "方式", "走访方式 mode"),
        wanted("purpose", "目的", "走访目的 purpose", needed=True),
        wanted("people", "见到几人", "人数 见到人数 服务人数 people", needed=True),
        wanted("session", "场次", "场次号 批次 session"),
        wanted("problems", "反映的问题", "问题 诉求 收集问题 problems", personal=True),
        wanted("solved", "解决情况", "是否解决 办理情况 solved", personal=True),
        wanted("remarks", "备注", "走访情况 remarks", personal=True),
    )
)


def template_of() -> bytes:
    """The workbook to fill in, with the purposes of today's catalogue."""
    about = {
        "subject": _("主体编号、信用代码或全称；必须已经登记"),
        "day": _("如 2026-11-20 或 2026-11-20 14:30；不能晚于今天"),
        "officer": _("警号，或没有重名的姓名"),
        "unit": _("简称、全称或机构代码；不填的按民警当时所在单位，民警也不填的按您的单位"),
        "people": _("只要人数，不要名单"),
        "session": _("一场见了几家的，各行填同一个场次，算一场"),
        "problems": _("一行一个问题，每个问题登记为一件诉求；单元格里换行按 Alt+Enter"),
        "solved": _("与问题逐行对应，以已解决、未解决开头，如“已解决：路灯已装”；只写一行的对全部有效"),
    }
    values = {
        "purpose": tuple(label for _code, label in catalogue.purpose_choices()),
        "mode": tuple(str(label) for _code, label in MODES),
        "unit": tuple(node.short for node in tree().nodes.values() if node.valid_to is None),
        "solved": (YES, NO),
    }
    columns = [
        TemplateColumn(
            heading=one.label,
            about=about.get(one.key, ""),
            width=30 if one.key in ("subject", "problems", "solved", "remarks") else 17 if one.key == "day" else 14,
            values=values.get(one.key, ()),
            only=one.key in ("purpose", "mode"),
            needed=one.needed,
            moment="time" if one.key == "day" else "",
        )
        for one in VOCABULARY.things
    ]
    notes = [
        _("先逐行检查，您确认后才保存；一天内可以整批撤销。"),
        _("导入的走访不发短信、不请企业评价，不受走访次数上限限制。"),
        _("文件不保存；不认识的列（如姓名、电话）不读。问题里请不要写身份证号、电话。"),
    ]
    return template.written(_("做过的走访"), columns, notes)
