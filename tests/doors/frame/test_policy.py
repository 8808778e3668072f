"""What no template may contain, so that a strict content policy can stand and no request leaves the building."""

import re
from pathlib import Path

import pytest

import huhang

SOURCE = Path(huhang.__file__).parent
TEMPLATES = sorted(p for p in SOURCE.rglob("*.html") if "templates" in p.parts)
SCRIPTS = sorted((SOURCE / "doors" / "frame" / "static").rglob("*.js"))


def named(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) >= 30


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_a_template_has_no_inline_style_script_or_handler(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", template.read_text(), flags=re.S)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"[\s\"']on(?!ly=)[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"\shx-on\b|javascript:|hx-vals\s*=\s*[\"']js:", text)
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag, tag


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_a_template_asks_nothing_of_the_outside(template: Path) -> None:
    addresses = re.findall(r"(?:src|href|action|data)\s*=\s*[\"'](?:[a-z]+:)?//[^\"']*", template.read_text())
    assert addresses == []


@pytest.mark.parametrize("script", SCRIPTS, ids=named)
def test_a_script_evaluates_no_text_and_writes_no_markup(script: Path) -> None:
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", script.read_text(), flags=re.S)
    assert not re.search(r"\beval\(|new Function|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write", text)
