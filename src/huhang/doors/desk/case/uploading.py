"""Files chosen inside the form of a move: kept with the case before the move is made (C4).

A browser cannot fill a file back into a form that is shown again. So whatever is good is kept at once, and a move that
is refused for another reason loses nothing: the form names what the case has already.
"""

import hashlib
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huhang.base.access.rules import Actor
from huhang.base.files.rules import TAKEN
from huhang.base.replies.actions import Answer, once
from huhang.cases.actions import attach
from huhang.cases.fields import Field
from huhang.cases.models import Case
from huhang.cases.rules import Move
from huhang.doors.frame.saying import say
from huhang.kernel.errors import Invalid
from huhang.kernel.text import canonical_json


def keep_files(request: HttpRequest, case: Case, found: Move, key: str, *, by: Actor, now: datetime) -> None:
    """Keeps every good file sent with a move's form; the same file sent again under the same key is kept once.

    Raises:
        Denied: the actor may not attach to this case.
        Invalid: too many, or one that is not taken; named beside its field. The good ones are kept.
    """
    for field in found.fields:
        sent = [one for one in request.FILES.getlist(field.name) if one is not None] if field.kind == "files" else []
        if len(sent) > field.most:
            raise Invalid("一次最多 %(n)d 份，其余的另外上传。", field=field.name, params={"n": field.most})
        wrong = [said for one in sent if (said := _keep(one, case, key, by=by, now=now))]
        if wrong:
            raise Invalid("；".join(wrong), field=field.name)


def _keep(one: "UploadedFile[bytes]", case: Case, key: str, *, by: Actor, now: datetime) -> str:
    name, digest = one.name or "", hashlib.sha256()
    for piece in one.chunks():
        digest.update(piece)
    one.seek(0)

    def work() -> Answer:
        attach(case_id=case.pk, name=name, content=one, public=False, by=by, now=now)
        return Answer(303)

    content = canonical_json({"case": str(case.pk), "name": name, "digest": digest.hexdigest()})
    try:
        once(f"{key[:40]}:{digest.hexdigest()[:32]}", who=str(by.id), content=content, now=now, work=work)
    except Invalid as refusal:
        return _("%(name)s：%(why)s") % {"name": name, "why": say(refusal)}
    return ""


def help_of(field: Field, case: Case) -> str:
    """What may be chosen, and what the case has of it already."""
    taken = _("可以上传%(taken)s，一次最多 %(n)d 份，每份不超过 20 MB") % {"taken": say(TAKEN), "n": field.most}
    have = [str(label) for _pk, label in field.have(case)] if field.have is not None else []
    kept = _("已有：%(names)s，不用再传") % {"names": _("、").join(have)} if have else ""
    return _("；").join(x for x in (str(field.help), taken, kept) if x)
