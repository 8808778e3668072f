"""Which columns a table of the register may have, what they hold, and the workbook to fill in (A4)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.base.sheets import template
from huhang.base.sheets.headings import Vocabulary, wanted
from huhang.base.sheets.template import TemplateColumn
from huhang.register.subjects import catalogue, particulars
from huhang.register.subjects.models import Subject
from huhang.register.units.queries import tree

CLEAR = "清空"
"""Written into a cell, takes a value away; an empty cell leaves what is there."""

SUBJECTS = Vocabulary(
    (
        wanted("number", "主体编号", "编号 自有编号 台账编号 number"),
        wanted("credit_code", "统一社会信用代码", "信用代码 社会信用代码 uscc credit_code"),
        wanted("kind", "类型", "主体类型 kind"),
        wanted("name", "名称", "全称 企业名称 单位名称 公司名称 项目名称 主体名称 name enterprise"),
        wanted("short_name", "简称", "short_name"),
        wanted("flags", "分类和标识", "分类 标识 标签 类别 flags classes"),
        wanted("industry", "行业", "所属行业 industry"),
        wanted("address", "地址", "详细地址 住所 经营地址 address"),
        wanted("lon", "经度", "lon lng longitude x坐标"),
        wanted("lat", "纬度", "lat latitude y坐标"),
        wanted("crs", "坐标系", "坐标类型 crs"),
        wanted("unit", "责任单位", "管辖单位 派出所 辖区派出所 unit"),
        wanted("within", "所在园区或主体", "所在园区 园区 within park"),
        wanted("head_count", "职工人数", "员工人数 人数 从业人数 head_count employees"),
        wanted("investment", "投资额", "投资额（元） 总投资 投资金额 注册资本 investment"),
        wanted("note", "备注", "说明 note remark"),
    )
)
CONTACTS = Vocabulary(
    (
        wanted("subject", "主体", "主体编号 统一社会信用代码 信用代码 编号 企业 subject", needed=True),
        wanted("name", "姓名", "联系人 联系人姓名 name", personal=True, needed=True),
        wanted("phone", "电话", "手机 手机号 联系电话 phone mobile", personal=True, needed=True),
        wanted("role", "身份", "职务 角色 role"),
        wanted("main", "主要联系人", "主要 main"),
    )
)
VOCABULARIES = {"subjects": SUBJECTS, "contacts": CONTACTS}

ABOUT = {
    "number": gettext_lazy("单位自己的编号，或系统给的 Z 编号；填了就按它找到要更新的那一条"),
    "credit_code": gettext_lazy("18 位；填了就按它找到要更新的那一条，没有才新登记"),
    "kind": gettext_lazy("新登记的必须有；上传时也可以统一选"),
    "name": gettext_lazy("新登记的必须有；照营业执照或批文上的全称"),
    "flags": gettext_lazy("可以写几个，用顿号隔开；名称或代码都可以"),
    "lon": gettext_lazy("以度为单位的小数，和纬度一起填"),
    "lat": gettext_lazy("以度为单位的小数，和经度一起填"),
    "crs": gettext_lazy("从哪种地图上取的；不填按 CGCS2000"),
    "unit": gettext_lazy("简称、全称或机构代码；有坐标的可以不填，按辖区确定"),
    "within": gettext_lazy("所在园区或主体的编号、信用代码或全称；必须已经登记"),
    "head_count": gettext_lazy("整数"),
    "investment": gettext_lazy("以元为单位；也可以写 3亿、5000万"),
    "subject": gettext_lazy("主体编号或统一社会信用代码；必须已经登记"),
    "phone": gettext_lazy("11 位手机号或带区号的座机；加密保存"),
    "role": gettext_lazy("不填按联络员"),
    "main": gettext_lazy("填“是”就换成主要联系人"),
}
EXAMPLES = {
    "credit_code": "91370600MA0000007C",
    "name": "海晏化工有限公司",
    "lon": "121.391382",
    "lat": "37.539297",
    "investment": "3.5亿",
    "head_count": "1200",
    "flags": "规上企业、危险化学品",
}
WIDE = {"name": 34, "address": 40, "credit_code": 22, "unit": 18, "flags": 26, "subject": 22, "note": 30}


def label_of(what: str, key: str) -> str:
    """What a column is called to people."""
    if what == "contacts":
        return {
            "subject": _("主体"),
            "name": _("姓名"),
            "phone": _("电话"),
            "role": _("身份"),
            "main": _("主要联系人"),
        }[key]
    names = {"unit": _("责任单位"), "within": _("所在园区或主体")}
    return names.get(key) or str(particulars.LABELS[key])


def unit_names() -> dict[str, list[str]]:
    """Every way a standing unit may be called, and the ids it may mean."""
    known = tree()
    found: dict[str, list[str]] = {}
    for node in known.nodes.values():
        if node.valid_to is not None:
            continue
        above = known.label(node.branch) if node.branch not in (None, node.id) else ""
        for name in {node.code, node.name, node.short, f"{above}{node.short}", f"{above} {node.short}"}:
            found.setdefault(name, []).append(str(node.id))
    return found


def template_of(what: str, kind: str = "") -> bytes:
    """The workbook to fill in, with drop-downs of today's catalogue and units."""
    vocabulary = VOCABULARIES[what]
    columns = [
        TemplateColumn(
            heading=one.label,
            about=str(ABOUT.get(one.key, "")),
            width=WIDE.get(one.key, 14),
            values=_values(one.key, kind),
            only=one.key not in ("flags", "unit"),
            needed=one.needed,
            example=EXAMPLES.get(one.key, ""),
        )
        for one in vocabulary.things
    ]
    notes = [
        _("填好“%(sheet)s”这一张再上传；先逐行检查，您确认后才保存。") % {"sheet": _title(what, kind)},
        _("列名可以换顺序、可以少；空格子不改动已有的内容，要清空请填“清空”。"),
        _("一次导入可以在一天内整批撤销；之后有人改过的行不撤销，会逐行说明。"),
    ]
    return template.written(_title(what, kind), columns, notes)


def _title(what: str, kind: str) -> str:
    return str(Subject.Kind(kind).label) if kind else _("联系人") if what == "contacts" else _("主体")


def _values(key: str, kind: str) -> tuple[str, ...]:
    if key == "kind":
        return tuple(str(label) for _value, label in Subject.Kind.choices)
    if key == "crs":
        return tuple(value for value, _label in particulars.CRS_CHOICES)
    if key == "flags":
        return tuple(label for _code, label in catalogue.class_choices(kind))
    if key == "role":
        return tuple(label for _code, label in catalogue.role_choices(kind))
    if key == "main":
        return (_("是"),)
    if key == "unit":
        known = tree()
        nodes = [n for n in known.nodes.values() if n.valid_to is None]
        above = [known.label(n.branch) if n.branch not in (None, n.id) else "" for n in nodes]
        return tuple(f"{one} {n.short}".strip() for one, n in zip(above, nodes, strict=True))
    return ()
