"""Row keys, public numbers, secrets and document numbers (C7; STANDARDS §1.5, trap 15)."""

import random
import re
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import (
    ALPHABET,
    Ordered7,
    check_document_number,
    document_number,
    normalise_number,
    normalise_secret,
    phone_code,
    public_number,
    secret,
    uuid7,
)

LETTERS = "".join(c for c in ALPHABET if c.isalpha())
NUMBERS = st.builds(
    lambda prefix, seed: public_number(prefix, random.Random(seed)),
    st.text(LETTERS, min_size=1, max_size=4),
    st.integers(0, 2**32),
)


def test_a_key_has_the_layout_of_rfc_9562():
    key = uuid7(0x017F22E279B0)
    assert (key.version, key.variant) == (7, "specified in RFC 4122")
    assert key.int >> 80 == 0x017F22E279B0


def test_keys_of_one_process_rise_strictly_also_between_threads():
    made: list = []
    threads = [threading.Thread(target=lambda: made.append([uuid7() for _ in range(2_000)])) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert all(run == sorted(run) for run in made)
    assert len({key for run in made for key in run}) == 8_000


def test_a_clock_set_back_does_not_make_keys_fall(monkeypatch):
    first = uuid7()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000)
    assert uuid7() > first


def test_a_key_for_an_old_record_keeps_its_moment():
    uuid7(1_700_000_000_000)
    assert uuid7(1_600_000_000_000).int >> 80 == 1_600_000_000_000


def test_keys_for_one_moment_rise():
    keys = [uuid7(1_700_000_000_000) for _ in range(500)]
    assert keys == sorted(set(keys))


def test_a_seed_gives_the_same_keys_again():
    assert uuid7(5, random.Random(1)) == uuid7(5, random.Random(1))
    assert uuid7(5, random.Random(1)) != uuid7(5, random.Random(2))
    assert [Ordered7(random.Random(1)).at(5) for _ in range(3)] == [Ordered7(random.Random(1)).at(5)] * 3


def test_a_seed_without_a_moment_uses_the_clock():
    assert abs((uuid7(rng=random.Random(1)).int >> 80) - time.time_ns() // 1_000_000) < 60_000


@given(st.integers(0, 2**48 - 1))
def test_any_moment_of_48_bits_is_kept(ms):
    key = uuid7(ms)
    assert (key.int >> 80, key.version, key.int >> 62 & 0b11) == (ms, 7, 0b10)


@pytest.mark.parametrize("ms", [-1, 2**48])
def test_a_moment_beyond_48_bits_is_a_mistake_of_the_program(ms):
    with pytest.raises(ValueError, match="48 bits"):
        uuid7(ms)


def test_the_alphabet_has_no_look_alikes():
    assert len(ALPHABET) == len(set(ALPHABET)) == 31
    assert not set("ILOUV") & set(ALPHABET)


def test_a_public_number_looks_like_one():
    assert re.fullmatch(r"HS-[0-9A-Z]{4}-[0-9A-Z]{4}", public_number("HS"))


def test_public_numbers_are_spread_and_not_in_sequence():
    numbers = [public_number("HS") for _ in range(2_000)]
    assert len(set(numbers)) == 2_000
    assert numbers != sorted(numbers)
    assert {n[3] for n in numbers} == set(ALPHABET)


@given(NUMBERS)
def test_a_number_stays_itself(number):
    assert normalise_number(number) == number


@given(NUMBERS, st.data())
def test_a_number_typed_carelessly_is_put_right(number, data):
    typed = number.lower() if data.draw(st.booleans()) else number
    typed = typed.replace("-", data.draw(st.sampled_from(["", " ", "－", "—", " - ", "–"])))
    typed = typed.replace("0", data.draw(st.sampled_from("0Oo０Ｏ"))).replace(
        "1", data.draw(st.sampled_from("1IlLi１"))
    )
    if data.draw(st.booleans()):
        typed = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in typed)
    assert normalise_number(f" {typed}\u200b\n") == number


@settings(max_examples=30)
@given(NUMBERS)
def test_every_single_wrong_symbol_is_caught(number):
    for place, right in enumerate(number):
        for wrong in ALPHABET.replace(right, "") if right != "-" else "":
            with pytest.raises(Invalid):
                normalise_number(number[:place] + wrong + number[place + 1 :])


