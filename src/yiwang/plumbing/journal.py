"""卷宗 — reading journals and proving them whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from yiwang.ground.audit import Key, Stretch
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
    """断链: the first entry of a thread that is not as it was written.

    `why`: changed, missing, cut (the end or all of it is gone), added (more than its owner knows of), head (the owner's
    seal is another), unowned (nobody keeps this thread).
    """

    home: int
    thread: UUID
    seq: int
    why: str


Row = tuple[int, UUID, int, datetime, str, bytes]
"""home, thread, seq, at, entry, hash — an entry as it is stored."""


class _Written(msgspec.Struct):
    """What an entry says of itself that stands beside it as well."""

    seq: int
    at: datetime


_written = msgspec.json.Decoder(_Written).decode


_PLACE, _WROTE = "coalesce(l.n, 9223372036854775807)", "j.xact::text::bigint"
IN_ORDER = (
    ", ".join(
        f"CASE WHEN seq > 0 THEN max({found}) FILTER (WHERE seq > 0)"
        f" OVER (PARTITION BY home, thread ORDER BY seq) ELSE {found} END"
        for found in (_PLACE, _WROTE)
    )
    + ", seq"
)
"""In which order the acts of a thread were written: those in its chain in the chain's, for a transaction that began
first may have waited for the case's lock; those beside it where they stand in the tree, for which the witnesses vouch,
and while they wait for their place, where their transaction stands.
"""
SEALED = "plumbing.journal j LEFT JOIN plumbing.leaf l USING (home, thread, seq)"
"""The journal with the places that IN_ORDER goes by."""


def entries(work: Work, home: int, thread: UUID) -> list[Entry]:
    """All acts of one thread, first to last."""
    rows = work.read(
        "SELECT seq, at, entry FROM plumbing.journal WHERE home = %s AND thread = %s AND seq > 0 ORDER BY seq",
        (home, thread),
    )
    return [_entry(seq, at, msgspec.json.decode(text)) for seq, at, text in rows]


def several(work: Work, keys: Sequence[Key]) -> dict[Key, list[Entry]]:
    """The acts of these threads, first to last. One query."""
    rows = work.read(
        "SELECT j.home, j.thread, j.seq, j.at, j.entry FROM unnest(%s::int[], %s::uuid[]) AS wanted(home, thread)"
        " JOIN plumbing.journal j USING (home, thread) WHERE j.seq > 0 ORDER BY j.home, j.thread, j.seq",
        ([home for home, _ in keys], [thread for _, thread in keys]),
    )
    found: dict[Key, list[Entry]] = {}
    for home, thread, seq, at, text in rows:
        found.setdefault((home, thread), []).append(_entry(seq, at, msgspec.json.decode(text)))
    return found


def stretch(work: Work, of: Stretch, act: str = "") -> dict[Key, list[Entry]]:
    """The acts of every thread of a stretch, first to last; with `act` only those of this name. One query."""
    rows = work.read(
        "SELECT home, thread, seq, at, entry FROM plumbing.journal"
        " WHERE (home, thread) > (%s, %s) AND (home, thread) <= (%s, %s) AND seq > 0 AND entry LIKE %s"
        " ORDER BY home, thread, seq",
        (*of.bounds, f'{{"act":"{act}",%' if act else "%"),
    )
    found: dict[Key, list[Entry]] = {}
    for home, thread, seq, at, text in rows:
        found.setdefault((home, thread), []).append(_entry(seq, at, msgspec.json.decode(text)))
    return found


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


def rows(work: Work, home: int, thread: UUID) -> list[Row]:
    """The acts of one thread as they are stored, first to last."""
    return work.read(
        "SELECT home, thread, seq, at, entry, hash FROM plumbing.journal WHERE home = %s AND thread = %s AND seq > 0"
        " ORDER BY seq",
        (home, thread),
    )


def carried(work: Work, home: int, thread: UUID) -> list[bytes]:
    """What the acts of one thread vouch for, first to last (vouching.py)."""
    found = work.read(
        "SELECT rows FROM plumbing.journal WHERE home = %s AND thread = %s AND seq > 0 ORDER BY seq", (home, thread)
    )
    return [one for (one,) in found]


def carrying(work: Work, home: int, thread: UUID) -> list[tuple[int, str, bytes, bytes]]:
    """All entries of one thread, those beside its chain among them, in the order of their acts: number, text, seal and
    what they vouch for.
    """
    sql = f"SELECT seq, entry, j.hash, rows FROM {SEALED} WHERE home = %s AND thread = %s ORDER BY {IN_ORDER}"  # noqa: S608 — our own
    return work.read(sql, (home, thread))


def threads(work: Work, size: int = 5000) -> Iterator[list[Row]]:
    """The whole journal thread by thread, in slices of about `size` rows that end with a whole thread."""
    after: tuple[int, UUID] = (-1, UUID(int=0))
    while rows := work.read(
        "SELECT home, thread, seq, at, entry, hash FROM plumbing.journal WHERE (home, thread) > (%s, %s) AND seq > 0"
        " ORDER BY home, thread, seq LIMIT %s",
        (*after, size),
    ):
        after = (rows[-1][0], rows[-1][1])
        rows += work.read(
            "SELECT home, thread, seq, at, entry, hash FROM plumbing.journal"
            " WHERE home = %s AND thread = %s AND seq > %s ORDER BY seq",
            (*after, rows[-1][2]),
        )
        yield rows


def prove(rows: Sequence[Row], head: Thread | None) -> Break | None:
    """Recompute the chain of one thread; `head` is what its owner keeps, so that a cut tail shows too."""
    previous, seq = GENESIS, 0
    for home, thread, number, at, entry, digest in rows:
        seq += 1
        if number != seq:
            return Break(home, thread, seq, "missing" if number > seq else "changed")
        previous = link(previous, entry)
        if previous != digest or not as_said(entry, seq, at):
            return Break(home, thread, seq, "changed")
        if head is not None and seq == head.seq and previous != head.head:
            return Break(home, thread, seq, "head")
    if head is not None and head.seq != seq:
        return Break(head.home, head.id, min(seq, head.seq) + 1, "cut" if seq < head.seq else "added")
    return None


def as_said(entry: str, seq: int, at: datetime) -> bool:
    """所言相符: the columns beside the sealed text say what it says."""
    try:
        said = _written(entry)
    except msgspec.DecodeError:
        return False
    return said.seq == seq and said.at == at


def size(work: Work) -> int:
    """About how many entries there are, for a progress bar."""
    rows = work.read("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'plumbing.journal'::regclass")
    return int(rows[0][0])
