"""Answers as GeoReport v2 writes them: JSON lists, or XML with the standard's names; errors in the standard's shape.

No XML is ever read: the standard posts forms, so there is no parser here that an entity could be fed to.
"""

import re
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse

from huhang.doors.api.answers import text_of

JSON, XML = "application/json", "text/xml; charset=utf-8"
FORMS = {"json": JSON, "xml": XML}
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ITEMS = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""A list and what each of its elements is called in XML."""


def told(data: Any, root: str, form: str, status: int = 200) -> HttpResponse:
    """One answer in the form asked for; ``root`` names the XML document and is not seen in JSON."""
    text = text_of(data) if form == "json" else f'<?xml version="1.0" encoding="utf-8"?>{_element(root, data)}'
    response = HttpResponse(text.encode(), status=status, content_type=FORMS.get(form, XML))
    response["Cache-Control"] = "no-store, private"
    response.told = True  # type: ignore[attr-defined]
    return response


def refused(status: int, say: str, form: str) -> HttpResponse:
    """What went wrong: code and description."""
    return told([{"code": status, "description": str(say)}], "errors", form, status)


def form_of(request: HttpRequest) -> str:
    """The form an address asks for by its ending; JSON where it asks for none."""
    return "xml" if request.path_info.endswith(".xml") else "json"


def _element(name: str, value: Any) -> str:
    if value is None or value == "":
        return f"<{name}/>"
    if isinstance(value, dict):
        inner = "".join(_element(key, one) for key, one in value.items())
    elif isinstance(value, list | tuple):
        inner = "".join(_element(_ITEMS[name], one) for one in value)
    else:
        said = str(value).lower() if isinstance(value, bool) else str(value)
        inner = escape(_UNFIT.sub("", said))
    return f"<{name}>{inner}</{name}>"
