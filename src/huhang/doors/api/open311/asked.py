"""What is asked for and what is sent in the standard's own words, read into ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from huhang.doors.api.bodies import refuse_unknown
from huhang.doors.api.open311.offered import ATTRIBUTES
from huhang.kernel.errors import Invalid
from huhang.kernel.text import clean
from huhang.kinds.requests.catalogue import categories
from huhang.reading.rules import LEDGER, Filter

SPAN, MOST = timedelta(days=90), 1000
"""The standard's own bounds: a list spans 90 days and 1,000 requests."""
_LISTED = (
    *("api_key", "jurisdiction_id", "service_request_id", "service_code", "start_date", "end_date", "status"),
    *("page", "page_size", "extensions"),
)
_STANDARD = (
    *("api_key", "jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id", "description"),
    *("email", "device_id", "account_id", "first_name", "last_name", "phone", "media_url"),
)


@dataclass(frozen=True)
class Asked:
    """A list: our filter, the instants between which requests came in, and the page.

    Attributes:
        named: requests are asked for by their ids, which overrides every other filter.
    """

    filter: Filter
    first: datetime
    last: datetime
    named: bool
    skip: int
    size: int
    extended: bool

    @classmethod
    def read(cls, given: QueryDict, now: datetime) -> "Asked":
        """What a query string asks for.

        Raises:
            Invalid: names what cannot be used.
        """
        refuse_unknown(given, _LISTED)
        first, last = _between(_instant(given, "start_date"), _instant(given, "end_date"), now)
        named = given.get("service_request_id", "").strip()
        told = {"numbers": named} if named else _narrowed(given, first, last)
        page, size = _whole(given, "page", 1, 10_000), _whole(given, "page_size", MOST, MOST)
        if page * size > 10_000:
            raise Invalid(problems={"page": "最多往后翻 10,000 件，请用 start_date、end_date 缩小范围。"})
        try:
            wanted = Filter.parse(told, LEDGER)
        except Invalid as problem:
            problem.problems = {_SENT_AS.get(name, name): text for name, text in problem.problems.items()}
            raise
        extended = given.get("extensions") == "true"
        return cls(wanted, first, last, bool(named), (page - 1) * size, size, extended)


_SENT_AS = {"numbers": "service_request_id", "categories": "service_code"}


def _narrowed(given: QueryDict, first: datetime, last: datetime) -> dict[str, str]:
    told = {
        "categories": given.get("service_code", "").strip(),
        "since": timezone.localdate(first).isoformat(),
        "until": timezone.localdate(last).isoformat(),
    }
    states = {part.strip() for part in given.get("status", "").split(",") if part.strip()}
    if states - {"open", "closed"}:
        raise Invalid(problems={"status": "只能是 open 或 closed。"})
    if len(states) == 1:
        told["which"] = states.pop()
    return told


def _instant(given: QueryDict, name: str) -> datetime | None:
    raw = given.get(name, "").strip().replace(" ", "+")  # a plus sign nobody escaped
    if not raw:
        return None
    try:
        at = datetime.fromisoformat(raw)
        at = at if at.tzinfo else timezone.make_aware(at)
        if not 1900 < at.year < 2200:
            raise ValueError(raw)
    except (ValueError, OverflowError):
        raise Invalid(problems={name: "时间写法如 2026-11-20T10:00:00+08:00。"}) from None
    return at.astimezone(UTC)


def _between(first: datetime | None, last: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    if first is None and last is None:
        return now - SPAN, now + timedelta(minutes=5)
    if first is None:
        assert last is not None
        return last - SPAN, last
    if last is None:
        return first, first + SPAN
    if not first <= last <= first + SPAN:
        raise Invalid(problems={"end_date": "end_date 要晚于 start_date，两者最多相隔 90 天。"})
    return first, last


def _whole(given: QueryDict, name: str, usual: int, most: int) -> int:
    raw = given.get(name, "").strip()
    if not raw:
        return usual
    if not (raw.isascii() and raw.isdigit() and len(raw) < 6 and 1 <= int(raw) <= most):
        raise Invalid("应当是 1 到 %(most)d 的整数。", field=name, params={"most": most})
    return int(raw)


def posted(given: QueryDict) -> tuple[dict[str, Any], str]:
    """The values of a new request, and a remark for the sender about what could not be kept.

    Raises:
        Invalid: field by field, under the standard's names.
    """
    attributes = {f"attribute[{name}]": choices for name, _label, choices in ATTRIBUTES}
    refuse_unknown(given, (*_STANDARD, *attributes))
    code = given.get("service_code", "").strip()
    if not code:
        raise Invalid(problems={"service_code": "请填写这一项。"})
    if code not in categories():
        raise Invalid(problems={"service_code": "没有这个 service_code，请从 services 里选。"})
    for name, choices in attributes.items():
        if (said := given.get(name)) and said not in dict(choices):
            raise Invalid(problems={name: "请从 values 里选一项的 key。"})
    values: dict[str, Any] = {
        "category": code,
        "channel": "app",
        "body": _body(given),
        "nature": given.get("attribute[nature]") or categories()[code].get("nature") or "help",
        "urgency": given.get("attribute[urgency]") or "0",
        "confidential": given.get("attribute[confidential]") == "true",
        "name": _name(given),
        "phone": given.get("phone", ""),
        **_where(given),
    }
    remark = _("电子邮箱没有登记，请留电话。") if given.get("email") and not given.get("phone") else ""
    return values, remark


def _where(given: Mapping[str, str]) -> dict[str, Any]:
    lat, lon = given.get("lat", "").strip(), given.get("long", "").strip()
    place = given.get("address_string", "").strip() or given.get("address_id", "").strip()
    if not (lat and lon) and not place:
        raise Invalid(problems={"lat": "请写明地点：lat 和 long，或 address_string。"})
    return {"lat": lat, "lon": lon, "place": place}


def _name(given: Mapping[str, str]) -> str:
    """Family name first where names are written so; direction marks and the like are cleaned away."""
    first, last = (clean(given.get(name, ""), max_length=40) for name in ("first_name", "last_name"))
    both = f"{last}{first}"
    return f"{first} {last}".strip() if both.isascii() else both


def _body(given: Mapping[str, str]) -> str:
    text = given.get("description", "").strip()
    if not text:
        raise Invalid(problems={"description": "请填写这一项。"})
    link = clean(given.get("media_url", ""), max_length=500)
    if link and not link.startswith(("https://", "http://")):
        raise Invalid(problems={"media_url": "应当是 http 或 https 的地址。"})
    return (
        f"{text}\n媒体链接：{link}" if link else text
    )  # kept as words: nothing is fetched from an address given to us
