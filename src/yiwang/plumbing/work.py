"""工作单元 — one act, one transaction: who, when, in which language, and everything it writes and tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from os import urandom
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.errors import IntegrityError

from yiwang.ground.actor import Actor
from yiwang.ground.chain import GENESIS, Thread, canonical, link
from yiwang.ground.ids import uuid7
from yiwang.ground.outcome import Conflict
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import SHANGHAI, day_of
from yiwang.plumbing.calendars import Calendars
from yiwang.plumbing.database import Database
from yiwang.plumbing.signing import Signer
from yiwang.plumbing.tables import Batch, Mode, Part, Table, document, statement
from yiwang.plumbing.vouching import Owner, records

JOURNAL = Table(
    "plumbing.journal",
    {
        "home": "int",
        "thread": "uuid",
        "seq": "int",
        "at": "timestamptz",
        "entry": "text",
        "hash": "bytea",
        "rows": "bytea",
    },
    ("home", "thread", "seq"),
    {"journal_pkey": "work.stale"},
)
OUTBOX = Table(
    "plumbing.outbox",
    {
        "home": "int",
        "id": "uuid",
        "lane": "text",
        "kind": "text",
        "key": "text",
        "payload": "jsonb",
        "due_at": "timestamptz",
        "created_at": "timestamptz",
    },
    ("home", "id"),
)

__all__ = ["SHANGHAI", "Engine", "Net", "Work", "column", "encode"]

Follow = Callable[[Any], Sequence[object]]
Handler = Callable[[Any, "Work"], object]

encode = msgspec.json.Encoder().encode
LastDay = Callable[["Work", Any, Calendar], date | None]


def column(value: object) -> object:
    """A value in the form jsonb_to_recordset reads into its column type: bytes as PostgreSQL's hex text."""
    return "\\x" + value.hex() if isinstance(value, bytes) else value


@dataclass(frozen=True, slots=True)
class Net:
    """网 — what follows what: event type → pure functions giving commands; command type → the service that obeys; kind
    of errand → the last day that such a timer waits for under a calendar, or none where no calendar moves it.
    """

    follows: Mapping[type, Sequence[Follow]] = field(default_factory=dict)
    obeys: Mapping[type, Handler] = field(default_factory=dict)
    timers: Mapping[str, LastDay] = field(default_factory=dict)


