#!/usr/bin/env python3
"""Verifies the journal of a Huhang database, row by row, link by link, anchor by anchor.

It imports nothing of the product.

    python tools/verify_journal.py --dsn DSN --anchors FILE [--key BASE64]

Checked: every entry has one link and every link an entry; numbers run 1, 2, 3 … without a gap; every hash is SHA-256
over the hash before it and the entry's canonical text; every anchor is signed by the anchor key, follows the one before
it, and agrees with the link it names; nothing up to the last anchor is missing. Give ``--key`` (kept apart from the
machine, printed by `huhang journal key`) so that a forger's own anchors are not believed.

Exit status 0: nothing found; 1: tampering found, each finding on a line; 2: could not look. The session needs the right
to read every row: the tables' owner, or a superuser.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ROWS = """
SELECT l.seq, l.previous, l.hash, l.entry, e.id,
       to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       e.action, e.actor_kind, e.actor::text, e.actor_name, e.unit::text, e.door, e."case"::text, e.person::text,
       e.about, e.data
FROM journal_link l FULL JOIN journal_entry e ON e.id = l.entry ORDER BY l.seq NULLS LAST, e.id
"""


def part(value: str | None) -> str:
    """A text with its length before it, so that no two rows share a canonical text."""
    return "-" if value is None else f"{len(value.encode())}:{value}"


def canon(seq: int, entry: str, columns: tuple[str | None, ...]) -> bytes:
    """The text an entry's hash is taken over."""
    return (part(str(seq)) + part(entry) + "".join(part(c) for c in columns)).encode()


def check_chain(rows: Iterator[tuple[Any, ...]]) -> tuple[list[str], dict[int, str]]:
    """Findings in rows and links, and the hash at every place."""
    findings: list[str] = []
    hashes: dict[int, str] = {}
    before, expected = b"", 1
    for seq, previous, digest, link_entry, entry, *columns in rows:
        if seq is None:
            findings.append(f"entry {entry} has no link: inserted past the chain, or its link was removed")
            continue
        if entry is None:
            findings.append(f"link {seq} has no entry: the entry {link_entry} was deleted")
            before, expected = bytes(digest), seq + 1
            hashes[seq] = bytes(digest).hex()
            continue
        if seq != expected:
            findings.append(f"links {expected} to {seq - 1} are missing")
        if bytes(previous) != before:
            findings.append(f"link {seq} does not follow the link before it")
        if hashlib.sha256(bytes(previous) + canon(seq, str(entry), tuple(columns))).digest() != bytes(digest):
            findings.append(f"entry {entry} at {seq} was changed")
        before, expected = bytes(digest), seq + 1
        hashes[seq] = bytes(digest).hex()
    return findings, hashes


def _canonical(obj: dict[str, Any]) -> bytes:
    return json.dumps(obj, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def check_anchors(lines: list[str], hashes: dict[int, str], trusted: str | None) -> list[str]:
    """Findings in the anchors and between them and the chain."""
    findings: list[str] = []
    last = ""
    for n, line in enumerate(lines, 1):
        try:
            anchor = json.loads(line)
            key, seq, digest = trusted or anchor["key"], int(anchor["seq"]), anchor["hash"]
            signature = base64.b64decode(anchor.pop("signature"))
            Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signature, _canonical(anchor))
        except (ValueError, KeyError, TypeError, InvalidSignature):
            findings.append(f"anchor {n} is not signed by the anchor key")
            last = line
            continue
        if anchor["previous"] != (hashlib.sha256(last.encode()).hexdigest() if last else ""):
            findings.append(f"anchor {n} does not follow the anchor before it")
        if seq not in hashes:
            findings.append(f"anchor {n} names link {seq}, which is gone: the journal was cut off")
        elif hashes[seq] != digest:
            findings.append(f"anchor {n} disagrees with link {seq}: the journal was rewritten")
        last = line
    return findings


def verify(dsn: str, anchors: Path, key: str | None) -> tuple[list[str], int, int]:
    """All findings, how many links and how many anchors were looked at."""
    lines = [line for line in anchors.read_text().splitlines() if line] if anchors.exists() else []
    with psycopg.connect(dsn) as session, session.cursor(name="journal") as cursor:
        cursor.itersize = 5000
        cursor.execute(ROWS)
        findings, hashes = check_chain(iter(cursor))
    return findings + check_anchors(lines, hashes, key), len(hashes), len(lines)


def main() -> int:
    """Prints what was found."""
    parser = argparse.ArgumentParser(description="Verify a Huhang journal.")
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--anchors", type=Path, required=True)
    parser.add_argument("--key", help="the anchor key as kept apart; without it each anchor's own is believed")
    given = parser.parse_args()
    try:
        findings, links, anchors = verify(given.dsn, given.anchors, given.key)
    except (psycopg.Error, OSError) as problem:
        print(f"could not look: {problem}", file=sys.stderr)
        return 2
    for finding in findings:
        print(finding)
    print(f"{links} entries, {anchors} anchors, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
