"""Values nobody would type are refused beside their field, never a crash."""

import pytest

from huhang.base.keyring import keys
from huhang.cases.secrets import prove_secret
from huhang.kernel.errors import Invalid
from tests.factories.city import City, filed, make_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.mark.parametrize("urgency", ["abc", "9" * 5000, "²", "-1", float("inf"), float("nan"), [1]])
def test_an_urgency_that_is_no_number_is_told_beside_its_field(city: City, urgency: object) -> None:
    with pytest.raises(Invalid) as refused:
        filed(city, urgency=urgency)
    assert refused.value.problems["urgency"] == "请从列出的选项里选一项。"


@pytest.mark.parametrize(("lon", "lat"), [("nan", "37"), ("121", "nan"), ("inf", "37"), ("-inf", "nan")])
def test_a_place_that_is_no_number_is_refused(city: City, lon: str, lat: str) -> None:
    with pytest.raises(Invalid) as refused:
        filed(city, lon=lon, lat=lat)
    assert "lon" in (refused.value.field, *refused.value.problems)


def test_a_secret_still_opens_its_case_after_the_key_was_changed(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    made = filed(city)
    from huhang.kernel.numbering import normalise_secret

    old, code = keys.ring("token"), normalise_secret(made.secret)
    both = keys.Ring("k2", {"k2": b"n" * 32, **old.keys})
    monkeypatch.setattr("huhang.base.keyring.keys.ring", lambda use: both)
    assert prove_secret(made.case, code)
    assert not prove_secret(made.case, "A" * len(code))
    monkeypatch.setattr("huhang.base.keyring.keys.ring", lambda use: keys.Ring("k2", {"k2": b"n" * 32}))
    assert not prove_secret(made.case, code)
