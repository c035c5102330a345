"""迁移测试 — a new database and one that was migrated step by step are the same; altered files are refused by name."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from psycopg import errors

from yiwang.plumbing import migrations
from yiwang.plumbing.migrations import SYSTEMS, Applied, Changed, migrate, migrations_of, pending
from yiwang.plumbing.placement import PACKAGE
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN, OWNER

Empty = Callable[[], str]
TABLES = "CREATE SCHEMA directory;\n\n-- placement: reference\nCREATE TABLE directory.place (code text PRIMARY KEY);\n"
WIDER = TABLES.replace("code text PRIMARY KEY", "code text PRIMARY KEY, name text")


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[Empty]:
    """Makes databases with nothing in them; the owner's conninfo of each."""
    made: list[str] = []
    with psycopg.connect(cluster.conninfo(ADMIN, "postgres"), autocommit=True) as connection:

        def make() -> str:
            name = f"empty_{len(made)}"
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name} OWNER {OWNER}".encode())
            made.append(name)
            return cluster.conninfo(OWNER, name)

        yield make
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A program with one system and its first migration."""
    (tmp_path / "directory" / "migrations").mkdir(parents=True)
    (tmp_path / "directory" / "tables.sql").write_text(TABLES)
    (tmp_path / "directory" / "migrations" / "0001_tables.sql").write_text(TABLES)
    return tmp_path


def widen(package: Path) -> None:
    """The next version of the program: a column more."""
    (package / "directory" / "tables.sql").write_text(WIDER)
    step = package / "directory" / "migrations" / "0002_name.sql"
    step.write_text("ALTER TABLE directory.place ADD COLUMN name text;\n")


def shape(cluster: Cluster, conninfo: str) -> str:
    """Everything pg_dump says of a schema but the keys it makes up for psql."""
    dumped = cluster.programs.run("pg_dump", "--schema-only", "--dbname", conninfo, folder=cluster.data_dir)
    assert dumped.returncode == 0, dumped.stderr
    return re.sub(r"(?m)^\\(un)?restrict .*\n", "", dumped.stdout)


def test_every_system_has_its_first_migration() -> None:
    """`make migrations-baseline` makes them; after a release they never change again."""
    without = [s for s in SYSTEMS if (PACKAGE / s / "tables.sql").exists() and not migrations_of(s)]
    assert without == []


def test_tables_and_all_migrations_make_the_same_schema(cluster: Cluster, empty: Empty, tmp_path: Path) -> None:
    for system in SYSTEMS:
        if steps := migrations_of(system):
            (tmp_path / system / "migrations").mkdir(parents=True)
            first = PACKAGE / steps[0].file
            shutil.copy(first, tmp_path / system / "tables.sql")
            shutil.copy(first, tmp_path / system / "migrations")
    at_once, step_by_step = empty(), empty()
    migrate(at_once)
    migrate(step_by_step, tmp_path)
    migrate(step_by_step)
    assert shape(cluster, at_once) == shape(cluster, step_by_step)


def test_a_column_that_only_one_of_them_has_shows(cluster: Cluster, empty: Empty, package: Path) -> None:
    one, other = empty(), empty()
    migrate(one, package)
    (package / "directory" / "tables.sql").write_text(WIDER)
    migrate(other, package)
    assert shape(cluster, one) != shape(cluster, other)


def test_steps_are_applied_once_in_order(empty: Empty, package: Path) -> None:
    database = empty()
    assert migrate(database, package) == [Applied("directory", "tables")]
    assert migrate(database, package) == []
    widen(package)
    with psycopg.connect(database) as connection:
        assert pending(connection, package) == ["directory/migrations/0002_name.sql"]
    assert migrate(database, package) == [Applied("directory", "0002_name")]
    with psycopg.connect(database) as connection:
        assert pending(connection, package) == []
    assert migrate(database, package) == []


def test_an_altered_file_is_refused_by_name(empty: Empty, package: Path) -> None:
    database = empty()
    widen(package)
    migrate(database, package)
    file = package / "directory" / "migrations" / "0002_name.sql"
    file.write_text("-- a remark more\n" + file.read_text())
    assert migrate(database, package) == []
    file.write_text("ALTER TABLE directory.place ADD COLUMN name varchar;\n")
    with pytest.raises(Changed, match=r"directory/migrations/0002_name\.sql"):
        migrate(database, package)


def test_tables_without_a_migration_to_them_are_refused_by_name(empty: Empty, package: Path) -> None:
    database = empty()
    migrate(database, package)
    (package / "directory" / "tables.sql").write_text(WIDER)
    with pytest.raises(Changed, match=r"directory/tables\.sql"):
        migrate(database, package)


def test_a_database_that_is_newer_than_the_program_is_refused(empty: Empty, package: Path) -> None:
    database = empty()
    widen(package)
    migrate(database, package)
    (package / "directory" / "migrations" / "0002_name.sql").unlink()
    (package / "directory" / "tables.sql").write_text(TABLES)
    with pytest.raises(Changed, match="0002_name"):
        migrate(database, package)


def test_a_step_that_fails_leaves_nothing_behind(empty: Empty, package: Path) -> None:
    database = empty()
    migrate(database, package)
    widen(package)
    file = package / "directory" / "migrations" / "0002_name.sql"
    file.write_text("ALTER TABLE directory.place ADD COLUMN name text; SELECT 1/0;")
    with pytest.raises(errors.DivisionByZero):
        migrate(database, package)
    file.write_text("ALTER TABLE directory.place ADD COLUMN name text;")
    assert migrate(database, package) == [Applied("directory", "0002_name")]


def test_two_at_once_agree(empty: Empty) -> None:
    """The second waits for the first, and finds nothing left to do."""
    database = empty()
    together = Barrier(2)

    def bring() -> int:
        together.wait()
        return len(migrate(database))

    with ThreadPoolExecutor(2) as pool:
        done = sorted(f.result() for f in [pool.submit(bring), pool.submit(bring)])
    assert done == [0, len([s for s in SYSTEMS if (PACKAGE / s / "tables.sql").exists()])]


def test_a_step_waits_for_no_lock_and_runs_not_for_ever(
    empty: Empty, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = empty()
    migrate(database, package)
    widen(package)
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "50ms")
    with psycopg.connect(database) as reader:
        reader.execute("SELECT FROM directory.place")
        with pytest.raises(errors.LockNotAvailable):
            migrate(database, package)
    monkeypatch.setattr(migrations, "STATEMENT_TIMEOUT", "50ms")
    (package / "directory" / "migrations" / "0002_name.sql").write_text("SELECT pg_sleep(60);")
    with pytest.raises(errors.QueryCanceled):
        migrate(database, package)


def test_a_file_with_an_odd_name_is_refused(package: Path) -> None:
    (package / "directory" / "migrations" / "2_name.sql").write_text("SELECT 1;")
    with pytest.raises(ValueError, match="2_name"):
        migrations_of("directory", package)
