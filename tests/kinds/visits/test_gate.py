"""B3, SAFEGUARDS 14: a code at the gate that is forged, expired, not yet good or another's begins no visit."""

import base64
from datetime import timedelta

import pytest

from huhang.kernel.errors import Invalid
from huhang.kernel.numbering import uuid7
from huhang.kinds.visits import gate, queries
from tests.factories.city import NOW, enterprise, make_city
from tests.factories.visits import subject_of, visited

pytestmark = pytest.mark.django_db


def why(text: str, **more: object) -> str:
    with pytest.raises(Invalid) as refused:
        gate.read(text, **{"now": NOW, **more})  # type: ignore[arg-type]
    return str(refused.value.text)


def test_every_flipped_bit_is_a_forgery() -> None:
    subject = uuid7()
    code, _until = gate.make(subject, now=NOW, printed=False)
    assert gate.read(code.lower(), now=NOW, subject=subject) == subject
    raw = base64.b32decode(code)
    for bit in range(len(raw) * 8):
        worse = bytearray(raw)
        worse[bit // 8] ^= 1 << bit % 8
        assert "不是本系统发的" in why(base64.b32encode(bytes(worse)).decode().rstrip("="))
    for text in ("", "x", code[:-1], code + "A", "0" * len(code), "渣" * len(code)):
        assert "不是本系统发的" in why(text)


def test_a_code_is_good_for_its_time_and_its_subject_alone() -> None:
    subject = uuid7()
    code, until = gate.make(subject, now=NOW, printed=False)
    assert until == NOW + timedelta(minutes=15)
    assert gate.read(code, now=until - timedelta(seconds=1)) == subject
    assert "已过期" in why(code, now=until)
    assert "另一个主体" in why(code, subject=uuid7())
    assert "还没有生效" in why(code, now=NOW - timedelta(minutes=6))
    printed, long = gate.make(subject, now=NOW, printed=True)
    assert long == NOW + timedelta(days=92)
    assert gate.read(printed, now=NOW + timedelta(days=91)) == subject


def test_a_code_scanned_with_no_network_is_judged_by_when_the_visit_began() -> None:
    city = make_city()
    where = subject_of(city)
    began = NOW - timedelta(hours=3)
    code, _until = gate.make(where.pk, now=began, printed=False)
    visit = visited(city, code=code, device_at=began + timedelta(minutes=5), device_now=NOW)
    assert queries.detail(visit).signed_in == "code"
    with pytest.raises(Invalid):
        visited(city, code=code, device_at=began + timedelta(minutes=20), device_now=NOW)
    other = enterprise(city, "海岳重工有限公司", "91370600MA00000157")
    with pytest.raises(Invalid):
        visited(city, code=code, subject=other, device_at=began, device_now=NOW)
    assert queries.detail(visited(city)).signed_in == ""
