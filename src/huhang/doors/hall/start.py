"""The first page: "What do you need?" (FACES)."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huhang.base.catalog import queries as catalog
from huhang.doors.frame.gates import public
from huhang.doors.frame.saying import say
from huhang.doors.hall.showing import language, show
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import normalise_number
from huhang.kernel.text import clean
from huhang.kernel.worktime import Unit, say_amount
from huhang.kinds.requests import catalogue
from huhang.kinds.requests.rules import NATURES, RATE_DAYS
from huhang.kinds.requests.solved import catalogue as solved


@dataclass(frozen=True)
class Choice:
    """Something the hall can do now; ``words`` are what people may call it."""

    name: str
    label: Any
    text: Any
    icon: str
    words: str


CHOICES = (
    Choice(
        "hall:new",
        gettext_lazy("提交诉求"),
        gettext_lazy("咨询、求助、建议、投诉、举报、表扬，都从这里提"),
        "pencil-square",
        "提交 诉求 反映 咨询 求助 建议 投诉 举报 表扬 噪声 纠纷 帮助 file complain report help ask suggest",
    ),
    Choice(
        "hall:follow",
        gettext_lazy("查进度"),
        gettext_lazy("凭编号和查询码，或凭手机号"),
        "search",
        "查 进度 进展 结果 编号 查询 答复 多久 补充 撤回 申诉 follow progress status number appeal withdraw",
    ),
    Choice(
        "hall:office_days",
        gettext_lazy("现场办公"),
        gettext_lazy("民警到园区、企业、社区当面听您说，可以先约时间"),
        "calendar-event",
        "现场办公 预约 当面 上门 座谈 见面 时段 取消预约 office day book appointment visit slot",
    ),
    Choice(
        "hall:mine",
        gettext_lazy("评价"),
        gettext_lazy("对答复满意不满意，您说了算"),
        "star",
        "评价 满意 不满意 打分 差评 好评 星 rate rating stars satisfied",
    ),
    Choice(
        "hall:subjects",
        gettext_lazy("我的企业"),
        gettext_lazy("您代表的企业在公安机关的登记，哪里不对可以更正"),
        "building",
        "企业 公司 项目 园区 单位 登记 更正 信用代码 联系人 法人 enterprise company register correct",
    ),
    Choice(
        "hall:seen",
        gettext_lazy("谁看过我的信息"),
        gettext_lazy("哪个单位、什么时候、为什么，都有记录"),
        "eye",
        "隐私 个人信息 谁看过 记录 泄露 手机号 姓名 privacy data who looked",
    ),
)


def _fitting(text: str) -> list[Choice]:
    asked = text.lower()
    return [c for c in CHOICES if any(word in asked for word in c.words.split())]


def _categories(text: str) -> list[str]:
    pairs = {text[i : i + 2] for i in range(len(text) - 1) if not text[i : i + 2].isspace()}
    return [label for _code, label in catalogue.category_choices() if any(pair in label for pair in pairs)][:6]


def _time(body: dict[str, Any], name: str) -> str:
    return say_amount(int(body[name]["amount"]), Unit(body[name]["unit"]), language())


def _natures() -> list[tuple[str, str]]:
    """Each nature with the time it is answered in, as the catalogue promises it today (C3)."""
    times = catalog.newest(catalogue.NATURE_TIMES)
    rows = [(str(label), _time(times[code], "answer")) for code, label in NATURES if code in times]
    if "emergency" in times:
        rows.append((_("特急事项"), _time(times["emergency"], "answer")))
    return rows


def _steps() -> list[tuple[str, str]]:
    body = catalog.newest(catalogue.NATURE_TIMES).get("help")
    fallback = say_amount(catalogue.FALLBACK.amount, Unit(catalogue.FALLBACK.unit_of_time), language())
    times = {name: _time(body, name) if body else fallback for name in ("sign", "answer", "revisit")}
    return [
        (_("提交"), _("当场给您编号和查询码，从这一刻起计时。")),
        (_("交办"), _("归类后交给承办单位，承办单位在 %(time)s内签收。") % {"time": times["sign"]}),
        (_("办理和答复"), _("求助类在 %(time)s内答复，到期日写明是哪一天、为什么。") % {"time": times["answer"]}),
        (
            _("回访"),
            _("答复后 %(time)s内，由没有办理过这件事的人问您解决了没有；联系不上会再试，共 %(n)d 次。")
            % {"time": times["revisit"], "n": solved.sampling().attempts},
        ),
        (
            _("评价和申诉"),
            _("办结后 %(days)d 天内都可以评价；不认可可以申诉，由未办理过的人复核。") % {"days": RATE_DAYS},
        ),
    ]


def _number(text: str) -> str:
    try:
        return normalise_number(text)
    except Invalid:
        return ""


@public
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The start page; a search is posted, because people type phone numbers into search boxes (SAFEGUARDS 11)."""
    asked, problem = "", ""
    if request.method == "POST":
        try:
            asked = clean(request.POST.get("q", ""), max_length=200)
        except Invalid as refusal:
            problem = say(refusal)
        if number := _number(asked):
            return redirect(reverse("hall:follow") + "?" + urlencode({"number": number}))
    fitting = _fitting(asked)
    context = {
        "asked": asked,
        "problem": problem,
        "fitting": fitting,
        "categories": _categories(asked),
        "choices": CHOICES,
        "natures": _natures(),
        "steps": _steps(),
    }
    return show(request, "start", context, open_=True)
