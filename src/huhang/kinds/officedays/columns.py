"""Which columns a table of office days held may have, and the workbook to fill in (A4, B6)."""

from django.utils.translation import gettext as _

from huhang.base.sheets import template
from huhang.base.sheets.headings import Vocabulary, wanted
from huhang.base.sheets.template import TemplateColumn
from huhang.cases.endings import NO, YES
from huhang.register.units.queries import tree

VOCABULARY = Vocabulary(
    (
        wanted("day", "开始时间", "时间 日期 办公日期 开始 date day", needed=True),
        wanted("ends", "结束时间", "结束 到 ends"),
        wanted("subject", "在哪家", "主体 企业 园区 在哪家办 主体编号 信用代码 subject"),
        wanted("place", "地点", "办公地点 地址 place"),
        wanted("unit", "单位", "派出所 责任单位 办公单位 unit"),
        wanted("topic", "名称", "主要办什么 主题 topic"),
        wanted("people", "接待人数", "接待 人数 来访人数 people", needed=True),
        wanted("problems", "带回的问题", "问题 诉求 反映的问题 收集问题 problems", personal=True),
        wanted("solved", "解决情况", "是否解决 办理情况 solved", personal=True),
        wanted("note", "小结", "备注 note", personal=True),
    )
)


def template_of() -> bytes:
    """The workbook to fill in."""
    about = {
        "day": _("如 2026-11-20 09:00；只写日期的算全天，不能晚于今天"),
        "ends": _("当天的，如 2026-11-20 11:30；不填的按一段的时长"),
        "subject": _("主体编号、信用代码或全称，必须已经登记；在本单位大厅办的不填"),
        "place": _("不填的是那一家的地址；在本单位大厅办的必填"),
        "unit": _("简称、全称或机构代码；不填是您的单位"),
        "people": _("只要人数，不要名单"),
        "problems": _("一行一个问题，每个问题登记为一件诉求；单元格里换行按 Alt+Enter"),
        "solved": _("与问题逐行对应，以已解决、未解决开头，如“已解决：路灯已装”；只写一行的对全部有效"),
    }
    values = {
        "unit": tuple(node.short for node in tree().nodes.values() if node.valid_to is None),
        "solved": (YES, NO),
    }
    columns = [
        TemplateColumn(
            heading=one.label,
            about=about.get(one.key, ""),
            width=30 if one.key in ("subject", "place", "problems", "solved", "note") else 17,
            values=values.get(one.key, ()),
            only=False,
            needed=one.needed,
            moment="time" if one.key in ("day", "ends") else "",
        )
        for one in VOCABULARY.things
    ]
    notes = [
        _("先逐行检查，您确认后才保存；一天内可以整批撤销。"),
        _("导入的现场办公不公布、不能预约，不发短信。"),
        _("文件不保存；不认识的列（如姓名、电话）不读。问题里请不要写身份证号、电话。"),
    ]
    return template.written(_("办过的现场办公"), columns, notes)
