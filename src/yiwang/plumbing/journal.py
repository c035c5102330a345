"""卷宗 — reading journals and proving them whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from yiwang.ground.chain import GENESIS, Thread, link
from yiwang.plumbing.work import Work


@dataclass(frozen=True, slots=True)
class Entry:
    """卷宗条目: one act as it was written down."""

    seq: int
    at: datetime
    act: str
    person: str
    post: str
    organisation: str
    clause: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """断链: the first entry of a thread that is not as it was written; `why` is changed, missing or cut."""

    home: int
    thread: UUID
    seq: int
    why: str


def entries(work: Work, home: int, thread: UUID) -> list[Entry]:
    """All acts of one thread, first to last."""
    rows = work.read(
        "SELECT seq, at, entry FROM plumbing.journal WHERE home = %s AND thread = %s ORDER BY seq", (home, thread)
    )
    return [_entry(seq, at, msgspec.json.decode(text)) for seq, at, text in rows]


def _entry(seq: int, at: datetime, raw: dict[str, Any]) -> Entry:
    return Entry(
        seq=seq,
        at=at,
        act=raw["act"],
        person=raw["person"],
        post=raw["post"],
        organisation=raw["organisation"],
        clause=raw["clause"],
        facts=raw["facts"],
    )


def threads(work: Work, size: int = 1000) -> Iterator[list[tuple[int, UUID, int, str, bytes]]]:
    """The whole journal thread by thread, in slices of about `size` rows that end with a whole thread."""
    after: tuple[int, UUID] = (-1, UUID(int=0))
    while True:
        rows = work.read(
            "SELECT home, thread, seq, entry, hash FROM plumbing.journal WHERE (home, thread) > (%s, %s)"
            " ORDER BY home, thread, seq LIMIT %s",
            (*after, size),
        )
        if not rows:
            return
        home, thread = rows[-1][0], rows[-1][1]
        whole = [row for row in rows if (row[0], row[1]) != (home, thread)]
        whole += work.read(
            "SELECT home, thread, seq, entry, hash FROM plumbing.journal WHERE home = %s AND thread = %s ORDER BY seq",
            (home, thread),
        )
        yield [(h, t, s, e, bytes(x)) for h, t, s, e, x in whole]
        after = (home, thread)


def prove(rows: list[tuple[int, UUID, int, str, bytes]], head: Thread | None) -> Break | None:
    """Recompute the chain of one thread; `head` is what its owner keeps, so that a cut tail shows too."""
    previous, seq = GENESIS, 0
    for home, thread, number, entry, digest in rows:
        seq += 1
        if number != seq:
            return Break(home, thread, seq, "missing")
        previous = link(previous, entry)
        if previous != digest:
            return Break(home, thread, seq, "changed")
    if head is not None and (head.seq != seq or head.head != previous):
        return Break(head.home, head.id, seq + 1, "cut")
    return None
