"""篡改测试 — a thousand changes by a superuser in whatever table of the case family: verify finds every one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from yiwang import main
from yiwang.commands.reconcile import differences
from yiwang.commands.verify import Verdict, prove, prove_all
from yiwang.connectors.witness.file import FileWitness
from yiwang.ground.actor import SYSTEM
from yiwang.ground.audit import Difference
from yiwang.plumbing import proving, sealing
from yiwang.plumbing.database import Database
from yiwang.plumbing.placement import Kind, registry
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN
from yiwang.plumbing.tables import VOUCHED
from yiwang.plumbing.vouching import parts_of, vouch
from yiwang.plumbing.work import Work

from tests.conftest import copy_database

MUTATIONS = 1_000
SEALED = ("plumbing.journal", "plumbing.leaf", "plumbing.node", "plumbing.head")
FAMILY = (*SEALED, "casework.inbox", *sorted(VOUCHED))
NOT_COVERED = {
    "plumbing.outbox": "errands come and go; `reconcile` looks for the timers that the law needs",
    "plumbing.file": "a file is known by the digest of its content",
}
FREE = {("plumbing.journal", "xact")}
"""Columns whose change says nothing else of anything: in which transaction an entry was written."""


def test_every_table_of_a_home_is_vouched_for_or_says_why_not() -> None:
    """新表必须表态: whoever makes a table decides whether the journal vouches for its rows."""
    of_homes = {name for name, placement in registry().items() if placement.kind is Kind.HOME}
    assert of_homes - set(VOUCHED) - set(NOT_COVERED) == {"plumbing.journal"}


def test_every_column_of_a_vouched_table_is_vouched_for(walked_work: Work) -> None:
    for name, table in VOUCHED.items():
        schema, _, short = name.partition(".")
        rows = walked_work.read(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
            (schema, short),
        )
        assert {column for (column,) in rows} == set(table.columns), name


@dataclass(frozen=True)
class Field:
    """A sealed installation whose tables a superuser may change, and everything is as before afterwards."""

    work: Work
    connection: psycopg.Connection[Any]
    witnesses: Sequence[FileWitness]

    def first_finding(self) -> str:
        """What verify finds first in what is there now; the cheapest checks come first."""
        verdict = Verdict(prove_all(self.work))
        if verdict.journals.broken:
            return verdict.journals.broken[0][1].why
        checks: tuple[Callable[[], Iterator[Difference]], ...] = (
            lambda: proving.tree(self.work, self.witnesses, verdict.tree),
            lambda: (one for of in proving.stretches(self.work) for one in proving.rows(self.work, of)),
            lambda: (one for _, one in differences(self.work)),
        )
        return next((one.kind for check in checks for one in check()), "")


@pytest.fixture(scope="module")
def field(cluster: Cluster, walked_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """In one transaction that is given up at the end, so that a mutation costs a savepoint."""
    name = "mutated"
    copy_database(cluster, walked_template, name)
    database = Database(cluster.conninfo(ADMIN, name))
    engine = main.engine(database)
    near, far = (FileWitness(Path(tmp_path_factory.mktemp(where))) for where in ("near", "far"))
    while sealing.seal(engine):
        pass
    sealing.tell(engine, [near, far])
    with engine.begin(SYSTEM) as work:
        connection = work._connection
        connection.execute("SET LOCAL session_replication_role = replica")
        yield Field(work, connection, (near, far))
        connection.rollback()
    database.close()
    with psycopg.connect(cluster.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def walked_work(field: Field) -> Work:
    """A work on the sealed installation."""
    return field.work


def other(dice: Random, value: Any, kind: str) -> Any:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + dice.choice((-1, 1, 7)) or value + 2
        case str() if kind == "jsonb":
            return Jsonb(value + "改")
        case str():
            return value[:-1] + ("7" if value[-1:] != "7" else "8") if value else "改"
        case UUID():
            return UUID(int=dice.getrandbits(128))
        case datetime():
            return value + timedelta(minutes=dice.choice((-5, 1, 600)))
        case date():
            return value + timedelta(days=dice.choice((-1, 1, 30)))
        case bytes():
            return bytes([value[0] ^ 1, *value[1:]]) if value else b"\x01"
        case list() if kind == "ARRAY":
            return [*value, "改"]
        case dict() | list():
            return Jsonb({**value, "改": 1} if isinstance(value, dict) else value[1:] if value else ["改"])
        case None:
            return {"date": date(2020, 1, 1), "jsonb": Jsonb({"改": 1}), "uuid": UUID(int=7)}.get(
                kind, datetime(2020, 1, 1, tzinfo=UTC)
            )
    raise AssertionError(f"no other value for {value!r}")


class Vandal:
    """破坏者: a superuser with a seed."""

    def __init__(self, field: Field, seed: int) -> None:
        self.dice = Random(seed)
        self.run = field.connection.execute
        self.columns: dict[str, list[tuple[str, str]]] = {}
        self.sizes: dict[str, int] = {}
        for name in FAMILY:
            schema, _, short = name.partition(".")
            self.columns[name] = self.run(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
                (schema, short),
            ).fetchall()
            [(self.sizes[name],)] = self.run(sql.SQL("SELECT count(*) FROM {}").format(self.name(name))).fetchall()
        self.tables = [name for name in FAMILY if self.sizes[name]]

    @staticmethod
    def name(table: str) -> sql.Identifier:
        return sql.Identifier(*table.split("."))

    def row(self, table: str) -> Any:
        """Where some row lies."""
        offset = self.dice.randrange(self.sizes[table])
        query = sql.SQL("SELECT ctid FROM {} ORDER BY ctid LIMIT 1 OFFSET {}")
        [(found,)] = self.run(query.format(self.name(table), offset)).fetchall()
        return found

    def update(self, table: str) -> str:
        """Another value in some cell."""
        column, kind = self.dice.choice([c for c in self.columns[table] if (table, c[0]) not in FREE])
        row = self.row(table)
        cell = sql.Identifier(column)
        query = sql.SQL("SELECT {}{} FROM {} WHERE ctid = %s")
        cast = sql.SQL("::text::bigint" if kind == "xid8" else "")
        [(value,)] = self.run(query.format(cell, cast, self.name(table)), (row,)).fetchall()
        changed = str(other(self.dice, value, kind)) if kind == "xid8" else other(self.dice, value, kind)
        self.run(sql.SQL("UPDATE {} SET {} = %s WHERE ctid = %s").format(self.name(table), cell), (changed, row))
        return f"update {table}.{column}"

    def delete(self, table: str) -> str:
        """Some row less."""
        self.run(sql.SQL("DELETE FROM {} WHERE ctid = %s").format(self.name(table)), (self.row(table),))
        return f"delete {table}"

    def forge(self, table: str) -> str:
        """Some row once more, under another key."""
        key = {"plumbing.leaf": "n", "plumbing.node": "n", "plumbing.head": "size", "plumbing.journal": "seq"}
        unique = [c for c, _ in self.columns[table] if c in ("id", "material", "person", "organisation", "seq", "code")]
        changed = (
            key.get(table) or (unique or ["matter" if "matter" in dict(self.columns[table]) else "application"])[0]
        )
        names = [c for c, _ in self.columns[table] if (table, c) not in FREE]
        into = sql.SQL(", ").join(map(sql.Identifier, names))
        kind = dict(self.columns[table])[changed]
        new = {"uuid": "gen_random_uuid()", "text": f"{changed} || '7'"}.get(kind, f"{changed} + 100000")
        values = sql.SQL(", ").join(sql.SQL(new) if c == changed else sql.Identifier(c) for c in names)
        query = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} WHERE ctid = %s")
        self.run(query.format(self.name(table), into, values, self.name(table)), (self.row(table),))
        return f"forge {table}"

    def swap(self, table: str) -> str:
        """A cell of one row for that of another."""
        column, _ = self.dice.choice([c for c in self.columns[table] if (table, c[0]) not in FREE])
        one, two = self.row(table), self.row(table)
        query = sql.SQL(
            "UPDATE {t} a SET {c} = b.{c} FROM {t} b WHERE a.ctid = ANY(%s::tid[]) AND b.ctid = ANY(%s::tid[])"
            " AND a.ctid <> b.ctid AND a.{c} IS DISTINCT FROM b.{c}"
        ).format(t=self.name(table), c=sql.Identifier(column))
        both = [one, two]
        done = self.run(query, (both, both)).rowcount
        return f"swap {table}.{column}" if done else ""


Statement = tuple[str, Sequence[object]]


@contextmanager
def attacked(field: Field, *statements: Statement) -> Iterator[set[str]]:
    """What verify finds of these statements of a superuser, who then has never been there."""
    field.connection.execute("SAVEPOINT before")
    for statement, parameters in statements:
        assert field.connection.execute(statement.encode(), parameters).rowcount > 0, statement
    verdict = prove(field.work, field.witnesses)
    yield {one.kind for _, one in verdict.findings} | {broken.why for _, broken in verdict.journals.broken}
    field.connection.execute("ROLLBACK TO SAVEPOINT before")


def test_an_older_version_of_a_row_cannot_be_put_back(field: Field) -> None:
    """旧版换回: not even by who also changes in which transaction the entries say that they were written."""
    [(home, case)] = field.work.read("SELECT home, id FROM intake.application WHERE state = 'draft'")
    secret = field.work.engine.secret
    [(form,)] = field.work.read("SELECT form FROM intake.application WHERE id = %s", (case,))
    old = {name: words for name, words in form.items() if name != "name"}
    entries = field.work.read(
        "SELECT seq, rows FROM plumbing.journal WHERE thread = %s AND seq < 0 ORDER BY xact", (case,)
    )
    assert len(entries) >= 3, "drafted, and written twice"
    [table] = [t for t in VOUCHED.values() if t.name == "intake.application"]
    number = parts_of(table).index(("form",))

    def record(words: dict[str, Any]) -> bytes:
        return vouch(secret, table, number, {"home": home, "id": case, "form": words}).record

    first, last = (next(seq for seq, rows in entries if record(words) in rows) for words in (old, form))
    back = ("UPDATE intake.application SET form = %s WHERE id = %s", (Jsonb(old), case))
    with attacked(field, back) as found:
        assert found == {"row.changed"}
    moved = "UPDATE plumbing.journal SET xact = %s WHERE thread = %s AND seq = %s"
    for seq, xact in ((first, "9000000000"), (last, "3")):
        with attacked(field, back, (moved, (xact, case, seq))) as found:
            assert found == {"row.changed"}


def test_two_cases_that_changed_places_are_found(field: Field) -> None:
    """两案互换: the row of one case for that of another, and their applications, and their journals."""
    one, two = (
        case
        for (case,) in field.work.read(
            "SELECT id FROM casework.matter WHERE parent IS NULL AND home = (SELECT home FROM casework.matter"
            " GROUP BY home ORDER BY count(*) DESC LIMIT 1) ORDER BY journal_seq DESC LIMIT 2"
        )
    )

    every = [("casework.matter", "id"), ("intake.application", "id"), ("plumbing.journal", "thread")]
    for told in (every[:1], every[:2], every):
        statements: list[Statement] = []
        for table, column in told:
            away = f"UPDATE {table} SET {column} = %s WHERE {column} = %s"
            hole = uuid4()
            statements += [(away, (hole, one)), (away, (one, two)), (away, (two, hole))]
        with attacked(field, *statements) as found:
            assert found, told


def test_a_case_taken_away_with_all_that_is_its_own_is_found(field: Field) -> None:
    """整案删除: rows, journal, inbox; and the leaves too, for whoever dares to."""
    [(home, case)] = field.work.read("SELECT home, id FROM casework.matter WHERE status = 'closed' LIMIT 1")
    statements: list[Statement] = []
    for name, table in VOUCHED.items():
        delete = f"DELETE FROM {name} WHERE home = %s AND coalesce({', '.join(table.thread)}) = %s"
        if field.work.read(delete.replace("DELETE", "SELECT 1", 1), (home, case)):
            statements.append((delete, (home, case)))
    statements.append(("DELETE FROM plumbing.journal WHERE home = %s AND thread = %s", (home, case)))
    with attacked(field, *statements) as found:
        assert found == {"entry.missing"}
    statements.append(("DELETE FROM plumbing.leaf WHERE home = %s AND thread = %s", (home, case)))
    with attacked(field, *statements) as found:
        assert "leaf.missing" in found


@pytest.mark.slow
@pytest.mark.requirement("R05")
@pytest.mark.parametrize("seed", range(4))
def test_every_mutation_is_found(field: Field, seed: int) -> None:
    """一千次篡改: none is missed, and what was left alone is not blamed."""
    assert prove(field.work, field.witnesses).findings == []
    vandal, missed, kinds = Vandal(field, seed), [], Counter[str]()
    done = 0
    while done < MUTATIONS // 4:
        table = vandal.dice.choice(vandal.tables)
        how: Callable[[str], str] = vandal.dice.choice(
            (vandal.update, vandal.update, vandal.update, vandal.delete, vandal.forge, vandal.swap)
        )
        field.connection.execute("SAVEPOINT before")
        try:
            what = how(table)
        except (psycopg.errors.IntegrityError, psycopg.errors.DataError):
            what = ""  # the table itself has refused it
        if what:
            done += 1
            found = field.first_finding()
            kinds[found] += 1
            if not found:
                missed.append(what)
        field.connection.execute("ROLLBACK TO SAVEPOINT before")
    assert missed == []
    assert kinds.keys() >= {"changed", "row.changed", "row.unfounded", "row.missing"}
