"""电子证照标识, GB/T 36904 (STANDARDS §8): ``1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check>``."""

import re

from huhang.kernel.errors import Invalid
from huhang.kernel.text.width import squeeze

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUE = {char: value for value, char in enumerate(_ALPHABET)}
_ROOT = "1.2.156.3005.2."
# The issuer may be an area code in real data (trap 14), so only its length and characters are asked for.
_PARTS = re.compile(r"([0-9A-Z]{21})\.([0-9A-Z]{2,18})\.([0-9A-Z]{1,64})\.([0-9]{3})\.([0-9A-Z])")


def certificate_check_char(payload: str) -> str:
    """ISO 7064 MOD 37,36 over type, issuer, serial and version joined without dots (digits and capital letters)."""
    p = 36
    for char in payload:
        p = ((p + _VALUE[char]) % 36 or 36) * 2 % 37
    return _ALPHABET[(37 - p) % 36]


def check_certificate_id(text: str) -> str:
    """The identifier in one spelling (capital letters, no spaces).

    Raises:
        Invalid: another root, wrong parts, or a check character that does not fit.
    """
    name = squeeze(text).replace("。", ".")
    if not name.startswith(_ROOT):
        raise Invalid("电子证照标识应以 1.2.156.3005.2. 开头，请核对。")
    parts = _PARTS.fullmatch(name.removeprefix(_ROOT))
    if parts is None:
        raise Invalid(
            "电子证照标识应由 21 位证照类型代码、颁发机构代码、流水号、3 位版本号和校验位组成，用点号隔开，请核对。"
        )
    *payload, check = parts.groups()
    if check != certificate_check_char("".join(payload)):
        raise Invalid("电子证照标识的校验位不对，有一位或几位写错了，请核对。")
    return name
