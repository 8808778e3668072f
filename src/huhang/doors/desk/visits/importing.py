"""Visits made before, from a table: the pages of `doors.desk.tables` with the words of visits (A4, B3)."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huhang.doors.desk.tables import Pages, day_said
from huhang.kinds.visits.columns import template_of
from huhang.kinds.visits.importing import TABLE
from huhang.register.subjects.queries import names_of
from huhang.register.units.queries import tree


def _cells(rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    names = names_of({one["values"]["subject"] for one in rows if "subject" in one["values"]})
    return [_told(one["values"], names) for one in rows]


def _told(values: dict[str, Any], names: dict[uuid.UUID, str]) -> list[Any]:
    unit = values.get("unit")
    return [
        names.get(uuid.UUID(values["subject"]), "") if "subject" in values else "",
        day_said(values),
        tree().label(uuid.UUID(unit)) if unit else "",
        values.get("people", ""),
        values.get("problem_count", ""),
    ]


PAGES = Pages(
    name="visit",
    table=TABLE,
    title=_("导入做过的走访"),
    list_title=pgettext_lazy("menu", "走访"),
    list_name="desk:visits",
    about=_("导入的走访不发短信、不请企业评价，不受次数上限限制；姓名、电话等列不读，文件也不保存。"),
    template=template_of,
    heads=((_("主体"), False), (_("时间"), False), (_("单位"), False), (_("人数"), True), (_("问题"), True)),
    cells=_cells,
)
