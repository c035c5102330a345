"""裸驱动 — what a service read and wrote, taken down statement by statement, and done again by bare psycopg.

The bare side reads the same rows by the same queries and writes the same rows by plain prepared statements, one a row,
in one transaction. It knows no rules, no JSON parameter, no chain: it is what the database and its driver cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from yiwang.plumbing.database import Database

_PART = re.compile(r"w(\d+) AS \((.*?) RETURNING 1\)(?=,| SELECT)")
_SOURCE = re.compile(r"jsonb_to_recordset\(.*?\) AS r\((?P<types>.*?)\)")
_INSERT = re.compile(r"INSERT INTO (?P<table>\S+) AS t \((?P<columns>.*?)\) SELECT .*? FROM (?P<rest>.*)")
_CHANGE = re.compile(r"(?P<head>UPDATE \S+ AS t SET .*?) FROM (?P<rest>.*)")
_REMOVE = re.compile(r"(?P<head>DELETE FROM \S+ AS t) USING (?P<rest>.*)")
_OF_ROW = re.compile(r"\br\.(\w+)")
_NOW_AND_THEN = (" FROM directory.edition", "(edition), 0) FROM plumbing.calendar")
"""Asked once a second, whatever is done: no act's own."""
TRANSACTION = 2  # BEGIN and COMMIT are a round trip each


@dataclass(slots=True)
class Notes:
    """笔录: the transactions of an act, each with its statements and their parameters."""

    transactions: list[list[tuple[str, Any]]] = field(default_factory=list)

    @property
    def round_trips(self) -> int:
        """How often the database was asked and waited for."""
        return sum(len(said) + TRANSACTION for said in self.transactions if said)


class _Listening:
    """A connection that lets everything through and writes it down."""

    def __init__(self, connection: psycopg.Connection[Any], said: list[tuple[str, Any]]) -> None:
        self._connection = connection
        self._said = said

    def execute(self, query: str, parameters: Any = (), *, prepare: bool | None = None) -> psycopg.Cursor[Any]:
        """Let it through."""
        if not any(words in query for words in _NOW_AND_THEN):
            self._said.append((query, parameters))
        return self._connection.execute(query.encode(), parameters, prepare=prepare)


class ListeningDatabase(Database):
    """旁听的数据库: whatever goes through it is in `notes`."""

    notes: Notes

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """As a database's, but heard."""
        said: list[tuple[str, Any]] = []
        self.notes.transactions.append(said)
        with super().connection() as connection:
            yield _Listening(connection, said)


@dataclass(frozen=True, slots=True)
class Plain:
    """平语句: a statement with its parameters, as somebody would write it by hand; `rows` it gives or changes."""

    sql: bytes
    parameters: Any
    reads: bool


def plainly(notes: Notes) -> list[Plain]:
    """平写: the reads of an act as they were, its writes as one plain statement a row."""
    made: list[Plain] = []
    for query, parameters in (said for transaction in notes.transactions for said in transaction):
        if query.startswith("WITH doc AS"):
            made += _writes(query, msgspec.json.decode(parameters[0]))
        else:
            made.append(Plain(query.encode(), parameters, reads=True))
    return made


def _writes(query: str, document: dict[str, list[dict[str, Any]]]) -> Iterator[Plain]:
    for index, body in _PART.findall(query):
        source = _SOURCE.search(body)
        assert source is not None, body
        types = dict(column.split(" ", 1) for column in source["types"].split(", "))
        text = _plain(body, types).encode()
        for row in document[index]:
            values = {c: Jsonb(v) if types[c] == "jsonb" and v is not None else v for c, v in row.items()}
            yield Plain(text, values, reads=False)


def _plain(body: str, types: dict[str, str]) -> str:
    if insert := _INSERT.fullmatch(body):
        columns = insert["columns"].split(", ")
        values = ", ".join(f"%({column})s::{types[column]}" for column in columns)
        tail = _SOURCE.sub("", insert["rest"], count=1)
        return f"INSERT INTO {insert['table']} AS t ({insert['columns']}) VALUES ({values}){tail}"  # noqa: S608 — our own
    change = _CHANGE.fullmatch(body) or _REMOVE.fullmatch(body)
    assert change is not None, body
    whole = change["head"] + _SOURCE.sub("", change["rest"], count=1)
    return _OF_ROW.sub(lambda found: f"%({found[1]})s::{types[found[1]]}", whole)


def act(connection: psycopg.Connection[Any], statements: list[Plain]) -> int:
    """Do it in one transaction; how many rows were written."""
    written = 0
    with connection.transaction():
        for one in statements:
            cursor = connection.execute(one.sql, one.parameters, prepare=True)
            if one.reads:
                cursor.fetchall()
            else:
                written += cursor.rowcount
    return written
