"""What a move asks for. Forms, API schema and checking all derive from these few shapes."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from huhang.base.access.rules import Actor
from huhang.kernel import text as texts
from huhang.kernel.errors import Invalid

if TYPE_CHECKING:
    from huhang.cases.models import Case

Choices = Callable[[], Sequence[tuple[str, Any]]]
Pick = Callable[["Case"], Sequence[tuple[str, Any]]]
_MOST_SORTS = 30
Options = Callable[["Case", Actor, datetime], Sequence[tuple[str, Any]]]


@dataclass(frozen=True)
class Field:
    """One thing a move asks for.

    Args:
        kind: ``line``, ``text``, ``choice``, ``codes`` (several of the choices), ``stars``, ``days``, ``flag``,
            ``unit``, ``units``, ``officer``, ``category``, ``case``, ``date``, ``pick``, ``picks``, ``files``,
            ``number`` (0 or more) or ``counts`` (how many of each of the ``options``; the effect checks what they are).
        most: longest text, largest number of days or of anything counted, most files at once.
        pick: what a ``pick`` chooses from: ids of what stands beside the case, each with its words. The effect asks
            again whether the chosen one belongs to the case.
        only: of a ``pick``: the only one there is needs no choosing, and is not asked for.
        personal: never kept in the browser and never shown in a step.
        have: of ``files``: ids and names of what the case has already. Files are kept with the case before the move is
            made, so no value reaches the effect: it looks at what the case has.
        by_stars: of ``codes``: the choices left once the ``stars`` of the same move are known.
        options: what can be picked, where it hangs on the case and on who acts; the effect checks it again.
    """

    name: str
    label: Any
    kind: str = "line"
    required: bool = True
    help: Any = ""
    most: int = 2000
    choices: Choices | None = None
    pick: Pick | None = None
    only: bool = False
    personal: bool = False
    options: Options | None = None
    have: Pick | None = None
    by_stars: Callable[[int], Sequence[tuple[str, Any]]] | None = None

    def clean(self, raw: Any) -> Any:
        """The value in its own type, or nothing when it may be left out.

        Raises:
            Invalid: with ``field`` set, saying what to do.
        """
        if raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []:
            if self.required and self.kind != "flag":
                raise Invalid("请填写这一项。", field=self.name)
            return False if self.kind == "flag" else None
        return _CLEANERS[self.kind](self, raw)


def _text(field: Field, raw: Any) -> str:
    if not isinstance(raw, str):
        raise Invalid("这一项应当是文字。", field=field.name)
    try:
        value = texts.clean(raw, max_length=field.most)
    except Invalid as problem:
        raise Invalid(problem.message, hint="可以作为附件上传。", field=field.name, params=problem.params) from None
    if field.required and not value:
        raise Invalid("请填写这一项。", field=field.name)
    return value.replace("\n", " ") if field.kind == "line" else value


def _number(field: Field, raw: Any) -> int:
    try:
        value = int(str(raw))
    except ValueError:
        raise Invalid("请填整数。", field=field.name) from None
    low, high = (1, 5) if field.kind == "stars" else (1, field.most)
    if not low <= value <= high:
        raise Invalid("请填 %(low)d 到 %(high)d 之间的整数。", field=field.name, params={"low": low, "high": high})
    return value


def _counted(field: Field, raw: Any) -> int:
    try:
        value = int(str(raw)) if not isinstance(raw, bool | float) else -1
    except ValueError:
        raise Invalid("请填整数。", field=field.name) from None
    if not 0 <= value <= field.most:
        raise Invalid("请填 %(low)d 到 %(high)d 之间的整数。", field=field.name, params={"low": 0, "high": field.most})
    return value


def _counts(field: Field, raw: Any) -> dict[str, int] | None:
    if not isinstance(raw, dict) or len(raw) > _MOST_SORTS:
        raise Invalid("请按项填人数。", field=field.name)
    told = {str(code)[:24]: _counted(field, said) for code, said in raw.items() if str(said or "").strip() or said == 0}
    if field.required and not told:
        raise Invalid("请填写这一项。", field=field.name)
    return told or None


def _flag(field: Field, raw: Any) -> bool:
    if raw in (True, "true", "on", "1", "yes"):
        return True
    if raw in (False, "false", "off", "0", "no"):
        return False
    raise Invalid("请选是或否。", field=field.name)


def _choice(field: Field, raw: Any) -> str:
    assert field.choices is not None
    if str(raw) not in {value for value, _ in field.choices()}:
        raise Invalid("请从列出的选项里选一项。", field=field.name)
    return str(raw)


def _codes(field: Field, raw: Any) -> list[str]:
    assert field.choices is not None
    rows = [str(one) for one in (raw if isinstance(raw, list | tuple) else [raw]) if one not in (None, "")]
    known = {value for value, _ in field.choices()}
    if any(one not in known for one in rows):
        raise Invalid("请从列出的选项里选一项。", field=field.name)
    return list(dict.fromkeys(rows))


def _id(field: Field, raw: Any) -> uuid.UUID:
    try:
        return raw if isinstance(raw, uuid.UUID) else uuid.UUID(str(raw))
    except ValueError:
        raise Invalid("请从列出的选项里选一项。", field=field.name) from None


def _ids(field: Field, raw: Any) -> list[uuid.UUID]:
    rows = raw if isinstance(raw, list | tuple) else [raw]
    return list(dict.fromkeys(_id(field, one) for one in rows))


def _date(field: Field, raw: Any) -> date:
    try:
        return raw if isinstance(raw, date) else date.fromisoformat(str(raw))
    except ValueError:
        raise Invalid("请按 2026-11-21 这样填日期。", field=field.name) from None


def _files(field: Field, raw: Any) -> None:
    raise Invalid("文件先作为附件上传，上传后就算数，这里不用填。", field=field.name)


_CLEANERS: dict[str, Callable[[Field, Any], Any]] = {
    "line": _text,
    "text": _text,
    "category": _text,
    "case": _text,
    "choice": _choice,
    "codes": _codes,
    "stars": _number,
    "days": _number,
    "number": _counted,
    "counts": _counts,
    "flag": _flag,
    "unit": _id,
    "pick": _id,
    "officer": _id,
    "units": _ids,
    "date": _date,
    "picks": _ids,
    "files": _files,
}


def clean_all(fields: Sequence[Field], values: dict[str, Any]) -> dict[str, Any]:
    """Every field's value, or one refusal that names every problem.

    Raises:
        Invalid: ``problems`` maps field names to sentences.
    """
    cleaned: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field in fields:
        try:
            cleaned[field.name] = field.clean(values.get(field.name))
        except Invalid as problem:
            problems[field.name] = problem.text
    if problems:
        raise Invalid(problems=problems)
    return cleaned
