"""The theme, measured: contrast of the tokens, and the widths the filter may name (FACES: AA everywhere)."""

import re
from pathlib import Path

import pytest

import huhang.doors.frame as frame

STYLES = Path(frame.__file__).parent / "static" / "frame"
TOKENS = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})", (STYLES / "theme.css").read_text().split("}")[0]))
GROUNDS = ("paper", "ground", "line-2", "hover", "accent-soft")

# Every pair of text and ground that a page can show.
PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent", "accent-2") for ground in GROUNDS),
    *((ink, "paper") for ink in ("ok", "wait", "card-red", "card-orange")),
    *((ink, ground) for ink in ("card-red", "card-orange") for ground in ("ground", "hover", "accent-soft")),
    *((f"card-{c}", f"card-{c}-soft") for c in ("blue", "yellow", "orange", "red")),
    *(("ink", f"card-{c}-soft") for c in ("yellow", "red")),
    ("ok", "ok-soft"),
    ("ink", "ok-soft"),
    ("wait", "wait-soft"),
    ("accent-2", "card-red-soft"),
    *(("on-accent", ground) for ground in ("accent", "accent-2", "card-orange", "card-red")),
    *(("ink", f"heat-{kind}-{step}") for kind in ("good", "bad") for step in range(1, 6)),
]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_itself_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(text: str, ground: str) -> None:
    assert contrast(TOKENS[text], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["paper", "ground"])
def test_the_edge_of_a_field_and_the_focus_ring_can_be_seen(ground: str) -> None:
    assert contrast(TOKENS["edge"], TOKENS[ground]) >= 3
    assert contrast(TOKENS["accent"], TOKENS[ground]) >= 3


def test_there_is_a_class_for_each_of_the_hundred_and_one_widths() -> None:
    widths = re.findall(r"\.w-p-(\d+) \{ width: (\d+)%; \}", (STYLES / "widths.css").read_text())
    assert [(str(n), str(n)) for n in range(101)] == widths


@pytest.mark.parametrize("sheet", sorted(p.name for p in STYLES.glob("*.css")))
def test_the_styles_need_nothing_newer_than_chromium_90_and_nothing_from_outside(sheet: str) -> None:
    text = re.sub(r"/\*.*?\*/", "", (STYLES / sheet).read_text(), flags=re.S)
    for newer in (":has(", "@container", "@layer", "@import", "color-mix(", "oklch(", "dvh", "http:", "https:", "//"):
        assert newer not in text, newer
    assert not re.search(r"\{[^{}]*&", text), "nested rules"
    assert text.count("{") == text.count("}")


def test_motion_stops_for_those_who_ask_for_it() -> None:
    assert "prefers-reduced-motion: reduce" in (STYLES / "theme.css").read_text()
