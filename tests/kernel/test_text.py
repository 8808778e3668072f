"""Search that finds any two neighbouring characters, cleaning, canonical JSON."""

import hashlib
import json
import sys
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from huhang.kernel.errors import Invalid
from huhang.kernel.text import (
    bigrams,
    canonical_json,
    clean,
    digest,
    fingerprint,
    fold,
    half_width,
    like_pattern,
    query_bigrams,
    query_words,
    squeeze,
)
from huhang.kernel.text.grams import _Folding

LIVELY = st.text(
    st.sampled_from("积分落户Ab1é e\u0301ｶﾞ，。 \n\u200b\u200dß𠮷😀👩🏽|'\\%_\u1100\u1161각ﬁİ") | st.characters(),
    max_size=30,
)
FAMILY = "👩\u200d👩\u200d👧"


def sql_like(pattern: str, text: str) -> bool:
    """LIKE as PostgreSQL reads it, for patterns that are one literal between two %."""
    assert pattern[0] == pattern[-1] == "%"
    literal, chars = "", iter(pattern[1:-1])
    for char in chars:
        assert char not in "%_"
        literal += next(chars) if char == "\\" else char
    return literal in text


@given(LIVELY, st.data())
@example("Ae\u0301x", None)
def test_any_part_of_a_text_is_found_by_its_pairs_and_by_the_recheck(text, data):
    if data is None:
        part = text[2:]
    else:
        start = data.draw(st.integers(0, len(text)))
        part = text[start : data.draw(st.integers(start, len(text)))]
    assert bigrams(part) <= bigrams(text)
    assert sql_like(like_pattern(part), fold(text))
    if bigrams(part):
        assert query_bigrams(part) <= bigrams(text)


@given(st.text(st.sampled_from("积分落户办理Ab19𠮷"), min_size=2), st.data())
def test_every_two_neighbours_can_be_asked_for(text, data):
    at = data.draw(st.integers(0, len(text) - 2))
    assert query_bigrams(text[at : at + 2]) <= bigrams(text)


def test_pairs_are_taken_inside_runs_only():
    assert bigrams("积分，落户 Abc1") == {"积分", "落户", "ab", "bc", "c1"}


def test_pairs_cross_from_latin_to_chinese():
    assert query_bigrams("车B") <= bigrams("货车B2证")
    assert query_bigrams("2证") <= bigrams("货车B2证")


def test_wide_narrow_upper_lower_and_accents_are_the_same():
    assert bigrams("ＡＢＣ１２") == bigrams("abc12")
    assert fold("Café ﬁ STRASSE") == fold("cafe\u0301 fi straße")


def test_a_zero_width_mark_inside_a_word_does_not_hide_it():
    assert query_bigrams("积分") <= bigrams("积\u200b分")


def test_rare_characters_and_emoji_are_whole_characters():
    assert bigrams("𠮷野家") == {"𠮷野", "野家"}
    assert bigrams(FAMILY) == {"👩👩", "👩👧"}
    assert bigrams("\ue000\ue001") == {"\ue000\ue001"}  # private use: names in older registers


def test_half_a_character_is_a_boundary():
    assert bigrams("积\ud800分落") == {"分落"}


@given(LIVELY)
def test_pairs_are_two_or_more_characters_that_quote_safely(text):
    for pair in bigrams(text):
        assert len(pair) == 2
        assert not set(pair) & set("'\\ \n\t\"&!:*()")


def test_folding_twice_changes_nothing_for_any_character():
    assigned = (c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) not in {"Cn", "Co", "Cs"})
    changed = [(char, fold(char)) for char in assigned if fold(char) != char]
    wrong = [hex(ord(char)) for char, folded in changed if fold(folded) != folded]
    assert len(changed) > 10_000
    assert wrong == []


def test_the_folding_table_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr("huhang.kernel.text.grams._KEPT", 2)
    table = _Folding()
    assert "ABCD".translate(table) == "abcd"
    assert len(table) == 2


@pytest.mark.parametrize("query", ["", " ", "积", "积 分", "，。", "a-1", "\u200b积", "\ud800"])
def test_a_query_with_nothing_to_look_for_is_refused(query):
    with pytest.raises(Invalid, match="两个相连的字"):
        query_bigrams(query)


def test_a_space_in_a_query_parts_words():
    assert query_words(" 噪音　夜市 噪音 ") == ("噪音", "夜市")


def test_percent_underline_and_backslash_mean_themselves():
    assert like_pattern(r"100%_\Ａ") == r"%100\%\_\\a%"


def test_half_width_touches_the_full_width_block_only():
    assert half_width("Ａ１～　①²㎡") == "A1~ ①²㎡"
    assert squeeze(" ａ b\u200b\u3000ß\n１ ") == "ABß1"


