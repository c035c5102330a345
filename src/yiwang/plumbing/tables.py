"""表与一次写入 — tables as values, and the one statement that writes a whole use case.

A use case decides in Python and hands over rows. All of them travel as one jsonb parameter of one statement, a chain
of data-modifying CTEs: measured at a third of the CPU of one statement a row (docs/adr/0004).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache


class Mode(StrEnum):
    """写法 — how a row meets the table."""

    ADD = "add"  # the key must be new
    SAME = "same"  # new, or there already with the same values: else the write is refused
    PUT = "put"  # new, or replaces what is there
    CHANGE = "change"  # must be there, and as `when` says
    REMOVE = "remove"  # must be there


VOUCHED: dict[str, Table] = {}
"""随记之表: every table whose rows a journal vouches for, by name."""


@dataclass(frozen=True, slots=True)
class Table:
    """表: name with its schema, columns with their PostgreSQL types, key columns.

    `refusals` maps a constraint's name to the refusal code a person sees when the row breaks it. `thread` and `parts`
    are for rows that a journal vouches for (vouching.py).
    """

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    refusals: Mapping[str, str] = field(default_factory=dict)
    thread: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.thread:
            VOUCHED[self.name] = self

    def __hash__(self) -> int:
        return hash(self.name)


@dataclass(frozen=True, slots=True)
class Part:
    """写入的一部分 — rows of one table, written one way, with the same columns."""

    table: Table
    mode: Mode
    columns: tuple[str, ...]
    guards: tuple[str, ...] = ()


def record_definition(part: Part) -> Iterator[str]:
    """The column list of jsonb_to_recordset; a guard column arrives as `was_<column>`."""
    for column in part.columns:
        yield f"{column} {part.table.columns[column]}"
    for column in part.guards:
        yield f"was_{column} {part.table.columns[column]}"


def _insert(part: Part, source: str) -> str:
    table, columns = part.table, ", ".join(part.columns)
    rest = [c for c in part.columns if c not in table.key]
    sql = f"INSERT INTO {table.name} AS t ({columns}) SELECT {columns} FROM {source}"
    if part.mode is Mode.ADD:
        return sql
    assert rest, f"{table.name}: {part.mode} needs a column beside the key"
    sets = ", ".join(f"{c} = EXCLUDED.{c}" for c in rest)
    sql += f" ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {sets}"
    if part.mode is Mode.SAME:
        sql += " WHERE (" + ", ".join(f"t.{c}" for c in rest) + ") IS NOT DISTINCT FROM ("
        sql += ", ".join(f"EXCLUDED.{c}" for c in rest) + ")"
    return sql


def _body(part: Part, index: int) -> str:
    table = part.table
    source = f"jsonb_to_recordset((SELECT j FROM doc)->'{index}') AS r({', '.join(record_definition(part))})"
    if part.mode in (Mode.ADD, Mode.SAME, Mode.PUT):
        return _insert(part, source)
    where = " AND ".join(f"t.{c} = r.{c}" for c in table.key)
    where += "".join(f" AND t.{c} IS NOT DISTINCT FROM r.was_{c}" for c in part.guards)
    if part.mode is Mode.REMOVE:
        return f"DELETE FROM {table.name} AS t USING {source} WHERE {where}"
    sets = ", ".join(f"{c} = r.{c}" for c in part.columns if c not in table.key)
    return f"UPDATE {table.name} AS t SET {sets} FROM {source} WHERE {where}"


@lru_cache(maxsize=2048)
def statement(parts: tuple[Part, ...]) -> str:
    """The one statement for these parts: a parameter `%s` of jsonb in, a row of counts out, in the parts' order."""
    ctes = ["doc AS (SELECT %s::jsonb AS j)"]
    ctes += [f"w{i} AS ({_body(part, i)} RETURNING 1)" for i, part in enumerate(parts)]
    counts = ", ".join(f"(SELECT count(*) FROM w{i})" for i in range(len(parts)))
    return f"WITH {', '.join(ctes)} SELECT {counts}"


@dataclass(slots=True)
class Batch:
    """待写 — the rows a use case has decided so far, merged by key, written by one statement."""

    parts: dict[Part, list[dict[str, object]]] = field(default_factory=dict)
    changes: dict[tuple[str, tuple[object, ...]], tuple[Table, dict[str, object], dict[str, object]]] = field(
        default_factory=dict
    )
    fresh: dict[tuple[str, tuple[object, ...]], tuple[Table, dict[str, object]]] = field(default_factory=dict)
    written: set[tuple[str, tuple[object, ...]]] = field(default_factory=set)

    def add(self, table: Table, row: Mapping[str, object], mode: Mode = Mode.ADD) -> None:
        """Take a new row."""
        part = Part(table, mode, tuple(row))
        self.parts.setdefault(part, []).append(dict(row))

    def put_once(self, table: Table, row: Mapping[str, object]) -> None:
        """Take a new row whose later states in the same act replace the earlier ones; once written, they change it."""
        identity = (table.name, tuple(row[c] for c in table.key))
        if identity in self.written:
            key = {c: row[c] for c in table.key}
            self.change(table, key, {c: v for c, v in row.items() if c not in table.key}, {})
        else:
            self.fresh[identity] = (table, dict(row))

    def remove(self, table: Table, key: Mapping[str, object]) -> None:
        """Take a row away; it must be there, unless this act was about to add it."""
        identity = tuple(key[c] for c in table.key)
        if self.fresh.pop((table.name, identity), None):
            return
        self.changes.pop((table.name, identity), None)
        self.written.discard((table.name, identity))
        self.parts.setdefault(Part(table, Mode.REMOVE, tuple(key)), []).append(dict(key))

    def change(
        self, table: Table, key: Mapping[str, object], values: Mapping[str, object], when: Mapping[str, object]
    ) -> None:
        """Change a row that must be there and, as read, hold `when`; later changes of the row merge into one."""
        identity = (table.name, tuple(key[c] for c in table.key))
        if identity in self.fresh:
            self.fresh[identity][1].update(values)
            return
        known = self.changes.get(identity)
        if known is None:
            self.changes[identity] = (table, {**key, **values}, dict(when))
        else:
            known[1].update(values)

    def drain(self) -> list[tuple[Part, list[dict[str, object]]]]:
        """All parts with their rows, and forget them."""
        for table, row in self.fresh.values():
            self.parts.setdefault(Part(table, Mode.ADD, tuple(row)), []).append(row)
        self.written |= self.fresh.keys()
        self.fresh = {}
        for table, values, when in self.changes.values():
            part = Part(table, Mode.CHANGE, tuple(values), tuple(when))
            guarded = {**values, **{f"was_{c}": v for c, v in when.items()}}
            self.parts.setdefault(part, []).append(guarded)
        self.changes = {}
        parts, self.parts = self.parts, {}
        return list(parts.items())


def document(parts: Sequence[tuple[Part, list[dict[str, object]]]]) -> dict[str, list[dict[str, object]]]:
    """The jsonb parameter: the rows under the number of their part."""
    return {str(i): rows for i, (_, rows) in enumerate(parts)}
