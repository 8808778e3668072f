"""One's own keys for programs: issued, shown once, revoked."""

import uuid

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from huhang.base.people.models import ApiToken
from huhang.base.people.tokens import issue, revoke
from huhang.doors.desk.case.told import Told
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Invalid


class TokenForm(Told):
    """What for, and how long."""

    name = forms.CharField(
        label=gettext_lazy("用途"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    days = forms.IntegerField(label=gettext_lazy("有效天数"), initial=90, min_value=1, max_value=366)


@officers()
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponseBase:
    """The list of them; a POST issues one, whose text stands on that answer only."""
    actor, now = actor_of(request), timezone.now()
    assert actor.user is not None
    form, status, text = TokenForm(request.POST if request.method == "POST" else None), 200, ""
    if request.method == "POST":
        try:
            days = request.POST.get("days", "").strip()
            if not (days.isascii() and days.isdigit() and len(days) < 5):
                raise Invalid("有效期在 1 到 366 天之间。", field="days")
            _made, text = issue(name=request.POST.get("name", ""), days=int(days), by=actor, now=now)
            form, status = TokenForm(), 201
        except Invalid as wrong:
            form.tell(wrong)
            status = wrong.status
    rows = [
        {"token": t, "state": "revoked" if t.revoked_at else "expired" if t.expires_at <= now else "good"}
        for t in ApiToken.objects.filter(user_id=actor.user).order_by("-created_at")[:100]
    ]
    response = render(
        request, "desk/admin/tokens.html", {"rows": rows, "form": form, "text": text, "now": now}, status=status
    )
    response["Cache-Control"] = "no-store, private"
    return response


@officers()
@require_POST
def token_revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Ends one at once."""
    revoke(pk, by=actor_of(request), now=timezone.now())
    done(request, _("令牌已作废。"))
    return redirect("desk:tokens")
