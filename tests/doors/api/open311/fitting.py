"""Whether an answer fits a schema of the description: JSON, and XML by the same shape."""

import re
from typing import Any
from xml.etree import ElementTree

from huhang.doors.api.open311.description import document
from huhang.doors.api.open311.forms import _ITEMS

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"][name]
    return found


def misfits(value: Any, said: dict[str, Any], path: str = "$") -> list[str]:
    """Everything about the value that the schema does not allow."""
    if value is None:
        return [] if said.get("nullable") else [f"{path}: nothing, where something is needed"]
    wanted = _TYPES[said["type"]]
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        return [f"{path}: {value!r} is not {said['type']}"]
    wrong = []
    if "enum" in said and value not in said["enum"]:
        wrong.append(f"{path}: {value!r} is none of {said['enum']}")
    if said.get("format") == "date-time" and not _MOMENT.fullmatch(value):
        wrong.append(f"{path}: {value!r} is no moment with a zone")
    low, high = (("minItems", "maxItems"), ("minLength", "maxLength"))[isinstance(value, str)]
    if isinstance(value, str | list) and not said.get(low, 0) <= len(value) <= said.get(high, 10**9):
        wrong.append(f"{path}: length {len(value)}")
    if isinstance(value, int) and not said.get("minimum", value) <= value <= said.get("maximum", value):
        wrong.append(f"{path}: {value}")
    if isinstance(value, list):
        wrong += [w for n, one in enumerate(value) for w in misfits(one, said["items"], f"{path}[{n}]")]
    if isinstance(value, dict) and "properties" in said:
        wrong += [f"{path}.{name}: missing" for name in said.get("required", []) if name not in value]
        wrong += [f"{path}.{name}: unknown" for name in value if name not in said["properties"]]
        for name in value.keys() & said["properties"].keys():
            wrong += misfits(value[name], said["properties"][name], f"{path}.{name}")
    return wrong


def from_xml(node: ElementTree.Element, said: dict[str, Any]) -> Any:
    """The XML as the JSON it stands for, so that one schema judges both."""
    if said["type"] == "array":
        item = _ITEMS[node.tag]
        assert all(child.tag == item for child in node), (node.tag, [child.tag for child in node])
        return [from_xml(child, said["items"]) for child in node]
    if said["type"] == "object":
        parts = said.get("properties", {})
        return {child.tag: from_xml(child, parts.get(child.tag, {"type": "string"})) for child in node}
    text = node.text
    if text is None:
        return None if said.get("nullable") else ""
    match said["type"]:
        case "boolean":
            return {"true": True, "false": False}[text]
        case "integer":
            return int(text)
        case "number":
            return float(text)
    return text
