"""机动车号牌, GA 36 (STANDARDS §1.4). The same characters may exist on two colours: the key is (plate, colour)."""

import re
from enum import StrEnum

from huhang.kernel.errors import Invalid
from huhang.kernel.text.width import squeeze

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_LETTER = "[A-HJ-NP-Z]"
_PLACE = "[A-HJ-NP-Z0-9]"
_ENERGY = "[A-HJK]"  # D and F at first, more letters since 2021 (trap 6); no I
_DOTS = re.compile(r"[-·•・‧∙.]")


class PlateKind(StrEnum):
    """What the form of the characters says; the colour is recorded separately."""

    NORMAL = "normal"
    NEW_ENERGY_SMALL = "new_energy_small"
    NEW_ENERGY_LARGE = "new_energy_large"
    TRAILER = "trailer"
    LEARNER = "learner"
    POLICE = "police"
    HONG_KONG = "hong_kong"
    MACAO = "macao"


class PlateColour(StrEnum):
    """The colour of the plate (号牌种类), recorded from the vehicle, not guessed from the characters."""

    BLUE = "blue"
    YELLOW = "yellow"
    GREEN = "green"
    YELLOW_GREEN = "yellow_green"
    BLACK = "black"
    WHITE = "white"


_FORMS = {
    PlateKind.NORMAL: re.compile(f"{_PROVINCE}{_LETTER}{_PLACE}{{5}}"),
    PlateKind.NEW_ENERGY_SMALL: re.compile(f"{_PROVINCE}{_LETTER}{_ENERGY}{_PLACE}[0-9]{{4}}"),
    PlateKind.NEW_ENERGY_LARGE: re.compile(f"{_PROVINCE}{_LETTER}[0-9]{{5}}{_ENERGY}"),
} | {
    kind: re.compile(f"{_PROVINCE}{_LETTER}{_PLACE}{{4}}{last}")
    for kind, last in (
        (PlateKind.TRAILER, "挂"),
        (PlateKind.LEARNER, "学"),
        (PlateKind.POLICE, "警"),
        (PlateKind.HONG_KONG, "港"),
        (PlateKind.MACAO, "澳"),
    )
}


def check_plate(text: str) -> str:
    """The plate in one spelling, without the dot: ``鲁F12345``.

    Raises:
        Invalid: a letter I or O, a wrong beginning or length, or no known form.
    """
    plate = _DOTS.sub("", squeeze(text))
    if not re.match(_PROVINCE + "[A-Z]", plate):
        raise Invalid("车牌号应以省份简称和一个字母开头，像 鲁F12345，请核对。")
    if "I" in plate or "O" in plate:
        raise Invalid("车牌号里没有字母 I 和 O，请核对是否应为数字 1 和 0。")
    if len(plate) not in (7, 8):
        raise Invalid("车牌号应为 7 位（新能源车 8 位），现在是 %(n)s 位，请核对。", params={"n": len(plate)})
    if _kind(plate) is None:
        raise _unknown(plate)
    return plate


def plate_kind(text: str) -> PlateKind:
    """What sort of plate it is, by its form. Raises Invalid as ``check_plate``."""
    kind = _kind(check_plate(text))
    assert kind is not None  # check_plate refuses what has no kind
    return kind


def plate_key(text: str, colour: PlateColour) -> tuple[str, PlateColour]:
    """What makes a plate unique: its characters and its colour (trap 7). Raises Invalid as ``check_plate``."""
    return check_plate(text), colour


def show_plate(plate: str) -> str:
    """A checked plate as people write it: ``鲁F·12345``."""
    return f"{plate[:2]}·{plate[2:]}"


def _kind(plate: str) -> PlateKind | None:
    return next((kind for kind, form in _FORMS.items() if form.fullmatch(plate)), None)


def _unknown(plate: str) -> Invalid:
    if len(plate) == 8:
        return Invalid("8 位的新能源车牌：小型车第 3 位、大型车最后一位应为 A 至 K 的字母，其余按规定为数字，请核对。")
    return Invalid("车牌号第 3 至 7 位应为数字或字母（最后一位可以是 挂、学、警、港、澳），请核对。")
