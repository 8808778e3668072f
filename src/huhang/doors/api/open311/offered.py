"""Discovery, the list of services (our categories) and what each asks for."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huhang.doors.api.open311.forms import told
from huhang.doors.api.open311.gate import door
from huhang.kernel.errors import Missing
from huhang.kinds.requests.catalogue import categories, category_choices
from huhang.kinds.requests.rules import NATURES, URGENCIES

FLAGS = (("false", gettext_lazy("否")), ("true", gettext_lazy("是")))
ATTRIBUTES = (
    ("nature", gettext_lazy("性质"), NATURES),
    ("urgency", gettext_lazy("紧急程度"), URGENCIES),
    ("confidential", gettext_lazy("为诉求人保密"), FLAGS),
)
"""What may be told besides the standard's own fields; none is required."""
SINCE = "2026-11-25T00:00:00+08:00"


def split(label: str) -> tuple[str, str]:
    """The group and the name of a category: ``交通管理 / 停车秩序``."""
    group, _slash, name = label.partition(" / ")
    return (group, name) if name else ("", label)


def service(code: str, label: str) -> dict[str, Any]:
    """A category as a service."""
    group, name = split(label)
    return {
        "service_code": code,
        "service_name": name,
        "description": label,
        "metadata": True,
        "type": "realtime",
        "keywords": ",".join(part for part in (group, name) if part),
        "group": group,
    }


@door("GET", open_by_setting=True)
def services(request: HttpRequest, *, form: str) -> HttpResponse:
    """Every category in use."""
    return told([service(code, label) for code, label in category_choices()], "services", form)


@door("GET", open_by_setting=True)
def definition(request: HttpRequest, code: str, *, form: str) -> HttpResponse:
    """What one service asks for."""
    if code not in categories():
        raise Missing("没有这个 service_code，请从 services 里选。")
    attributes = [
        {
            "variable": True,
            "code": name,
            "datatype": "singlevaluelist",
            "required": False,
            "datatype_description": _("从 values 里选一项的 key"),
            "order": order,
            "description": str(label),
            "values": [{"key": key, "name": str(text)} for key, text in choices],
        }
        for order, (name, label, choices) in enumerate(ATTRIBUTES, 1)
    ]
    return told({"service_code": code, "attributes": attributes}, "service_definition", form)


@door("GET", always_open=True)
def discovery(request: HttpRequest, *, form: str) -> HttpResponse:
    """Where the door is and what it speaks."""
    data = {
        "changeset": SINCE,
        "contact": _("接口由%(city)s公安局诉求中心维护；密钥（api_key）就是工作台签发的令牌。")
        % {"city": settings.HUHANG_CITY},
        "key_service": _("在工作台“接口令牌”里签发。"),
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": request.build_absolute_uri("/api/open311/v2"),
                "changeset": SINCE,
                "type": "production" if not settings.HUHANG_TRIAL else "test",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return told(data, "discovery", form)
