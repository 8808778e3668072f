"""Sessions that were held, from a table: the pages of `doors.desk.tables` with the words of sessions (A4, B5)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.doors.desk.tables import Pages, day_said
from huhang.kinds.trainings.columns import template_of
from huhang.kinds.trainings.importing import TABLE


def _cells(rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    told = [one["values"] for one in rows]
    return [[one.get("title") or one.get("sort", ""), day_said(one), one.get("people", "")] for one in told]


PAGES = Pages(
    name="training",
    table=TABLE,
    title=_("导入办过的讲座演练"),
    list_title=_("讲座演练"),
    list_name="desk:trainings",
    about=_("只要人数。姓名、电话、车牌等列不读，文件也不保存。"),
    template=template_of,
    heads=((_("名称"), False), (_("日期"), False), (_("人数"), True)),
    cells=_cells,
)
