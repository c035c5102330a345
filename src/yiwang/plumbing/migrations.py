"""迁移 — every system brings its own tables; they are made, and later changed, in order, once, under a lock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

SYSTEMS = (
    "plumbing",
    "directory",
    "catalogue",
    "sharing",
    "casework",
    "intake",
    "handling",
    "enforcement",
    "hotline",
    "grassroots",
    "oversight",
)
HERE = Path(__file__).resolve().parent.parent
_LOCK = 0x79697761
_NAME = re.compile(r"\d{4}_[a-z0-9_]+\.sql")


class Changed(Exception):
    """迁移文件被改: a migration that was applied here reads differently now."""


@dataclass(frozen=True, slots=True)
class Migration:
    """迁移: one file of one system."""

    system: str
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file."""
        return sha256(self.sql.encode()).hexdigest()


def tables_of(system: str, root: Path = HERE) -> str | None:
    """The whole schema of a system as it is today; none when the system keeps nothing."""
    path = root / system / "tables.sql"
    return path.read_text(encoding="utf-8") if path.exists() else None


def migrations_of(system: str, root: Path = HERE) -> Iterator[Migration]:
    """The migrations of a system in order."""
    for path in sorted((root / system / "migrations").glob("*.sql")):
        if not _NAME.fullmatch(path.name):
            raise ValueError(f"not the name of a migration: {path.name}")
        yield Migration(system, path.stem, path.read_text(encoding="utf-8"))


def migrate(conninfo: str, root: Path = HERE) -> list[Migration]:
    """Bring a database to today's schema; what was applied. A second caller waits for the first.

    A system that is new here gets its whole schema at once, with its migrations marked as applied.
    """
    applied: list[Migration] = []
    with psycopg.connect(conninfo, autocommit=True, connect_timeout=5) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute("SET lock_timeout = '5s'")
        connection.execute("SET statement_timeout = '10min'")
        connection.execute("CREATE SCHEMA IF NOT EXISTS plumbing_meta")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS plumbing_meta.migration (system text NOT NULL, name text NOT NULL,"
            " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (system, name))"
        )
        for system in SYSTEMS:
            applied += _bring(connection, system, root)
    return applied


def _bring(connection: psycopg.Connection[Any], system: str, root: Path) -> list[Migration]:
    schema = tables_of(system, root)
    if schema is None:
        return []
    there: dict[str, str] = dict(
        connection.execute("SELECT name, checksum FROM plumbing_meta.migration WHERE system = %s", (system,)).fetchall()
    )
    steps = list(migrations_of(system, root))
    if not there:
        whole = Migration(system, "tables", schema)
        with connection.transaction():
            connection.execute(schema.encode())
            for step in [whole, *steps]:
                _mark(connection, step)
        return [whole]
    done = []
    for step in steps:
        if step.name not in there:
            with connection.transaction():
                connection.execute(step.sql.encode())
                _mark(connection, step)
            done.append(step)
        elif there[step.name] != step.checksum:
            raise Changed(f"{system}/{step.name}")
    return done


def _mark(connection: psycopg.Connection[Any], step: Migration) -> None:
    connection.execute(
        "INSERT INTO plumbing_meta.migration (system, name, checksum) VALUES (%s, %s, %s)",
        (step.system, step.name, step.checksum),
    )
