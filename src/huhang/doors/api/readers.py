"""Who may read what over the wire, where several rooms ask the same."""

from django.http import HttpRequest

from huhang.base.access.queries import allows
from huhang.base.access.rules import Actor, Perm
from huhang.doors.frame.gates import actor_of
from huhang.kernel.errors import Denied


def register_reader(request: HttpRequest) -> Actor:
    """Whoever asks, with a post that sees the register.

    Raises:
        Denied: no post that sees cases.
    """
    actor = actor_of(request)
    if not allows(actor, Perm.SEE):
        raise Denied("您没有查看主体库的权限。")
    return actor
