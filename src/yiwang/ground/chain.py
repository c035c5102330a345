"""链 — the hash chain of a journal: whoever changes, drops or moves an entry breaks every link after it (R05)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from uuid import UUID

GENESIS = bytes(32)
"""What stands before the first entry."""

_DOMAIN = b"yiwang/journal/1\x00"


def canonical(value: object) -> str:
    """规范文本 — JSON with one spelling a value: keys sorted, no spaces, characters as themselves.

    Dates and times become ISO 8601, UUIDs and decimals text, enum members their values, tuples lists. Raises
    ValueError for NaN, infinities and lone surrogates, TypeError for keys that are not text and for other types.
    """
    text = json.dumps(_plain(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    text.encode()
    return text


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        # 1.0 and 1 are one number and must have one spelling.
        return int(value) if math.isfinite(value) and value.is_integer() else value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys of a journal entry are text")
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    raise TypeError(f"a journal entry cannot hold {type(value).__name__}")


def link(previous: bytes, entry: str) -> bytes:
    """环 — the 32 bytes that seal an entry (its canonical text) to all before it; SHA-256.

    `previous` is the seal of the entry before, `GENESIS` for the first. ValueError when it is not 32 bytes.
    """
    if len(previous) != len(GENESIS):
        raise ValueError("a seal has 32 bytes")
    text = entry.encode()
    return hashlib.sha256(_DOMAIN + previous + len(text).to_bytes(8, "big") + text).digest()


def first_break(entries: Iterable[tuple[str, bytes]], previous: bytes = GENESIS) -> int | None:
    """断点 — the index of the first entry whose stored seal does not follow from its text and those before; or None.

    Entries cut off at the end leave a whole chain: compare the last seal with one kept elsewhere.
    """
    for index, (entry, seal) in enumerate(entries):
        previous = link(previous, entry)
        if previous != seal:
            return index
    return None


@dataclass(frozen=True, slots=True)
class Thread:
    """卷宗线 — the head of one case's journal: last number, last hash. Kept in the row of whoever owns the thread."""

    home: int
    id: UUID
    seq: int = 0
    head: bytes = GENESIS