@settings(max_examples=50)
@given(NUMBERS)
def test_every_swap_of_two_symbols_is_caught(number):
    bare = number.replace("-", "")
    for i in range(len(bare)):
        for j in range(i + 1, len(bare)):
            if bare[i] != bare[j]:
                swapped = bare[:i] + bare[j] + bare[i + 1 : j] + bare[i] + bare[j + 1 :]
                with pytest.raises(Invalid):
                    normalise_number(swapped)


def test_a_mistyped_number_is_told_so():
    with pytest.raises(Invalid, match="逐位核对"):
        normalise_number("HS-0000-0001")


@pytest.mark.parametrize("text", ["", "HS", "12345678", "HS-1234", "HSABCD-1234-5678", "护航-7QK4-2M9D"])
def test_something_else_is_no_number(text):
    with pytest.raises(Invalid, match="HS-7QK4-2M9D"):
        normalise_number(text)


@pytest.mark.parametrize("text", ["HS-7QK4-2MUD", "HS-7QK4-2M9V", "HS-7QK4-2M9%", "HS-7QK4-2M9号"])
def test_a_letter_we_never_use_is_named(text):
    with pytest.raises(Invalid, match="I、L、O、U、V"):
        normalise_number(text)


@pytest.mark.parametrize("prefix", ["", "hs", "HI", "H0", "HSHSH", "护"])
def test_a_prefix_outside_the_alphabet_is_a_mistake_of_the_program(prefix):
    with pytest.raises(ValueError, match="prefix"):
        public_number(prefix)


def test_a_secret_has_48_bits_and_is_drawn_from_the_same_alphabet():
    assert len(ALPHABET) ** len(secret()) >= 2**48
    assert set("".join(secret() for _ in range(200))) == set(ALPHABET)
    assert len(secret(16)) == 16


def test_a_short_secret_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="48 bits"):
        secret(9)


@given(st.integers(0, 2**32))
def test_a_secret_typed_carelessly_is_put_right(seed):
    made = secret(rng=random.Random(seed))
    assert normalise_secret(f" {made[:5].lower()}-{made[5:]} ".replace("0", "O").replace("1", "l")) == made


def test_a_wrong_secret_is_refused_without_repeating_it():
    with pytest.raises(Invalid, match="10 位") as short:
        normalise_secret("7QK42M9")
    with pytest.raises(Invalid, match="不用字母") as foreign:
        normalise_secret("7QK42M9D3V")
    assert "7QK4" not in short.value.text + foreign.value.text


def test_a_phone_code_is_six_digits_with_leading_zeros():
    assert all(re.fullmatch(r"\d{6}", phone_code(random.Random(seed))) for seed in range(200))
    assert any(phone_code(random.Random(seed))[0] == "0" for seed in range(200))
    assert len({phone_code() for _ in range(20)}) > 1


def test_a_document_number_has_hexagonal_brackets_and_no_zeros():
    number = document_number("烟公通报", 2026, 3)
    assert number == "烟公通报〔2026〕3号"
    assert [hex(ord(number[i])) for i in (4, 9)] == ["0x3014", "0x3015"]


@pytest.mark.parametrize(
    ("organ", "year", "n"), [("", 2026, 1), ("烟公 通报", 2026, 1), ("烟公", 26, 1), ("烟公", 2026, 0)]
)
def test_a_document_number_without_its_parts_is_a_mistake_of_the_program(organ, year, n):
    with pytest.raises(ValueError, match="document number"):
        document_number(organ, year, n)


@given(st.text("烟公通报望海安", min_size=2, max_size=20), st.integers(1000, 2999), st.integers(1, 999_999))
def test_a_document_number_stays_itself(organ, year, n):
    number = document_number(organ, year, n)
    assert check_document_number(number) == number


@pytest.mark.parametrize("text", ["烟公通报[2026]3号", "烟公通报（２０２６）３号", " 烟公通报【2026】 3 号"])
def test_other_brackets_are_put_right(text):
    assert check_document_number(text) == "烟公通报〔2026〕3号"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("烟公通报〔2026〕第3号", "第"),
        ("烟公通报〔2026〕03号", "不补 0"),
        ("烟公通报〔26〕3号", "四位年份"),
        ("烟公通报2026-3", "六角括号"),
    ],
)
def test_a_wrong_document_number_is_told_why(text, says):
    with pytest.raises(Invalid, match=says):
        check_document_number(text)
