"""One's own keys for programs: issued, shown once, revoked."""

import uuid
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from huhang.base.access.rules import Actor
from huhang.base.exchange import queries
from huhang.base.people.models import ApiToken
from huhang.base.people.tokens import issue, revoke
from huhang.base.replies.actions import Answer, once
from huhang.doors.desk.admin.webhooks import told_rows
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import uuid7
from huhang.kernel.text import canonical_json


class TokenForm(Told):
    """What for, and how long."""

    name = forms.CharField(
        label=gettext_lazy("用途"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    days = forms.IntegerField(label=gettext_lazy("有效天数"), initial=90, min_value=1, max_value=366)


def _issued(request: HttpRequest, key: str, actor: Actor, now: datetime) -> str:
    """The text of a new token; nothing for a form sent a second time, because the text is kept nowhere."""
    name, days = request.POST.get("name", ""), request.POST.get("days", "").strip()
    made: list[str] = []

    def work() -> Answer:
        if not (days.isascii() and days.isdigit() and len(days) < 5):
            raise Invalid("有效期在 1 到 366 天之间。", field="days")
        made.append(issue(name=name, days=int(days), by=actor, now=now)[1])
        return Answer(201)

    content = canonical_json({"name": name, "days": days})
    once(key, who=f"desk.token:{actor.user}", content=content, now=now, work=work)
    return made[0] if made else ""


@officers()
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponseBase:
    """The list of them; a POST issues one, whose text stands on that answer only."""
    actor, now = actor_of(request), timezone.now()
    assert actor.user is not None
    form, status, text, again = TokenForm(request.POST if request.method == "POST" else None), 200, "", False
    key = str(uuid7())
    if request.method == "POST":
        sent = request.POST.get("idempotency_key", "")[:80] or key
        try:
            text = _issued(request, sent, actor, now)
            form, status, again = TokenForm(), 201 if text else 200, not text
        except Invalid as wrong:
            form.tell(wrong)
            status, key = wrong.status, sent if wrong.field in form.fields else key
    rows = [
        {"token": t, "state": "revoked" if t.revoked_at else "expired" if t.expires_at <= now else "good"}
        for t in ApiToken.objects.filter(user_id=actor.user).order_by("-created_at")[:100]
    ]
    hooks = told_rows(queries.owned(actor).filter(owner_id=actor.user, ended_at=None), now)
    context = {"hooks": hooks, "rows": rows, "form": form, "text": text, "again": again, "key": key, "now": now}
    response = render(request, "desk/admin/tokens.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response


@officers()
@require_POST
def token_revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Ends one at once."""
    revoke(pk, by=actor_of(request), now=timezone.now())
    done(request, _("令牌已作废。"))
    return redirect("desk:tokens")
