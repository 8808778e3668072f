#!/usr/bin/env python3
"""The sentences people read: finds them in the sources, keeps the English catalogue in step, says what is missing.

    tools/messages.py extract    prints every sentence that can be translated
    tools/messages.py update     brings the catalogue up to date; what is already translated stays
    tools/messages.py check      fails, naming each fault, unless the catalogue is whole

Sentences are Chinese in the sources. They are found where gettext is called, in templates, in refusals (whose first
argument and hint the doors translate), and in the modules of ``PLAIN``: those may not import Django or keep tables of
sentences, so that every Chinese text in them which stands in no call of another purpose is a sentence.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "huhang"
CATALOGUE = SOURCE / "conf" / "locale" / "en" / "LC_MESSAGES" / "django.po"

GETTEXT = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop", "say"})
PLURAL = frozenset({"ngettext", "ngettext_lazy"})
CONTEXT = frozenset({"pgettext", "pgettext_lazy"})
REFUSALS = frozenset({"Refusal", "Missing", "Denied", "Conflict", "Invalid", "TooMany", "Unavailable", "Sentence"})

PLAIN = (
    "kernel/errors.py",
    "base/database/complaints.py",
    "base/files/inspection.py",
    "base/files/office.py",
    "base/files/pdfs.py",
    "base/files/pictures.py",
    "base/files/queries.py",
    "base/files/texts.py",
    "cases/actions/moving.py",
    "doors/api/*.py",
    "doors/api/schemas/*.py",
    "doors/api/open311/asked.py",
    "doors/api/open311/requests.py",
    "doors/desk/case/reveal.py",
    "kinds/cards/guards.py",
    "kinds/disputes/actions.py",
    "kinds/disputes/queries.py",
    "kinds/duties/kind.py",
    "kinds/hazards/actions.py",
    "kinds/hazards/moves.py",
    "kinds/meetings/actions.py",
    "kinds/meetings/kind.py",
    "kinds/requests/helping.py",
    "kinds/requests/moves/*.py",
    "kinds/requests/queries.py",
    "kinds/requests/instructions/queries.py",
    "kinds/requests/rectifying/queries.py",
    "kinds/requests/solved/disputes.py",
    "kinds/requests/solved/slips.py",
    "kinds/requests/actions/filing.py",
    "kinds/officedays/queries.py",
    "kinds/trainings/actions/counting.py",
    "kinds/trainings/actions/opening.py",
    "kinds/trainings/queries.py",
    "kinds/visits/actions/opening.py",
    "kinds/visits/actions/telling.py",
    "kinds/visits/queries.py",
    "reading/rules.py",
    "register/imports/checking.py",
    "register/imports/contacts.py",
    "register/imports/saving.py",
    "register/subjects/actions/keeping.py",
    "register/units/actions.py",
)
"""Modules whose Chinese texts are all sentences, under ``src/huhang``."""

DESCRIBED = ("doors/api/*.py", "doors/api/schemas/*.py")
"""Modules whose docstrings of functions and classes are shown as descriptions of the interface."""

UNSHOWN = frozenset({"examples", "example", "json_schema_extra", "purpose", "why"})
"""Keywords whose texts are data, not sentences of the house."""

TEMPLATE: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
"""What ``templatize`` turns the tags of a template into, as Babel reads it."""

CHINESE = re.compile(r"[\u3400-\u9fff]")
LONE = re.compile(r"%(?!%|\(\w+\)[-+ 0#]*[\d.]*[a-z])")
"""A per cent sign that Python would take for the start of a place; written ``%%`` where a sentence is formatted."""

PLACE = re.compile(r"%\(\w+\)[-+ 0#]*[\d.]*[a-z]|\{\w*\}")
HEADER = """\
# English for Huhang; kept by tools/messages.py.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

Message = tuple[str, str, str]  # context, sentence, plural sentence


