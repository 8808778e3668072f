"""Identifiers of STANDARDS §1 and §8 and masks of §10; every vector marked [V] stands here. Nobody here is real."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huhang.kernel.errors import Invalid
from huhang.kernel.identifiers import (
    CreditCode,
    IdNumber,
    PlateColour,
    PlateKind,
    certificate_check_char,
    check_certificate_id,
    check_credit_code,
    check_document_number,
    check_id_number,
    check_landline,
    check_mobile,
    check_phone,
    check_plate,
    credit_code_warnings,
    id_number_warnings,
    mask_address,
    mask_bank_card,
    mask_email,
    mask_id,
    mask_mobile,
    mask_name,
    mask_phone,
    mask_plate,
    plate_key,
    plate_kind,
    show_plate,
)

CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
GOOD_CODES = [
    "91350100M000100Y43",
    "91370600MA0000007C",
    "91370602MAXXXX007R",
    "92370611MA00000152",
    "91370613MA3HUH008L",
    "52370600MJD0000032",
    "11370600000000000U",
]
GOOD_IDS = [
    "11010519491231002X",
    "440524188001010014",
    "370602190001010016",
    "370602190001010024",
    "37068619000101003X",
]
GOOD_CERTIFICATES = [
    "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
    "1.2.156.3005.2.11370600000000000U900.11370600000000000U.HH2026000001.001.0",
]


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


# credit code, modulo 31 (traps 2 and 3)


@pytest.mark.parametrize("code", GOOD_CODES)
def test_a_good_credit_code_is_taken_however_it_is_typed(code):
    assert check_credit_code(code) == code
    assert check_credit_code(f" {full_width(code.lower())[:8]} {code[8:]}\u200b\n") == code


@pytest.mark.parametrize("code", ["91350100M000100Y4Z", "91370600MA0000007D"])
def test_a_wrong_check_character_is_refused(code):
    with pytest.raises(Invalid):
        check_credit_code(code)


@pytest.mark.parametrize(("letter", "like"), [("I", "1"), ("O", "0"), ("Z", "2"), ("S", "5"), ("V", "U")])
def test_a_letter_the_standard_does_not_use_is_named_with_its_place(letter, like):
    with pytest.raises(Invalid, match=f"第 11 位是“{letter}”.*“{like}”"):
        check_credit_code(f"91370600MA{letter}000007C")


@pytest.mark.parametrize("code", ["91370600MA000007C", "91370600MA00000070C", ""])
def test_the_number_of_characters_is_told(code):
    with pytest.raises(Invalid, match=f"现在是 {len(code)} 位"):
        check_credit_code(code)


def test_another_character_is_refused_by_place():
    with pytest.raises(Invalid, match="第 9 位不是"):
        check_credit_code("91370600企A0000007C")


def test_eighteen_zeros_pass_the_sum_and_are_refused_all_the_same():
    with pytest.raises(Invalid, match="全部相同"):
        check_credit_code("0" * 18)


def test_a_broken_inner_code_is_a_warning_and_no_refusal():
    assert credit_code_warnings("91350100M000100Y43") == ()
    code = _credit("91370600MA0000001")
    assert check_credit_code(code) == code
    assert any("组织机构代码" in warning for warning in credit_code_warnings(code))


def test_an_inner_check_of_ten_is_x():
    body = next(b for b in (f"{n:08}" for n in range(1000)) if _inner_sum(b) % 11 == 1)
    assert not any("组织机构" in w for w in credit_code_warnings(_credit(f"91370600{body}X")))


def test_an_inner_check_of_eleven_is_0():
    assert not any("组织机构" in w for w in credit_code_warnings("11370600000000000U"))


@pytest.mark.parametrize("area", ["990000", "3706A0"])
def test_an_unknown_area_is_a_warning(area):
    assert any("行政区划" in warning for warning in credit_code_warnings(_credit(f"91{area}MA0000007")))


def test_the_national_area_is_no_warning():
    assert not any("行政区划" in warning for warning in credit_code_warnings(_credit("11100000MA0000007")))


def test_the_parts_of_a_credit_code():
    code = CreditCode.parse("91370600ma0000007c")
    assert (code.department, code.category, code.area, code.organisation) == ("9", "1", "370600", "MA0000007")
    assert code.warnings == credit_code_warnings(code.text)


@settings(max_examples=20)
@given(st.text(CREDIT, min_size=17, max_size=17).filter(lambda body: body != "0" * 17))
def test_every_single_wrong_character_of_a_credit_code_is_caught(body):
    code = _credit(body)
    assert check_credit_code(code) == code
    for place, right in enumerate(code):
        for wrong in CREDIT.replace(right, ""):
            with pytest.raises(Invalid):
                check_credit_code(code[:place] + wrong + code[place + 1 :])


def _credit(body):
    total = sum(CREDIT.index(c) * 3**i for i, c in enumerate(body))
    return body + CREDIT[(31 - total % 31) % 31]


def _inner_sum(body):
    return sum(int(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))


# ID number (traps 3 and 16)


@pytest.mark.parametrize("number", GOOD_IDS)
def test_a_good_id_number_is_taken_however_it_is_typed(number):
    assert check_id_number(number) == number
    assert check_id_number(f" {full_width(number[:6])} {number[6:].lower()} ") == number
    assert id_number_warnings(number) == ()


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("37061119000229001X", "出生日期不存在"),
        ("370600199913320015", "出生日期不存在"),
        ("370602190001010017", "校验位不对"),
        ("370602170001010016", "不合常理"),
        ("370602190001010", "15 位"),
        ("3706021900010100", "现在是 16 位"),
        ("37060219000101001Y", "字母 X"),
        ("3706021900010100X6", "字母 X"),
        ("37060219000101001٦", "字母 X"),
    ],
)
def test_a_wrong_id_number_is_told_why_and_not_repeated(number, says):
    with pytest.raises(Invalid, match=says) as refusal:
        check_id_number(number)
    assert number not in refusal.value.text
    assert number not in str(refusal.value.params)


def test_nobody_is_born_tomorrow():
    assert check_id_number(GOOD_IDS[0], today=date(1949, 12, 31))
    with pytest.raises(Invalid, match="不合常理"):
        check_id_number(GOOD_IDS[0], today=date(1949, 12, 30))


def test_what_an_id_number_says():
    man, woman = IdNumber.parse(GOOD_IDS[2]), IdNumber.parse(GOOD_IDS[3], today=date(2026, 1, 1))
    assert (man.area, man.born, man.male, woman.male) == ("370602", date(1900, 1, 1), True, False)


def test_an_id_number_does_not_show_itself_in_a_log():
    assert "3706" not in repr(IdNumber.parse(GOOD_IDS[2]))


def test_an_unknown_area_of_an_id_number_is_a_warning():
    assert "地区代码" in id_number_warnings(_id("010602", "19000101", "001"))[0]


def test_a_residence_card_of_a_foreigner_has_no_area_to_doubt():
    assert id_number_warnings(_id("911156", "19000101", "001")) == ()


@settings(max_examples=40)
@given(st.dates(date(1800, 1, 1), date(2026, 1, 1)), st.integers(0, 999), st.sampled_from(["370602", "110105"]))
def test_every_single_wrong_digit_of_an_id_number_is_caught(born, sequence, area):
    number = _id(area, born.strftime("%Y%m%d"), f"{sequence:03}")
    assert IdNumber.parse(number).born == born
    for place, right in enumerate(number):
        for wrong in "0123456789".replace(right, ""):
            with pytest.raises(Invalid):
                check_id_number(number[:place] + wrong + number[place + 1 :])


def _id(area, born, sequence):
    """ISO 7064 MOD 11-2, by powers of two instead of the table of weights."""
    body = area + born + sequence
    total = sum(int(c) * 2 ** (17 - i) for i, c in enumerate(body))
    return body + "0123456789X"[(1 - total) % 11]


# plates (traps 6 and 7)


@pytest.mark.parametrize(
    ("plate", "kind"),
    [
        ("鲁F12345", PlateKind.NORMAL),
        ("鲁FD12345", PlateKind.NEW_ENERGY_SMALL),
        ("鲁FK12345", PlateKind.NEW_ENERGY_SMALL),
        ("鲁FDA2345", PlateKind.NEW_ENERGY_SMALL),
        ("鲁F12345D", PlateKind.NEW_ENERGY_LARGE),
        ("鲁F1234挂", PlateKind.TRAILER),
        ("鲁F1234学", PlateKind.LEARNER),
        ("鲁F1234警", PlateKind.POLICE),
        ("粤Z1234港", PlateKind.HONG_KONG),
        ("粤Z1234澳", PlateKind.MACAO),
    ],
)
def test_a_good_plate_has_its_kind(plate, kind):
    assert plate_kind(plate) is kind
    assert check_plate(f" {plate[:2].lower()}·{full_width(plate[2:])} ") == plate


@pytest.mark.parametrize(
    ("plate", "says"),
    [
        ("鲁FI2345", "I 和 O"),
        ("鲁F1234O", "I 和 O"),
        ("鲁FL12345", "A 至 K"),
        ("鲁F12345L", "A 至 K"),
        ("鲁F1234领", "第 3 至 7 位"),
        ("鲁F1234", "现在是 6 位"),
        ("F12345", "省份简称"),
        ("鲁112345", "省份简称"),
        ("", "省份简称"),
    ],
)
def test_a_wrong_plate_is_told_why(plate, says):
    with pytest.raises(Invalid, match=says):
        check_plate(plate)


def test_the_same_characters_on_two_colours_are_two_plates():
    blue, yellow = plate_key("鲁F·12345", PlateColour.BLUE), plate_key("鲁f12345", PlateColour.YELLOW)
    assert blue != yellow
    assert blue[0] == yellow[0] == "鲁F12345"


def test_a_plate_is_shown_with_its_dot():
    assert show_plate("鲁F12345") == "鲁F·12345"


# telephones


@pytest.mark.parametrize(
    "text",
    [
        "13800000000",
        " 138 0000 0000",
        "138-0000-0000",
        "+86 13800000000",
        "0086-13800000000",
        "８６１３８００００００００",
        "013800000000",
    ],
)
def test_a_mobile_number_has_one_spelling(text):
    assert check_mobile(text) == check_phone(text) == "13800000000"


@pytest.mark.parametrize(
    ("text", "says"),
    [("1380000000", "现在是 10 位"), ("12800000000", "13 至 19"), ("1380000000a", "13 至 19"), ("", "现在是 0 位")],
)
def test_a_wrong_mobile_number_is_told_why(text, says):
    with pytest.raises(Invalid, match=says):
        check_mobile(text)


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("0535-6000000", "0535-6000000"),
        ("(0535) 6000000", "0535-6000000"),
        ("０５３５６００００００", "0535-6000000"),
        ("010-60000000", "010-60000000"),
        ("02160000000", "021-60000000"),
        ("+86-535-6000000", "0535-6000000"),
        ("+86 (0535) 6000000", "0535-6000000"),
        ("0086 10 60000000", "010-60000000"),
    ],
)
def test_a_fixed_line_has_one_spelling(text, tidy):
    assert check_landline(text) == check_phone(text) == tidy


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("6000000", "区号"),
        ("", "区号"),
        ("0535-600000", "7 或 8 位"),
        ("0535-6000000转801", "分机"),
        ("0138-0000000", "7 或 8 位"),
    ],
)
def test_a_wrong_fixed_line_is_told_why(text, says):
    with pytest.raises(Invalid, match=says):
        check_landline(text)


@pytest.mark.parametrize("text", ["6000000", "1380000000", "hello", ""])
def test_what_is_neither_is_refused(text):
    with pytest.raises(Invalid):
        check_phone(text)


# electronic certificates (trap 14)


@pytest.mark.parametrize("name", GOOD_CERTIFICATES)
def test_a_good_certificate_identifier_is_taken(name):
    assert check_certificate_id(name) == name
    assert check_certificate_id(f" {full_width(name.lower())} ") == name


def test_every_wrong_character_and_every_swap_of_neighbours_in_a_certificate_is_caught():
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    bare = GOOD_CERTIFICATES[2].removeprefix("1.2.156.3005.2.").replace(".", "")
    body, check = bare[:-1], bare[-1]
    assert certificate_check_char(body) == check
    for place, right in enumerate(body):
        for wrong in alphabet.replace(right, ""):
            assert certificate_check_char(body[:place] + wrong + body[place + 1 :]) != check
        if place and body[place - 1] != right:
            swapped = body[: place - 1] + right + body[place - 1] + body[place + 1 :]
            assert certificate_check_char(swapped) != check


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("1.2.156.3005.2.11370600000000000U900.11370600000000000U.HH2026000001.001.1", "校验位不对"),
        ("1.2.156.3005.2.11370600000000000U90.11370600000000000U.HH2026000001.001.0", "21 位"),
        ("1.2.156.3005.1.11370600000000000U900.11370600000000000U.HH2026000001.001.0", "开头"),
    ],
)
def test_a_wrong_certificate_identifier_is_told_why(name, says):
    with pytest.raises(Invalid, match=says):
        check_certificate_id(name)


def test_document_numbers_are_checked_here_too():
    assert check_document_number("烟公通报[2026]3号") == "烟公通报〔2026〕3号"


# masks (STANDARDS §10)


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (mask_name, "张三", "张*"),
        (mask_name, "张三丰", "张**"),
        (mask_name, "欧阳娜娜", "欧阳**"),
        (mask_name, "欧阳", "欧*"),
        (mask_name, "司马光", "司马*"),
        (mask_name, "阿里木·买买提", "阿**·***"),
        (mask_name, "Ada Ng", "A** **"),
        (mask_name, "张", "*"),
        (mask_name, " ", ""),
        (mask_id, "370602190001010016", "370602********0016"),
        (mask_id, "37068619000101003x", "370686********003X"),
        (mask_id, "E12345678", "E1*****78"),
        (mask_id, "12345", "*****"),
        (mask_id, "000-00", "*****"),
        (mask_mobile, "13800000000", "138****0000"),
        (mask_mobile, "05356000000", "053****0000"),
        (mask_mobile, "6000000", "60***00"),
        (mask_phone, "0535-6000078", "0535-*****78"),
        (mask_phone, "13800000000", "138****0000"),
        (mask_phone, "138-00000000", "138****0000"),
        (mask_phone, "0535-12", "05**12"),
        (mask_plate, "鲁F12345", "鲁F·**345"),
        (mask_plate, "鲁F·D12345", "鲁F·***345"),
        (mask_plate, "F12", "***"),
        (mask_email, "alice@example.com", "a***@example.com"),
        (mask_email, "a@example.com", "***@example.com"),
        (mask_email, "@example.com", "***"),
        (mask_email, "alice", "***"),
        (mask_bank_card, "6222 0000 0000 1234", "************1234"),
        (mask_bank_card, "12345", "*****"),
        (mask_address, "烟台市芝罘区向阳街道南大街12号3单元", "烟台市芝罘区向阳街道****"),
        (mask_address, "望海市东港区海滨路8号", "望海市东港区海滨路****"),
        (mask_address, "望海市东港区幸福小区3号楼501室", "望海市东港区****"),
        (mask_address, "3号楼501室，靠近南大街", "****"),
        (mask_address, "三号楼五单元靠近南大街", "****"),
        (mask_address, "", "****"),
    ],
)
def test_what_a_list_shows(mask, value, shown):
    assert mask(value) == shown


@given(st.sampled_from([mask_id, mask_mobile, mask_plate, mask_bank_card, mask_phone]), st.text("0123456789Xx鲁F-·"))
def test_a_mask_never_fails_and_always_hides_something(mask, value):
    shown = mask(value)
    visible = sum(c.isalnum() for c in shown)
    real = sum(c.isalnum() for c in value)
    assert visible <= max(real - 2, 0) if real else visible == 0


@given(st.text(max_size=40))
def test_a_mask_of_free_text_shows_the_beginning_at_most(value):
    assert sum(c.isalnum() for c in mask_name(value)) <= 2
    address = mask_address(value)
    assert address.endswith("****")
    assert not any(c.isdigit() for c in address)
    name, _, host = mask_email(value).partition("***")
    assert len(name) <= 1
    assert not host or host == value.strip()[value.strip().rindex("@") :]
