"""随记 — the journal vouches for the rows of a case: an act's entry carries digests of everything written with it.

A table says with `thread` which columns name the journal that vouches for its rows, and with `parts` which of its
columns are written together after the row is there; those in no part are written with the row. Each part of a row that
an act writes becomes a record of 32 bytes: eight that say which part of which row, 24 of digest. The last record of a
part is what its row must be like; a part without one is empty. Both are keyed with a secret of the installation, so
that nobody can guess from them what a row says; who is given the salt of a record can check that one. docs/adr/0012
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from yiwang.plumbing.tables import Mode, Part, Table

TAG, DIGEST = 8, 24
RECORD = TAG + DIGEST
GONE = bytes(DIGEST)
"""The digest of a row that was taken away."""

BROUGHT_IN = bytes(TAG) + b"\xff" * DIGEST
"""外来: the record of a journal that was brought in from outside with its rows: what has no record is not looked at."""

_text = msgspec.json.Encoder(order="sorted").encode

Owner = tuple[int, UUID]
"""Home and id of the journal that vouches."""


@lru_cache(maxsize=512)
def parts_of(table: Table) -> tuple[tuple[str, ...], ...]:
    """分组 — the columns of a table beside its key, by what is written together; the last group is the rest."""
    told = {column for part in table.parts for column in part}
    rest = tuple(c for c in table.columns if c not in told and c not in table.key)
    return (*table.parts, *([rest] if rest else []))


@lru_cache(maxsize=2048)
def _touched(part: Part) -> tuple[int, ...]:
    """Which groups a write covers. A write of half a group would leave the other half without anybody's word."""
    found = []
    for number, columns in enumerate(parts_of(part.table)):
        there = [c for c in columns if c in part.columns]
        assert len(there) in (0, len(columns)), f"{part.table.name}: {there} are not all of {columns}"
        if there:
            found.append(number)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Vouched:
    """凭证 — what vouches for a part of a row: its record, and what shows to anybody that this is the part."""

    record: bytes
    salt: bytes
    text: bytes


def vouch(secret: bytes, table: Table, number: int, row: Mapping[str, Any]) -> Vouched:
    """凭证: of the part `number` of a row."""
    key = _text((table.name, number, [row[c] for c in table.key]))
    name = blake2b(key, key=secret, digest_size=32).digest()
    text = _text({c: _plain(row[c]) for c in parts_of(table)[number]})
    salt = name[TAG:]
    return Vouched(name[:TAG] + blake2b(text, key=salt, digest_size=DIGEST).digest(), salt, text)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _gone(secret: bytes, table: Table, key: Mapping[str, Any]) -> Iterator[bytes]:
    for number in range(len(parts_of(table))):
        name = _text((table.name, number, [key[c] for c in table.key]))
        yield blake2b(name, key=secret, digest_size=32).digest()[:TAG] + GONE


def owner_of(table: Table, row: Mapping[str, Any]) -> Owner:
    """Whose journal vouches for a row: the first of the columns of `thread` that is not empty."""
    found = next(row[c] for c in table.thread if row.get(c) is not None)
    return row["home"], found


def records(secret: bytes, batch: Sequence[tuple[Part, list[dict[str, object]]]]) -> dict[Owner, list[bytes]]:
    """随记: the records of all rows of one write, by the journal that has to carry them."""
    found: dict[Owner, list[bytes]] = {}
    for part, rows in batch:
        table = part.table
        if not table.thread:
            continue
        touched = () if part.mode is Mode.REMOVE else _touched(part)
        for row in rows:
            of_owner = found.setdefault(owner_of(table, row), [])
            if part.mode is Mode.REMOVE:
                of_owner += _gone(secret, table, row)
            of_owner += [vouch(secret, table, number, row).record for number in touched]
    return found


def standing(written: Sequence[bytes]) -> dict[bytes, bytes]:
    """现状: what the records of a journal, in the order of its entries, say of its rows: digest by tag."""
    found: dict[bytes, bytes] = {}
    for rows in written:
        for at in range(0, len(rows), RECORD):
            found[rows[at : at + TAG]] = rows[at + TAG : at + RECORD]
    return {tag: digest for tag, digest in found.items() if digest != GONE}
