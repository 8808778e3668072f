"""Office days held before, from a table: the pages of `doors.desk.tables` with the words of office days (A4, B6)."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.doors.desk.tables import Pages, day_said
from huhang.kinds.officedays.columns import template_of
from huhang.kinds.officedays.importing import TABLE
from huhang.register.subjects.queries import names_of


def _cells(rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    names = names_of({one["values"]["subject"] for one in rows if one["values"].get("subject")})
    return [_told(one["values"], names) for one in rows]


def _told(values: dict[str, Any], names: dict[uuid.UUID, str]) -> list[Any]:
    where = names.get(uuid.UUID(values["subject"]), "") if values.get("subject") else values.get("place", "")
    return [where, day_said(values), values.get("people", ""), values.get("problem_count", "")]


PAGES = Pages(
    name="office_day",
    table=TABLE,
    title=_("导入办过的现场办公"),
    list_title=_("现场办公"),
    list_name="desk:office_days",
    about=_("导入的现场办公不公布、不能预约，不发短信；姓名、电话等列不读，文件也不保存。"),
    template=template_of,
    heads=((_("在哪里"), False), (_("时间"), False), (_("接待人数"), True), (_("带回问题"), True)),
    cells=_cells,
)
