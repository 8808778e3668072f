"""Which columns a table of held sessions may have, and the workbook to fill in (A4). Numbers only."""

from django.utils.translation import gettext as _

from huhang.base.sheets import template
from huhang.base.sheets.headings import Vocabulary, wanted
from huhang.base.sheets.template import TemplateColumn
from huhang.kinds.trainings import catalogue

VOCABULARY = Vocabulary(
    (
        wanted("subjects", "面向", "主体 企业 单位 参加单位 主体编号 信用代码 subject", needed=True),
        wanted("sort", "种类", "类型 活动种类 sort", needed=True),
        wanted("day", "日期", "举办日期 时间 举办时间 date day", needed=True),
        wanted("title", "名称", "主题 活动名称 title"),
        wanted("place", "地点", "举办地点 place"),
        wanted("speaker", "主讲、带队", "主讲 主讲人 带队 speaker"),
        wanted("people", "人数", "到场人数 检查人数 参加人数 人次 people", needed=True),
        wanted("handed_over", "移交人数", "阳性人数 不合格人数 handed_over"),
        wanted("before_taken", "开始前参加", "前测人数"),
        wanted("before_passed", "开始前合格", "前测合格"),
        wanted("after_taken", "结束时参加", "后测人数"),
        wanted("after_passed", "结束时合格", "后测合格"),
        wanted("returned_on", "回访日期", "回访时间 returned_on"),
        wanted("return_taken", "回访时参加", "回访人数"),
        wanted("return_passed", "回访时合格", "回访合格"),
    )
)


def template_of() -> bytes:
    """The workbook to fill in, with the kinds of session of today's catalogue."""
    about = {
        "subjects": _("主体编号、信用代码或全称；几家用分号隔开，必须已经登记"),
        "day": _("如 2026-11-20 或 2026-11-20 14:30"),
        "people": _("只要人数，不要名单、车牌"),
        "handed_over": _("集中检查才填；其余的算没有问题的"),
    }
    columns = [
        TemplateColumn(
            heading=one.label,
            about=about.get(one.key, ""),
            width=30 if one.key in ("subjects", "title", "place") else 17 if one.key == "day" else 14,
            values=tuple(label for _code, label in catalogue.choices()) if one.key == "sort" else (),
            needed=one.needed,
            moment="time" if one.key == "day" else "day" if one.key == "returned_on" else "",
        )
        for one in VOCABULARY.things
    ]
    notes = [_("先逐行检查，您确认后才保存；一天内可以整批撤销。"), _("文件不保存；不认识的列（如姓名、车牌）不读。")]
    return template.written(_("办过的讲座演练"), columns, notes)
