"""迁移 — every system brings its own tables; they are made, and later changed, in order, once, under a lock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from yiwang.plumbing.placement import PACKAGE, registry
from yiwang.plumbing.postgres_roles import grant

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
TABLES = "tables"
LOCK_TIMEOUT = "5s"
STATEMENT_TIMEOUT = "10min"
_LOCK = 0x79697761
_NAME = re.compile(r"\d{4}_[a-z0-9_]+\.sql")
_LAYOUT = re.compile(r"--[^\n]*|\s+")


class Changed(Exception):
    """迁移文件被改: what was applied here and what this program brings are not the same; the message names the file."""


@dataclass(frozen=True, slots=True)
class Migration:
    """迁移: one file of one system. `tables` stands for its `tables.sql`."""

    system: str
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the statements; comments and layout may change."""
        return sha256(" ".join(_LAYOUT.sub(" ", self.sql).split()).encode()).hexdigest()

    @property
    def file(self) -> str:
        """Where it stands."""
        return f"{self.system}/tables.sql" if self.name == TABLES else f"{self.system}/migrations/{self.name}.sql"


@dataclass(frozen=True, slots=True)
class Applied:
    """已迁移: what was done just now."""

    system: str
    name: str


def tables_of(system: str, package: Path = PACKAGE) -> Migration | None:
    """The whole schema of a system as it is today; none when the system keeps nothing."""
    path = package / system / "tables.sql"
    return Migration(system, TABLES, path.read_text(encoding="utf-8")) if path.exists() else None


def migrations_of(system: str, package: Path = PACKAGE) -> list[Migration]:
    """The migrations of a system in order. The first makes what `tables.sql` made when it was written."""
    paths = sorted((package / system / "migrations").glob("*.sql"))
    for path in paths:
        if not _NAME.fullmatch(path.name):
            raise ValueError(f"not the name of a migration: {path.name}")
    return [Migration(system, path.stem, path.read_text(encoding="utf-8")) for path in paths]


def migrate(conninfo: str, package: Path = PACKAGE) -> list[Applied]:
    """Bring a database to today's schema and its roles to their rights; what was applied.

    A system that is new here gets its whole schema at once, with its migrations marked as applied. A second caller
    waits for the first. Changed when a file was altered after it was applied, or the database is newer than we are.
    """
    with psycopg.connect(conninfo, autocommit=True, connect_timeout=5, application_name="yiwang migrate") as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        connection.execute("SELECT set_config('lock_timeout', %s, false)", (LOCK_TIMEOUT,))
        connection.execute("SELECT set_config('statement_timeout', %s, false)", (STATEMENT_TIMEOUT,))
        connection.execute("CREATE SCHEMA IF NOT EXISTS plumbing_meta")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS plumbing_meta.migration (system text NOT NULL, name text NOT NULL,"
            " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (system, name))"
        )
        applied = [done for system in SYSTEMS for done in _bring(connection, system, package)]
        grant(connection, registry(package))
    return applied


def pending(connection: psycopg.Connection[Any], package: Path = PACKAGE) -> list[str]:
    """待迁移: the files that `migrate` would apply; a program does not serve before there are none."""
    if not connection.execute("SELECT FROM pg_namespace WHERE nspname = 'plumbing_meta'").rowcount:
        return [whole.file for system in SYSTEMS if (whole := tables_of(system, package))]
    return [step.file for system in SYSTEMS for step in _missing(connection, system, package)]


def _bring(connection: psycopg.Connection[Any], system: str, package: Path) -> Iterator[Applied]:
    """Apply what is missing of a system, each file in one transaction."""
    for step in _missing(connection, system, package):
        with connection.transaction():
            connection.execute(step.sql.encode())
            _record(connection, step)
            if step.name == TABLES:
                for included in migrations_of(system, package):
                    _record(connection, included)
            elif whole := tables_of(system, package):
                _record(connection, whole)
        yield Applied(step.system, step.name)


def _missing(connection: psycopg.Connection[Any], system: str, package: Path) -> list[Migration]:
    """What is still to be applied of a system. Changed names the file that is not as it was."""
    whole = tables_of(system, package)
    if whole is None:
        return []
    there: dict[str, str] = dict(
        connection.execute("SELECT name, checksum FROM plumbing_meta.migration WHERE system = %s", (system,)).fetchall()
    )
    if not there:
        return [whole]
    steps = migrations_of(system, package)
    for step in steps:
        if there.get(step.name, step.checksum) != step.checksum:
            raise Changed(f"{step.file} was applied here with other statements")
    if newer := sorted(there.keys() - {TABLES, *(step.name for step in steps)}):
        raise Changed(f"{system}/migrations/{newer[-1]}.sql was applied here, this program does not have it")
    missing = [step for step in steps if step.name not in there]
    if not missing and there[TABLES] != whole.checksum:
        raise Changed(f"{whole.file} is not as it was here, and no migration leads to it")
    return missing


def _record(connection: psycopg.Connection[Any], step: Migration) -> None:
    connection.execute(
        "INSERT INTO plumbing_meta.migration (system, name, checksum) VALUES (%s, %s, %s)"
        " ON CONFLICT (system, name) DO UPDATE SET checksum = EXCLUDED.checksum",
        (step.system, step.name, step.checksum),
    )
