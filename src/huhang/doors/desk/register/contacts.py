"""Contacts of a subject: adding, ending, and looking at a plain name or number for a stated purpose."""

import uuid

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huhang.base.access.rules import Perm
from huhang.doors.desk.case.reveal import WORDS, RevealForm, purpose_of
from huhang.doors.desk.register.forms import ContactForm, ReasonForm
from huhang.doors.frame.gates import actor_of, officers
from huhang.doors.frame.notices import done
from huhang.kernel.errors import Conflict, Denied, Invalid
from huhang.register.subjects import queries
from huhang.register.subjects.actions import add_contact, end_contact, reveal_contact
from huhang.register.subjects.actions.contacts import contact_of


@officers(Perm.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def new_contact(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Somebody who speaks for the subject from now on.

    Raises:
        Missing: no such subject for this actor.
        Denied: it is not this actor's to keep.
    """
    actor, now = actor_of(request), timezone.now()
    subject = queries.subject_of(actor, pk)
    if not queries.may_keep(actor, subject):
        raise Denied
    form = ContactForm(subject, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        said = {name: request.POST.get(name, "") for name in ("name", "phone", "role")}
        try:
            add_contact(subject_id=pk, **said, main=request.POST.get("main") == "on", by=actor, now=now)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("联系人已登记。"))
            return redirect(reverse("desk:subject", args=[pk]) + "?tab=contacts")
    context = {"form": form, "subject": subject, "title": _("登记联系人"), "label": _("登记这位联系人")}
    return render(request, "desk/register/small.html", context, status=status)


@officers(Perm.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Somebody no longer speaks for the subject.

    Raises:
        Missing: no such contact for this actor.
        Denied: the subject is not this actor's to keep.
    """
    actor, now = actor_of(request), timezone.now()
    contact = contact_of(actor, pk)
    if not queries.may_keep(actor, contact.subject):
        raise Denied
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        try:
            end_contact(contact_id=pk, why=request.POST.get("why", ""), by=actor, now=now)
        except (Invalid, Conflict) as wrong:
            form.tell(wrong)
            status = wrong.status
        else:
            done(request, _("联系人已停用，记录还在。"))
            return redirect(reverse("desk:subject", args=[contact.subject_id]) + "?tab=contacts")
    title = _("停用联系人 %(name)s") % {"name": contact.name_masked}
    context = {"form": form, "subject": contact.subject, "title": title, "label": _("停用")}
    return render(request, "desk/register/small.html", context, status=status)


@officers(Perm.REVEAL)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_reveal(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Asks what for; then shows it on this one answer, which no browser keeps (SAFEGUARDS 10).

    Raises:
        Missing: no such contact for this actor.
        Denied: without the permission to look there.
    """
    actor, now = actor_of(request), timezone.now()
    contact = contact_of(actor, pk)
    known = ["name", "phone"] if contact.phone_masked else ["name"]
    form = RevealForm(request.POST if request.method == "POST" else None, initial={"fields_wanted": known[-1:]})
    form.fields["fields_wanted"].choices = [(name, WORDS[name]) for name in known]  # type: ignore[attr-defined]
    shown: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        try:
            wanted = [name for name in request.POST.getlist("fields_wanted") if name in known]
            if not wanted:
                raise Invalid("请选择要看哪一项。", field="fields_wanted")
            why = purpose_of(request)
            shown = [
                (str(WORDS[name]), reveal_contact(contact_id=pk, field=name, why=why, by=actor, now=now))
                for name in wanted
            ]
        except Invalid as wrong:
            form.tell(wrong)
            status = wrong.status
    context = {"contact": contact, "subject": contact.subject, "form": form, "shown": shown}
    response = render(request, "desk/register/reveal.html", context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