class Work:
    """工作单元: one transaction with its actor, time and language. Made by `Engine.begin`, never by hand."""

    __slots__ = ("_batch", "_calendar", "_connection", "actor", "engine", "held", "language", "now", "reads", "writes")

    def __init__(
        self, engine: Engine, connection: psycopg.Connection[Any], actor: Actor, now: datetime, language: str
    ) -> None:
        self.engine = engine
        self.actor = actor
        self.now = now
        self.language = language
        self.held: dict[object, Any] = {}
        self.reads = 0
        self.writes = 0
        self._connection = connection
        self._batch = Batch()
        self._calendar: Calendar | None = None

    @property
    def today(self) -> date:
        """今天: the day in Shanghai."""
        return day_of(self.now)

    @property
    def calendar(self) -> Calendar:
        """日历: the working-day calendar in force, the same one throughout an act."""
        if self._calendar is None:
            self._calendar = self.engine.calendars.in_force(self._read_calendar)
        return self._calendar

    def calendar_of(self, version: str) -> Calendar | None:
        """某版日历: the calendar as it was under a version; None for one that this program no longer has."""
        return self.engine.calendars.of_version(self._read_calendar, version)

    def _read_calendar(self, sql: str) -> list[tuple[Any, ...]]:
        # Once a second a process: no act's own reading, so not counted as one.
        return self._connection.execute(sql, prepare=True).fetchall()

    def new_id(self) -> UUID:
        """A UUIDv7 of this act's time."""
        return uuid7(int(self.now.timestamp() * 1000), self.engine.dice(10))

    def home(self, kind: str, identifier: str) -> int:
        """The home of a subject (docs/adr/0003)."""
        return self.engine.home(kind, identifier)

    def read(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Rows decided but not yet saved are not seen: save first where that matters."""
        self.reads += 1
        return self._connection.execute(sql, parameters, prepare=True).fetchall()

    def add(self, table: Table, row: Mapping[str, object], mode: Mode = Mode.ADD) -> None:
        """Decide a new row."""
        self._batch.add(table, row, mode)

    def put_once(self, table: Table, row: Mapping[str, object]) -> None:
        """Decide a new row that the same act may still change; only its last state is written."""
        self._batch.put_once(table, row)

    def change(
        self,
        table: Table,
        key: Mapping[str, object],
        values: Mapping[str, object],
        when: Mapping[str, object] | None = None,
    ) -> None:
        """Decide a change of a row that must exist and still hold `when`."""
        self._batch.change(table, key, values, when or {})

    def remove(self, table: Table, key: Mapping[str, object]) -> None:
        """Decide to take a row away."""
        self._batch.remove(table, key)

    def record(self, thread: Thread, act: str, facts: Mapping[str, object], clause: str = "") -> Thread:
        """记入卷宗: write one act into the journal of a thread and return its new head.

        The caller holds the lock of the row that keeps the head; the primary key refuses a second writer all the same.
        """
        entry = self._entry(thread.seq + 1, act, facts, clause)
        head = link(thread.head, entry)
        self.add(
            JOURNAL,
            {
                "home": thread.home,
                "thread": thread.id,
                "seq": thread.seq + 1,
                "at": self.now,
                "entry": entry,
                "hash": head,
                "rows": b"",
            },
        )
        return Thread(thread.home, thread.id, thread.seq + 1, head)

    def _entry(self, seq: int, act: str, facts: Mapping[str, object], clause: str) -> str:
        return canonical(
            {
                "seq": seq,
                "at": self.now.isoformat(),
                "act": act,
                "person": self.actor.person,
                "post": self.actor.post,
                "organisation": self.actor.organisation,
                "terminal": self.actor.terminal,
                "clause": clause,
                "facts": facts,
            }
        )

    def later(
        self,
        kind: str,
        payload: object,
        *,
        home: int,
        due: datetime | None = None,
        lane: str = "default",
        key: str = "",
    ) -> UUID:
        """Put an errand into the outbox: now, or a timer when `due` is later. Same transaction as everything else."""
        errand = self.new_id()
        self.add(
            OUTBOX,
            {
                "home": home,
                "id": errand,
                "lane": lane,
                "kind": kind,
                "key": key,
                "payload": payload,
                "due_at": due or self.now,
                "created_at": self.now,
            },
        )
        return errand

    def tell(self, event: object) -> None:
        """告诉全网: what follows inside the net happens now, in this transaction (docs/architecture.md, net/)."""
        for follow in self.engine.net.follows.get(type(event), ()):
            for command in follow(event):
                self.engine.net.obeys[type(command)](command, self)

    def save(self) -> None:
        """Write all that was decided, by one statement; refuse when a row was not as it was read."""
        parts = self._batch.drain()
        if not parts:
            return
        self.writes += 1
        self._vouch(parts)
        rows = {k: [{c: column(v) for c, v in row.items()} for row in r] for k, r in document(parts).items()}
        sql = statement(tuple(part for part, _ in parts))
        try:
            counts = self._connection.execute(sql, (encode(rows).decode(),), prepare=True).fetchone()
        except IntegrityError as error:
            raise _refusal(error, [part.table for part, _ in parts]) from error
        assert counts is not None
        for (part, decided), written in zip(parts, counts, strict=True):
            if written != len(decided):
                raise Conflict(part.table.refusals.get(part.mode, "work.stale"), table=part.table.name)

    def _vouch(self, parts: list[tuple[Part, list[dict[str, object]]]]) -> None:
        """随记: the last entry of each journal carries the records of what is written with it; rows without an entry
        get one beside the chain, under a number below zero, so that nobody has to hold the case for it.
        """
        written = records(self.engine.secret, parts)
        journal = next((rows for part, rows in parts if part.table is JOURNAL), None)
        for row in reversed(journal or ()):
            row["rows"] = b"".join(written.pop((row["home"], row["thread"]), ()))  # type: ignore[arg-type]  # as record has it
        beside = [self._beside(owner, found) for owner, found in written.items()]
        if journal is not None:
            journal += beside
        elif beside:
            parts.append((Part(JOURNAL, Mode.ADD, tuple(JOURNAL.columns)), beside))

    def _beside(self, owner: Owner, found: list[bytes]) -> dict[str, object]:
        home, thread = owner
        seq = -1 - (int.from_bytes(self.engine.dice(4)) >> 1)
        entry = self._entry(seq, "rows.written", {}, "")
        return {
            "home": home,
            "thread": thread,
            "seq": seq,
            "at": self.now,
            "entry": entry,
            "hash": link(GENESIS, entry),
            "rows": b"".join(found),
        }


def _refusal(error: IntegrityError, tables: Sequence[Table]) -> Exception:
    """The refusal that a broken constraint stands for, or the error itself when nobody declared one."""
    name = error.diag.constraint_name or ""
    for table in tables:
        if name in table.refusals:
            return Conflict(table.refusals[name], table=table.name)
    return error


@dataclass(slots=True)
class Engine:
    """机房: what an act needs besides itself — database, net, clock, the installation key of the homes, the signing
    key, the working-day calendar, the dice that make ids, and the secret that keeps what the journal says of rows from
    being guessed.
    """

    database: Database
    net: Net
    clock: Callable[[], datetime]
    home: Callable[[str, str], int]
    signer: Signer
    calendars: Calendars = field(default_factory=Calendars)
    dice: Callable[[int], bytes] = urandom
    secret: bytes = b""

    @contextmanager
    def begin(self, actor: Actor, language: str = "zh", at: datetime | None = None) -> Iterator[Work]:
        """One act: everything in the block commits together at its end, or not at all."""
        with self.database.connection() as connection:
            work = Work(self, connection, actor, at or self.clock(), language)
            yield work
            work.save()
