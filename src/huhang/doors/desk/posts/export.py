"""Posts and who is posted there as files: exactly what is filtered, in columns that can be imported again (A4)."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor, Perm
from huhang.base.journal import actions as journal
from huhang.doors.desk.lists.export import TYPES
from huhang.kernel.errors import Denied
from huhang.reading.exports import Heading, Sheet, filled
from huhang.register.posts.models import Post, Stay
from huhang.register.units.queries import tree

MOST = 50_000


def given(content: Any, name: str, media: str) -> HttpResponseBase:
    """A file for this officer alone."""
    answer = FileResponse(content, content_type=media)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store, private"
    return answer


def exported(actor: Actor, posts: QuerySet[Post], form: str, *, of_officers: bool, now: datetime) -> HttpResponseBase:
    """The file of a filtered list, or of everybody posted at these posts.

    Raises:
        Denied: without the permission to export.
    """
    if Perm.EXPORT not in actor.perms:
        raise Denied("您没有导出的权限。")
    local = timezone.localtime(now)
    about = (
        (_("导出时间"), f"{local:%Y-%m-%d %H:%M}"),
        (_("导出人"), f"{actor.label} {actor.unit_label}".strip()),
        (_("说明"), _("这些列可以改好以后原样导入；按主体编号更新。")),
    )
    cells: Any = _post_cells
    if of_officers:
        rows: Any = Stay.objects.filter(post__in=posts.order_by().values("pk"))
        rows = rows.select_related("post__station", "officer").order_by("post__station__name", "starts_on", "id")
        sheet, cells = Sheet(_("驻站民警"), _of_officers(), about), _officer_cells
    else:
        rows, sheet = posts, Sheet(_("警务站"), _of_posts(), about)
    made = filled(form, sheet, rows[: MOST + 1], cells, most=MOST)
    what = "officers" if of_officers else "posts"
    journal.write("posts.export", by=actor, now=now, data={"what": what, "form": form, "count": made.count})
    return given(made.file, f"{sheet.title}-{local:%Y%m%d-%H%M}.{form}", TYPES[form])


def _of_posts() -> tuple[Heading, ...]:
    """Columns of posts."""
    words = (
        *((_("警务站编号"), 14), (_("警务站名称"), 30), (_("设在哪里"), 14), (_("主体名称"), 30)),
        *((_("派出单位"), 20), (_("位置"), 36), (_("设立日期"), 12), (_("为什么设"), 30)),
        *((_("撤销日期"), 12), (_("为什么撤"), 30)),
    )
    return tuple(Heading(label, width) for label, width in words)


def _of_officers() -> tuple[Heading, ...]:
    """Columns of who is posted."""
    words = (
        *((_("警务站编号"), 14), (_("警务站名称"), 30), (_("警号"), 12), (_("姓名"), 12)),
        *((_("从哪天起"), 12), (_("到哪天止"), 12), (_("为什么派驻"), 30), (_("为什么离开"), 30)),
    )
    return tuple(Heading(label, width) for label, width in words)


def _post_cells(one: Post) -> list[Any]:
    node = tree().nodes.get(one.station.unit_id)
    above = tree().label(node.branch) if node and node.branch not in (None, node.id) else ""
    return [
        *(one.station.number, one.station.name, one.host.number, one.host.name),
        *(f"{above} {tree().label(one.station.unit_id)}".strip(), one.station.address),
        *(one.opened_on, one.why, one.closed_on, one.closed_why),
    ]


def _officer_cells(one: Stay) -> list[Any]:
    return [
        *(one.post.station.number, one.post.station.name, one.officer.username, one.officer.name),
        *(one.starts_on, one.ends_on, one.why, one.ended_why),
    ]
