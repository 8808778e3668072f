"""The ways a request can be refused, told so that a person knows what to do next.

Messages are Chinese source strings for gettext with ``%(name)s`` places; the doors translate and fill them.
Nothing personal goes into ``params``: they may be written to a log.
"""

from collections.abc import Mapping
from typing import Any


class Sentence(str):
    """A sentence as Chinese text that remembers its message and params, so that a door can say it in another language.

    Args:
        message: in Chinese, with ``%(name)s`` places.
        params: values for the places; one that is a sentence itself is said in the same language.
    """

    message: str
    params: Mapping[str, Any]

    def __new__(cls, message: str, params: Mapping[str, Any] | None = None) -> "Sentence":
        made = super().__new__(cls, message % params if params else message)
        made.message, made.params = message, dict(params or {})
        return made


class Refusal(Exception):  # noqa: N818  it is said to people, not an error of ours
    """A request that cannot be carried out, with the reason and the way out.

    Args:
        message: what is wrong, in Chinese, with ``%(name)s`` places.
        hint: what to do about it, likewise.
        field: the form field the message stands beside, if it is one field's.
        params: values for the places.
    """

    status = 400
    code = "refused"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        field: str = "",
        params: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message
        self.hint = hint
        self.field = field
        self.params: dict[str, Any] = dict(params or {})
        super().__init__(self.text)

    @property
    def text(self) -> Sentence:
        """The message in Chinese with its places filled."""
        return Sentence(self.message, self.params)


class Missing(Refusal):
    """The thing does not exist, or is not for this person: the two look the same (HOUSE §2.4)."""

    status = 404
    code = "missing"

    def __init__(self, message: str = "没有找到，或者您无权查看。", **kw: Any) -> None:
        super().__init__(message, **kw)


class Denied(Refusal):
    """The person may see the thing but not do this to it."""

    status = 403
    code = "denied"

    def __init__(self, message: str = "您没有办理这一步的权限。", **kw: Any) -> None:
        super().__init__(message, **kw)


class Conflict(Refusal):
    """Somebody else changed the thing first, or it is past this step; nothing was written."""

    status = 409
    code = "conflict"


class Invalid(Refusal):
    """What was sent cannot be used; ``problems`` says so field by field, each a message or a ``Sentence``."""

    status = 422
    code = "invalid"

    def __init__(
        self, message: str = "有内容需要改正。", *, problems: Mapping[str, str] | None = None, **kw: Any
    ) -> None:
        self.problems: dict[str, str] = dict(problems or {})
        super().__init__(message, **kw)
        if self.field and self.field not in self.problems:
            self.problems[self.field] = self.text


class TooMany(Refusal):
    """Asked too often; ``retry_after`` says in how many seconds to come back."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, *, retry_after: int = 60, **kw: Any) -> None:
        self.retry_after = retry_after
        super().__init__(message, **kw)


class Unavailable(Refusal):
    """A part the product needs (database, disk, provider) does not answer; what was sent is not stored."""

    status = 503
    code = "unavailable"
