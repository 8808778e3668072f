"""What can be done with a dispute, and by whom."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from huhang.base.access.rules import Perm
from huhang.cases.fields import Field
from huhang.cases.rules import Move
from huhang.kinds.disputes import actions, catalogue, outside, queries
from huhang.kinds.disputes.rules import RESULTS, SIDES, SIGNS, WAYS


def _sides() -> Any:
    return SIDES


def _signs() -> Any:
    return SIGNS


def _ways() -> Any:
    return WAYS


def _results() -> Any:
    return RESULTS


PRESENT = Field("present", _("到场的当事人"), "picks", pick=queries.pick_parties)
TERMS = Field("terms", _("协议内容"), "text", most=4000, help=_("一行一条：谁、在哪天前、做什么"))
REASON = Field("reason", _("理由"), "text", most=1000)

MOVES = (
    Move(
        "mediate",
        _("记一次调解"),
        ("brought", "mediating", "agreed"),
        "mediating",
        Perm.VISIT,
        _("调解"),
        actions.mediate,
        fields=(
            Field("on", _("哪一天"), "date"),
            PRESENT,
            Field("others", _("还有谁参加"), "line", required=False, most=100, help=_("写单位和职务，不写姓名")),
            Field("place", _("在哪里"), "line", required=False, most=100),
            Field("said", _("各方说了什么、谈到哪一步"), "text", most=8000),
        ),
        public=False,
        primary=True,
    ),
    Move(
        "add_party",
        _("补充当事人"),
        ("brought", "mediating"),
        None,
        Perm.VISIT,
        _("补充当事人"),
        actions.add_party,
        fields=(
            Field("side", _("哪一方"), "choice", choices=_sides),
            Field("name", _("姓名"), "line", most=40, personal=True),
            Field("phone", _("电话"), "line", required=False, most=30, personal=True),
        ),
        public=False,
    ),
    Move(
        "refer",
        _("发函给其他部门"),
        ("brought", "mediating"),
        None,
        Perm.VISIT,
        _("发函给其他部门"),
        outside.refer,
        fields=(
            Field("authority", _("发给哪个单位"), "choice", choices=catalogue.authority_choices),
            Field("asked", _("请对方做什么"), "text", most=2000, help=_("会写进公函；不写姓名、电话")),
        ),
        public=False,
    ),
    Move(
        "urge_letter",
        _("发函催办"),
        ("brought", "mediating"),
        None,
        Perm.VISIT,
        _("发函催办"),
        outside.urge,
        fields=(Field("letter", _("哪一件函"), "pick", required=False, pick=queries.pick_open_letters, only=True),),
        guard=queries.has_open_letter,
        public=False,
    ),
    Move(
        "letter_answered",
        _("记下函复"),
        ("brought", "mediating"),
        None,
        Perm.VISIT,
        _("其他部门函复"),
        outside.answered,
        fields=(
            Field("letter", _("哪一件函"), "pick", required=False, pick=queries.pick_open_letters, only=True),
            Field("result", _("结果"), "choice", choices=_results),
            Field("text", _("对方怎么说、做了什么"), "text", most=4000),
        ),
        guard=queries.has_open_letter,
        public=False,
    ),
    Move(
        "agree",
        _("达成协议"),
        ("mediating",),
        "agreed",
        Perm.VISIT,
        _("达成协议，等各方签"),
        actions.agree,
        fields=(TERMS,),
        guard=queries.sat_once,
        public=False,
        help=_("生成调解协议书，读给每一方听，各方复述无误后签名"),
    ),
    Move(
        "sign_agreement",
        _("一方签协议"),
        ("agreed",),
        None,
        Perm.VISIT,
        _("签协议"),
        actions.sign,
        fields=(
            Field("party", _("谁签的"), "pick", pick=queries.pick_unsigned),
            Field("read_back", _("已读给对方听，对方复述无误"), "flag"),
            Field("how", _("怎么签的"), "choice", choices=_signs),
        ),
        guard=queries.no_open_letter,
        public=False,
        primary=True,
    ),
    Move(
        "settle_spoken",
        _("当场说好"),
        ("brought", "mediating"),
        "settled",
        Perm.VISIT,
        _("当场化解，口头协议"),
        actions.settle_spoken,
        fields=(TERMS, PRESENT),
        guard=queries.no_open_letter,
        public=False,
        help=_("简单的事不写协议书；每一方都要确认，内容照样记下"),
    ),
    Move(
        "lasting",
        _("回访：没有反复"),
        ("settled",),
        "lasting",
        Perm.VISIT,
        _("回访，没有反复"),
        actions.lasting,
        fields=(PRESENT, Field("said", _("各方怎么说"), "text", most=2000)),
        guard=queries.by_another,
        public=False,
        primary=True,
    ),
    Move(
        "relapse",
        _("又起纠纷，重新调解"),
        ("settled", "lasting"),
        "mediating",
        Perm.VISIT,
        _("又起纠纷"),
        actions.relapse,
        fields=(Field("said", _("发生了什么"), "text", most=4000),),
        public=False,
    ),
    Move(
        "fail",
        _("调解不成"),
        ("brought", "mediating", "agreed"),
        "unsettled",
        Perm.VISIT,
        _("调解不成，已告知其他途径"),
        actions.fail,
        fields=(REASON, Field("ways", _("告知了哪些途径"), "codes", choices=_ways)),
        public=False,
        danger=True,
    ),
    Move(
        "drop",
        _("当事人撤回"),
        ("brought", "mediating"),
        "abandoned",
        Perm.VISIT,
        _("当事人撤回"),
        actions.drop,
        fields=(REASON,),
        public=False,
        danger=True,
    ),
)