class Reader(ast.NodeVisitor):
    """Collects the sentences of one Python module."""

    def __init__(self, *, plain: bool, described: bool) -> None:
        self.plain = plain
        self.described = described
        self.found: list[Message] = []

    def take(self, node: ast.AST | None, *, context: str = "", plural: str = "") -> None:
        """Keep a literal; both sides of a conditional count."""
        if isinstance(node, ast.IfExp):
            self.take(node.body, context=context, plural=plural)
            self.take(node.orelse, context=context, plural=plural)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip():
            self.found.append((context, node.value, plural))

    def visit_Call(self, node: ast.Call) -> None:
        """A call that translates its arguments now or later."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else "" for a in node.args]
        if name in GETTEXT and node.args:
            self.take(node.args[0])
        elif name in PLURAL and len(node.args) > 1:
            self.take(node.args[0], plural=texts[1])
        elif name in CONTEXT and len(node.args) > 1:
            self.take(node.args[1], context=texts[0])
        elif name in REFUSALS:
            self.take(node.args[0] if node.args else None)
            for keyword in node.keywords:
                if keyword.arg in {"hint", "message"}:
                    self.take(keyword.value)
        for keyword in node.keywords:
            if keyword.arg not in UNSHOWN or isinstance(keyword.value, ast.Call):  # data may be a call of gettext
                self.visit(keyword)
        for part in (node.func, *node.args):
            self.visit(part)

    def visit_Assign(self, node: ast.Assign) -> None:
        """``problems[name] = "…"`` is shown beside its field."""
        target = node.targets[0]
        if isinstance(target, ast.Subscript) and getattr(target.value, "id", "") == "problems":
            self.take(node.value)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Any Chinese text of a plain module."""
        if self.plain and isinstance(node.value, str) and CHINESE.search(node.value):
            self.take(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Texts in pieces cannot be translated; what is called inside them can."""
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        """Docstrings are not sentences."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def describe(self, tree: ast.Module) -> None:
        """Keep the Chinese docstrings of functions and classes."""
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                text = ast.get_docstring(node)
                if text and CHINESE.search(text):
                    self.found.append(("", " ".join(text.split()), ""))


def of_module(path: Path) -> list[Message]:
    """The sentences of a Python module."""
    place = path.relative_to(SOURCE)
    reader = Reader(
        plain=any(place.match(each) for each in PLAIN), described=any(place.match(each) for each in DESCRIBED)
    )
    tree = ast.parse(path.read_text("utf-8"))
    reader.visit(tree)
    if reader.described:
        reader.describe(tree)
    return reader.found


def of_template(path: Path) -> list[Message]:
    """The sentences of a template, found the way Django finds them."""
    from django.utils.translation.template import templatize

    code = templatize(path.read_text("utf-8"), origin=str(path))
    code = "\n".join(line.lstrip() for line in code.splitlines())  # a template's indentation is not Python's
    found: list[Message] = []
    for _line, said, _comments, context in extract("python", BytesIO(code.encode()), keywords=TEMPLATE):
        both = said if isinstance(said, tuple) else (said, "")
        found.append((context or "", both[0], both[1] if len(both) > 1 else ""))
    return found


def sentences() -> list[Message]:
    """Every sentence of the house once, in a stable order; needs Django's settings only for ``templatize``."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure()
        django.setup()
    found: dict[tuple[str, str], str] = {}
    for path in _files("*.py"):
        _keep(found, of_module(path))
    _keep(found, shown_in_templates())
    return sorted((context, said, plural) for (context, said), plural in found.items())


def shown_in_templates() -> list[Message]:
    """Every sentence of a template: each is formatted when it is shown, whether it has a place or not."""
    files = (path for path in _files("*.html", "*.txt") if "templates" in path.parts)
    return [message for path in files for message in of_template(path)]


def _files(*patterns: str) -> Iterator[Path]:
    for pattern in patterns:
        yield from (p for p in sorted(SOURCE.rglob(pattern)) if "migrations" not in p.parts)


def _keep(found: dict[tuple[str, str], str], messages: Iterable[Message]) -> None:
    for context, said, plural in messages:
        found[context, said] = found.get((context, said)) or plural


def load(path: Path = CATALOGUE) -> Catalog:
    """The catalogue as it stands; an empty one when there is none."""
    if not path.exists():
        return Catalog(locale="en")
    with path.open("rb") as file:
        return read_po(file, locale="en")


def update(path: Path = CATALOGUE) -> int:
    """Bring the catalogue up to date and return how many sentences it has; what is translated stays."""
    old, new = load(path), Catalog(locale="en")
    for context, said, plural in sentences():
        known = old.get(said, context or None)
        text = known.string if known and bool(plural) == bool(known.pluralizable) else ""
        new.add((said, plural) if plural else said, text, context=context or None)
    whole = BytesIO()
    write_po(whole, new, width=110, no_location=True, omit_header=True, sort_output=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + whole.getvalue().decode("utf-8"), "utf-8")
    return len(new)


def check(path: Path = CATALOGUE) -> list[str]:
    """Every fault of the catalogue, in words; none when it is whole."""
    held = load(path)
    wanted = {(context, said): plural for context, said, plural in sentences()}
    formatted = {(context, said) for context, said, _plural in shown_in_templates()}
    faults: list[str] = []
    for (context, said), plural in wanted.items():
        message = held.get(said, context or None)
        if message is None:
            faults.append(f"not in the catalogue: {said!r}")
        else:
            faults += _faults(said, plural, message.string, formatted=(context, said) in formatted)
    for message in held:
        said = message.id[0] if isinstance(message.id, tuple | list) else message.id
        if said and (message.context or "", said) not in wanted:
            faults.append(f"no longer used: {said!r}")
        if said and message.fuzzy:
            faults.append(f"fuzzy: {said!r}")
    return faults + [f"obsolete: {key!r}" for key in held.obsolete]


def _faults(said: str, plural: str, string: object, *, formatted: bool = False) -> Iterator[str]:
    texts = [str(each) for each in string] if isinstance(string, tuple | list) else [str(string or "")]
    if not all(texts) or (plural and len(texts) < 2):
        yield f"not translated: {said!r}"
    elif any(sorted(PLACE.findall(text)) != sorted(PLACE.findall(said)) for text in texts):
        yield f"places differ: {said!r} -> {texts!r}"
    elif (formatted or "%(" in said) and any(LONE.search(text.replace("%%", "")) for text in (said, *texts)):
        yield f"a per cent sign that is not doubled: {said!r} -> {texts!r}"


def main() -> int:
    """Do what is asked; 0 when the catalogue is whole."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("extract", "update", "check"))
    what = parser.parse_args().what
    if what == "extract":
        print("\n".join(said.replace("\n", "\\n") for _context, said, _plural in sentences()))
    elif what == "update":
        print(f"{update()} sentences")
    else:
        faults = check()
        print("\n".join(faults) or f"{len(sentences())} sentences, all in English")
        return 1 if faults else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
