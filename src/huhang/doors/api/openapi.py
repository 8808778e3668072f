"""The OpenAPI document: what the routes and schemas say of themselves, and every refusal a caller can meet."""

from functools import cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huhang.doors.api import schemas
from huhang.doors.api.api import api
from huhang.doors.api.problems import MEDIA_TYPE, SORTS, TYPES

_REF = "#/components/schemas/{model}"
PROBLEM = {"schema": {"$ref": _REF.format(model="Problem")}}

ALWAYS = ("unauthenticated", "internal", "unavailable")
BY_METHOD = {"get": (), "post": ("malformed", "denied", "conflict", "too_large", "invalid", "too_many")}


def tags() -> list[dict[str, str]]:
    """The groups of the document, in the order they are read."""
    return [
        {"name": "requests", "description": _("诉求：登记、列出、查看、经过、时限")},
        {"name": "moves", "description": _("办理：归类、派单、签收、答复、回访、销号……")},
        {"name": "repeats", "description": _("重复：相近的诉求，几件并入一件")},
        {"name": "cases", "description": _("事项：不分种类，一个地址看、办；督办卡也在这里")},
        {"name": "matters", "description": _("热点：一周里增加的事，十大问题，年度问卷")},
        {"name": "inside", "description": _("备注、附件、个人信息")},
        {"name": "events", "description": _("跟着看：发生了什么，从某处往后")},
        {"name": "beside", "description": _("诉求旁边的：外单位协助、局领导批示、与诉求人的对话")},
        {"name": "subjects", "description": _("主体库：企业、重点项目、商会、园区、社区……，联系人、履历、修改记录")},
        {"name": "rounds", "description": _("定期职责：规则，谁该做什么、做到没有，覆盖率，登记和免办")},
        {"name": "posts", "description": _("警务站：设立、撤销、派驻，建议设站，受理隐患和纠纷，月报")},
        {"name": "visits", "description": _("走访：登记一次走访和带回的诉求，列表，一次走访的全部")},
        {"name": "trainings", "description": _("讲座、演练、集中检查：安排、登记已办的，列表，一场的全部；只有人数")},
        {"name": "office-days", "description": _("现场办公：公布一场，列表，一场的全部和带回的问题")},
        {"name": "notices", "description": _("通知：发给筛出的主体，看谁已阅")},
        {"name": "surveys", "description": _("问卷调查：匿名作答，汇总结果，计入年度排名")},
        {"name": "liaisons", "description": _("包保责任：谁负责哪家企业、哪个项目，安排方案")},
        {"name": "webhooks", "description": _("推送：有事就通知您的系统，签名、重试、对账")},
        {"name": "statistics", "description": _("统计：单位 × 状态 × 月")},
        {"name": "reference", "description": _("参照：我是谁、单位、类别、性质、状态、步骤表、日历")},
    ]


def document() -> dict[str, Any]:
    """The whole document, told in the language of the request. It is made once a language: do not change it."""
    return _document(get_language() or "")


@cache
def _document(language: str) -> dict[str, Any]:
    made = api.get_openapi_schema(path_prefix="api/v1/")
    spec: dict[str, Any] = {
        "openapi": made["openapi"],
        "info": {
            "title": _("护航接口"),
            "version": api.version,
            "summary": _("诉求的登记、流转、查询，与页面同一套规则、同一本日志。"),
            "description": _(
                "所有答复是 JSON，时间是 UTC。出错一律是 application/problem+json（RFC 9457）。"
                "文字的语言按 Accept-Language（zh-hans、en）。GET 只读不写。"
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": tags(),
        "paths": made["paths"],
        "components": made["components"],
    }
    _add_problem(spec)
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            _finish(path, method, operation)
    for schema in spec["components"]["schemas"].values():
        schema.pop("description", None)  # these are notes for whoever reads the source
    return spec


def _add_problem(spec: dict[str, Any]) -> None:
    shape = schemas.Problem.model_json_schema(ref_template=_REF, mode="serialization")
    known = spec["components"]["schemas"]
    for name, schema in shape.pop("$defs", {}).items():
        known.setdefault(name, schema)
    known["Problem"] = {**shape, "examples": [_example("overtaken")]}


def _example(code: str) -> dict[str, Any]:
    sort = SORTS[code]
    return {"type": TYPES + code, "title": str(sort.title), "status": sort.status, "detail": str(sort.say)}


def _codes(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    codes = [*ALWAYS, *BY_METHOD[method]]
    if "{" in path:
        codes.append("missing")
    if "query" in {parameter["in"] for parameter in operation["parameters"]}:
        codes.append("invalid")
    if path.endswith("/moves/{move}"):
        codes += ["overtaken", "version_needed"]
    if "application/json" in operation.get("requestBody", {}).get("content", {}):
        codes.append("media_type")
    return list(dict.fromkeys(codes))


def _finish(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["operationId"] = operation["operationId"].rsplit("_api_", 1)[-1]
    operation["summary"] = _(operation["summary"])
    operation["description"] = _(" ".join(operation["description"].split()))
    for parameter in operation["parameters"]:
        _tidy(parameter)
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["schema"].pop("title", None)
    by_status: dict[int, dict[str, Any]] = {}
    for code in _codes(path, method, operation):
        by_status.setdefault(SORTS[code].status, {})[code] = {"value": _example(code)}
    for status, examples in sorted(by_status.items()):
        say = "；".join(example["value"]["title"] for example in examples.values())
        content = {MEDIA_TYPE: {**PROBLEM, "examples": examples}}
        operation["responses"][status] = {"description": say, "content": content}
    _headers(path, operation)
    operation["responses"] = {str(status): said for status, said in sorted(operation["responses"].items())}


def _tidy(parameter: dict[str, Any]) -> None:
    schema = parameter["schema"]
    for name in ("title", "description", "example"):
        schema.pop(name, None)
    if "description" in parameter:
        parameter["description"] = _(parameter["description"])
    if parameter["name"] == "number":
        parameter |= {"description": _("诉求编号"), "example": "HS-7QK4-2M9D"}
    if parameter["name"] == "move":
        parameter |= {"description": _("步骤名，见诉求的 moves"), "example": "answer"}


def _headers(path: str, operation: dict[str, Any]) -> None:
    """Headers a caller needs of the good answer; the bytes of a file have no schema."""
    good = next(operation["responses"][status] for status in (200, 201) if status in operation["responses"])
    good["description"] = _("办成了")
    names = {parameter["name"] for parameter in operation["parameters"]}
    headers = {}
    if "Idempotency-Key" in names:
        headers["Idempotency-Replayed"] = _("为 true 时，这是上一次的答复")
        headers["Location"] = _("办成的东西在哪里")
    if path.endswith(("/requests/{number}", "/cases/{number}")):
        headers["ETag"] = _("诉求的版本")
    if headers:
        good["headers"] = {name: {"description": say, "schema": {"type": "string"}} for name, say in headers.items()}
    if path.endswith("/download"):
        good["content"] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
