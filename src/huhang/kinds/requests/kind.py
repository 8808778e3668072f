"""The request as a kind of case: its states, and the table of moves from which buttons, API and tests derive."""

from django.utils.translation import gettext_lazy as _

from huhang.cases.rules import Kind, State
from huhang.kinds.requests import catalogue, queries
from huhang.kinds.requests.actions.filing import file_request
from huhang.kinds.requests.figures import FIGURES
from huhang.kinds.requests.moves import MOVES
from huhang.kinds.requests.rules import CHANNELS
from huhang.kinds.requests.troubles import TROUBLES
from huhang.kinds.requests.watching import WATCH

STATES = (
    State("registered", _("待归类"), "wait", public=_("已登记，等待归类")),
    State("classified", _("待派单"), "wait", public=_("已归类，等待交办")),
    State("dispatched", _("待签收"), "wait", public=_("已交办，等待签收")),
    State("handling", _("办理中"), "go", public=_("正在办理")),
    State("suspended", _("等补充"), "wait", public=_("等您补充")),
    State("answered", _("已答复"), "ok", public=_("已答复，等待回访")),
    State("revisited", _("已回访"), "ok", public=_("已回访，等待销号")),
    State("appealed", _("申诉中"), "wait", public=_("申诉已收到，由未办理过的人复核")),
    State("closed", _("已销号"), "plain", final=True, public=_("已办结")),
    State("withdrawn", _("已撤回"), "plain", final=True, public=_("已撤回")),
    State("merged", _("已并单"), "plain", final=True, public=_("已并入同一事项办理")),
    State("recorded", _("台账载明已解决"), "plain", final=True, public=_("台账载明已解决")),
    State("annulled", _("已撤销导入"), "plain", final=True, public=_("登记有误，已撤销")),
)

REQUEST = Kind(
    name="request",
    label=_("诉求"),
    prefix="HS",
    states=STATES,
    initial="registered",
    moves=MOVES,
    detail="request",
    channels=lambda: CHANNELS,
    categories=catalogue.categories,
    category_label=catalogue.category_label,
    opener=lambda **kw: file_request(**kw).case,
    facts=queries.facts,
    intake="requests:new",
    figures=FIGURES,
    watch=WATCH,
    troubles=TROUBLES,
)
