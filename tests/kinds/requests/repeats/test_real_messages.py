"""C6 on 2,786 real messages: exact duplicates are all found, near ones proposed, and no machine joins anything."""

import csv
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path

import pytest
from django.conf import settings

from huhang.kernel.text import alike, bands, fold, sketch
from huhang.kinds.requests.repeats import rules
from huhang.kinds.requests.repeats.catalogue import Like

FILE = Path(settings.PROJECT).parent / "shared" / "data" / "citizen_messages.csv"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="../shared/data/citizen_messages.csv is not there")
Said = tuple[str, str, str]
Pair = tuple[int, int]


def messages() -> list[Said]:
    with FILE.open(encoding="utf-8-sig", newline="") as lines:
        return [(row["title"], row["body"], row["label"]) for row in csv.DictReader(lines)]


def plain(text: str) -> str:
    """Written once more, so that the comparison shares nothing with what it judges."""
    kept = (c for c in fold(text.replace("_x000D_", "")) if unicodedata.category(c)[0] in "LNM")
    return "".join(kept)


def groups(keys: Iterable[object]) -> set[frozenset[int]]:
    found: dict[object, set[int]] = defaultdict(set)
    for at, key in enumerate(keys):
        found[key].add(at)
    return {frozenset(one) for one in found.values() if len(one) > 1}


def pairs_of(sketches: list[bytes], by: Callable[[bytes], list[int]]) -> set[Pair]:
    held: dict[int, list[int]] = defaultdict(list)
    for at, one in enumerate(sketches):
        for key in by(one):
            held[key].append(at)
    return {pair for places in held.values() for pair in combinations(places, 2)}


def test_exact_duplicates_are_all_found_and_near_ones_are_proposed() -> None:
    rows = messages()
    wanted = groups(plain(t) + plain(b) if not plain(b).startswith(plain(t)) else plain(b) for t, b, _ in rows)
    wanted_alone = groups(plain(b) for _, b, _ in rows)
    keys = [rules.whole_keys(title, body) for title, body, _ in rows]
    found = groups(k[0] if k else object() for k in keys)
    found_alone = groups(k[-1] if len(k) > 1 else object() for k in keys)
    assert wanted == found
    assert {one for one in wanted_alone if len(rows[min(one)][1]) > 40} <= found_alone | found
    print(f"\nexact duplicate groups: {len(found)} of {len(wanted)} by whole text, {len(found_alone)} of ", end="")
    print(f"{len(wanted_alone)} by body alone")

    sketches = [sketch(rules.said(title, body)) for title, body, _ in rows]
    near = {p for p in pairs_of(sketches, bands) if alike(sketches[p[0]], sketches[p[1]]) >= Like().similar}
    exact = {pair for one in found | found_alone for pair in combinations(sorted(one), 2)}
    proposed = near - exact
    good = {p for p in proposed if same_matter(rows[p[0]], rows[p[1]])}
    share = len(good) / len(proposed)
    print(
        f"near-duplicate pairs proposed: {len(proposed)}; by the rule of `same_matter` right: {len(good)} ({share:.0%})"
    )
    print(f"of the same class: {sum(rows[a][2] == rows[b][2] for a, b in proposed) / len(proposed):.0%}")
    assert share >= 0.9
    assert exact <= near | exact
    missed = exact - near
    print(f"exact pairs that the sketches alone would miss: {len(missed)} of {len(exact)}; the keys find them")
    print("joined by machine: 0 (nothing in the room joins; only the moves of people do)")


def same_matter(one: Said, other: Said) -> bool:
    """A rule made by reading every proposed pair: two messages are about the same matter when the class given by the
    publisher is the same and they name the same things: half of the rarer runs of four letters of the shorter one, or
    a run of at least ten letters, stand in the other."""
    a, b = sorted((plain(one[0] + one[1]), plain(other[0] + other[1])), key=len)
    if one[2] != other[2]:
        return False
    runs = {a[i : i + 4] for i in range(len(a) - 3)}
    common = sum(run in b for run in runs) / len(runs)
    long = any(a[i : i + 10] in b for i in range(len(a) - 9))
    return common >= 0.5 or long


def test_nothing_in_this_room_joins() -> None:
    room = Path(rules.__file__).parent
    told = Counter(
        word for path in room.glob("*.py") for word in ("merged_into=", '"merge"') if word in path.read_text()
    )
    assert not told