# cleaning


def test_controls_and_hiding_characters_are_taken_out():
    assert clean("a\x01b\x7fc\u200bd\ufeffe\u00adf\U000e0041g\ud800h", max_length=99) == "abcdefgh"


def test_a_text_cannot_be_made_to_read_backwards():
    assert clean("报告\u202egpj.exe\u2066x\u2069\u200f", max_length=99) == "报告gpj.exex"


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_every_line_end_becomes_one(line_end):
    assert clean(f" 甲{line_end}\t乙\n", max_length=99) == "甲\n\t乙"


@pytest.mark.parametrize(
    "emoji", [FAMILY, "🏳\ufe0f\u200d🌈", "👩🏽\u200d⚕\ufe0f", "❤\ufe0f\u200d🔥", "🙂\u200d↔\ufe0f"]
)
def test_an_emoji_stays_whole(emoji):
    assert clean(emoji, max_length=99) == emoji


def test_a_joiner_between_letters_goes():
    assert clean("积\u200d分\u200d😀\u200d", max_length=99) == "积分😀"


def test_rare_characters_and_their_variants_stay():
    assert clean("𠮷葛\U000e0100\ue000", max_length=99) == "𠮷葛\U000e0100\ue000"


def test_no_invisible_format_character_is_forgotten():
    arabic_number_signs = [0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2]
    shorthand_and_hieroglyphs = [0x110BD, 0x110CD, *range(0x13430, 0x13440)]
    seen = {0x180E, *arabic_number_signs, *shorthand_and_hieroglyphs}
    kept = {
        i
        for i in range(1, sys.maxunicode + 1)
        if unicodedata.category(chr(i)) in {"Cc", "Cf", "Cs"} and len(clean(f"a{chr(i)}b", max_length=9)) == 3
    }
    assert kept - seen <= {9, 10, 11, 12, 13, 0x85}  # tab and line ends


def test_nul_is_refused():
    with pytest.raises(Invalid, match="空字符"):
        clean("a\0b", max_length=9)


def test_length_is_counted_after_cleaning():
    assert clean("  积\u200b分 ", max_length=2) == "积分"
    with pytest.raises(Invalid, match="最多写 2 个字，现在有 3 个字"):
        clean("积分落", max_length=2)


@given(LIVELY.filter(lambda text: "\0" not in text))
def test_cleaning_twice_changes_nothing(text):
    once = clean(text, max_length=1000)
    assert clean(once, max_length=1000) == once
    once.encode()


# hashes


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


def test_canonical_json_has_one_spelling():
    value = MappingProxyType(
        {"乙": [1, 1.5, True, None], "a": ("x", Colour.RED, Level.HIGH), Colour.RED: Decimal("1.10")}
    )
    assert canonical_json(value) == '{"a":["x","red",3],"red":"1.10","乙":[1,1.5,true,null]}'


def test_moments_are_utc_to_the_microsecond():
    moment = datetime(2026, 1, 5, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    assert canonical_json([moment, date(2026, 1, 5)]) == '["2026-01-05T00:00:00.000000Z","2026-01-05"]'
    assert canonical_json(moment) == canonical_json(moment.astimezone(UTC))


def test_an_id_is_its_text():
    assert canonical_json(UUID(int=1)) == '"00000000-0000-0000-0000-000000000001"'


@pytest.mark.parametrize("value", [datetime(2026, 1, 5), float("nan"), float("inf"), "\ud800"])
def test_a_value_without_a_sure_meaning_is_a_mistake_of_the_program(value):
    with pytest.raises(ValueError):
        canonical_json({"a": [value]})


@pytest.mark.parametrize("value", [{1}, b"x", object(), {1: 2}, {None: 1}])
def test_a_value_json_cannot_spell_is_a_mistake_of_the_program(value):
    with pytest.raises(TypeError):
        canonical_json([value])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_canonical_json_reads_back_and_does_not_depend_on_order(value):
    text = canonical_json(value)
    assert json.loads(text) == value
    assert canonical_json(json.loads(text)) == text
    if isinstance(value, dict):
        assert canonical_json(dict(reversed(value.items()))) == text


def test_the_digest_is_sha256_of_the_canonical_text():
    assert digest({"a": "中"}) == hashlib.sha256('{"a":"中"}'.encode()).hexdigest()


def test_spacing_width_case_and_punctuation_do_not_make_another_text():
    assert fingerprint("请问：积分　落户ＡＢ！") == fingerprint("请问积分落户 ab")
    assert fingerprint("积分") != fingerprint("分积")


def test_texts_of_punctuation_alone_are_not_all_the_same():
    assert fingerprint("？？") != fingerprint("！")
