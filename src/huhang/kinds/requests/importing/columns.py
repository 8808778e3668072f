"""What a table of requests may hold, and how its columns may be called."""

from django.utils.translation import gettext_lazy

from huhang.base.sheets.headings import Column, Plan, Vocabulary
from huhang.base.sheets.headings import wanted as _wanted

__all__ = ["BY_KEY", "VOCABULARY", "WANTED", "Column", "Plan", "is_sealed", "label_of", "plan_for"]

WANTED = (
    _wanted(
        "number",
        "编号",
        "来信编号 信件编号 留言编号 工单号 工单编号 诉求编号 序列号 msg_id id no case_no ticket 流水号",
    ),
    _wanted(
        "received_at",
        "时间",
        "日期 来信时间 来信日期 留言时间 受理时间 受理日期 登记时间 登记日期 提交时间 来电时间 发生时间"
        " time date datetime received received_at created_at",
    ),
    _wanted("title", "标题", "主题 来信标题 留言主题 诉求标题 事由 title subject_line topic summary"),
    _wanted(
        "body",
        "内容",
        "正文 来信内容 留言详情 留言内容 诉求内容 诉求详情 详情 问题描述 反映内容"
        " body content text message description detail",
        needed=True,
    ),
    _wanted(
        "name", "姓名", "来信人 诉求人 留言用户 联系人 反映人 来电人 name contact requester citizen", personal=True
    ),
    _wanted(
        "phone",
        "电话",
        "手机 手机号 手机号码 联系电话 联系方式 来电号码 phone mobile tel telephone cell",
        personal=True,
    ),
    _wanted("id_number", "身份证号", "身份证 身份证号码 公民身份号码 证件号码 id_number id_card idcard", personal=True),
    _wanted("channel", "渠道", "来源 来信渠道 受理渠道 来件渠道 channel source"),
    _wanted("nature", "性质", "诉求性质 诉求类型 件类型 nature type"),
    _wanted("category", "类别", "分类 一级标签 标签 问题类别 诉求类别 label category class"),
    _wanted("subject", "企业", "单位 企业名称 单位名称 公司 公司名称 company enterprise organisation organization"),
    _wanted("credit_code", "统一社会信用代码", "信用代码 社会信用代码 credit_code uscc"),
    _wanted("place", "地点", "地址 事发地点 发生地点 事发地址 place address location"),
    _wanted("lon", "经度", "lon lng longitude x坐标"),
    _wanted("lat", "纬度", "lat latitude y坐标"),
    _wanted("urgency", "紧急程度", "紧急 urgency priority"),
    _wanted("satisfaction", "满意度代码", "满意度 满意度编码 评价代码 satisfaction satisfaction_code"),
)
VOCABULARY = Vocabulary(WANTED)
BY_KEY = VOCABULARY.by_key
plan_for = VOCABULARY.plan_for
_LABELS = {
    "number": gettext_lazy("编号"),
    "received_at": gettext_lazy("时间"),
    "title": gettext_lazy("标题"),
    "body": gettext_lazy("内容"),
    "name": gettext_lazy("姓名"),
    "phone": gettext_lazy("电话"),
    "id_number": gettext_lazy("身份证号"),
    "channel": gettext_lazy("渠道"),
    "nature": gettext_lazy("性质"),
    "category": gettext_lazy("类别"),
    "subject": gettext_lazy("企业"),
    "credit_code": gettext_lazy("统一社会信用代码"),
    "place": gettext_lazy("地点"),
    "lon": gettext_lazy("经度"),
    "lat": gettext_lazy("纬度"),
    "urgency": gettext_lazy("紧急程度"),
    "satisfaction": gettext_lazy("满意度代码"),
}


def is_sealed(column: Column) -> bool:
    """Whether its cells are kept sealed: personal ones, and those nobody has said what they hold."""
    return not column.field or BY_KEY[column.field].personal


def label_of(field: str) -> str:
    """What a field is called to people."""
    return str(_LABELS[field])
