"""SAFEGUARDS 10, 11: sealed values open only with the right key, for the right column, and never without a line."""

import json
from pathlib import Path
from typing import Any

import pytest

from huhang.base.access.context import SYSTEM
from huhang.base.journal.models import Entry
from huhang.base.keyring import keys
from huhang.base.keyring.keys import Ring
from huhang.base.vault import actions, rules
from huhang.kernel.errors import Invalid, Unavailable
from huhang.kernel.numbering import uuid7
from tests.factories.city import NOW

OLD, NEW = Ring("k1", {"k1": b"1" * 32}), Ring("k2", {"k1": b"1" * 32, "k2": b"2" * 32})


def test_what_is_sealed_opens_again_and_never_looks_the_same_twice() -> None:
    assert rules.unseal(rules.seal("13800000001", "person.phone", OLD), "person.phone", OLD) == "13800000001"
    assert rules.seal("a", "x", OLD) != rules.seal("a", "x", OLD)


def test_after_a_key_change_old_values_still_open() -> None:
    old = rules.seal("王海燕", "person.name", OLD)
    assert rules.unseal(old, "person.name", NEW) == "王海燕"
    assert rules.seal("王海燕", "person.name", NEW)[2:4] == b"k2"


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(rules.Unreadable):
        rules.unseal(rules.seal("13800000001", "person.phone", OLD), "person.id_number", OLD)


@pytest.mark.parametrize("place", range(0, 40, 3))
def test_a_changed_byte_does_not_open(place: int) -> None:
    sealed = bytearray(rules.seal("13800000001", "person.phone", OLD))
    sealed[place] ^= 1
    with pytest.raises(rules.Unreadable):
        rules.unseal(bytes(sealed), "person.phone", OLD)


@pytest.mark.parametrize("junk", [b"", b"\x01", b"\x02\x02k1" + b"0" * 40, b"\x01\x02zz" + b"0" * 40])
def test_junk_does_not_open(junk: bytes) -> None:
    with pytest.raises(rules.Unreadable):
        rules.unseal(junk, "person.phone", OLD)


def test_blind_indexes_meet_only_for_the_same_value_purpose_and_key() -> None:
    same = rules.blind("13800000001", "person.phone", OLD)
    assert same == rules.blind("13800000001", "person.phone", OLD)
    assert same != rules.blind("13800000002", "person.phone", OLD)
    assert same != rules.blind("13800000001", "person.id_number", OLD)
    assert same != rules.blind("13800000001", "person.phone", NEW)


@pytest.mark.django_db
def test_nothing_is_opened_without_a_reason() -> None:
    sealed = actions.seal("13800000001", "person.phone")
    with pytest.raises(Invalid):
        actions.reveal(sealed, "person.phone", person=uuid7(), why=" ", by=SYSTEM, now=NOW)
    assert not Entry.objects.filter(action="person.read").exists()


@pytest.mark.django_db
def test_a_value_that_does_not_open_is_told_in_a_sentence_and_the_try_is_journalled() -> None:
    person = uuid7()
    with pytest.raises(Unavailable, match="打不开"):
        actions.reveal(b"\x01junk", "person.phone", person=person, why="回电", by=SYSTEM, now=NOW)
    assert Entry.objects.get(person=person).about == "回电"


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "keys.json"
    settings.HUHANG_KEYS = path
    keys.load.cache_clear()
    first = keys.ring("seal").now
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_text()
    keys.make(path)  # a second process that was late leaves the first one's keys alone
    keys.load.cache_clear()
    assert keys.ring("seal").now == first
    assert path.read_text() == before
    assert set(json.loads(before)["rings"]) == set(keys.USES)
    keys.load.cache_clear()


def test_a_damaged_key_file_is_told_in_a_sentence(tmp_path: Path, settings: Any) -> None:
    settings.HUHANG_KEYS = tmp_path / "keys.json"
    settings.HUHANG_KEYS.write_text("{")
    keys.load.cache_clear()
    with pytest.raises(Unavailable, match="密钥文件"):
        keys.ring("seal")
    keys.load.cache_clear()
