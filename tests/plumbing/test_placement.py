"""安放测试 — the live schema keeps to what is declared, each violation is caught; roles have their rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from yiwang.plumbing.database import Database
from yiwang.plumbing.placement import Placement, Undeclared, parse, registry
from yiwang.plumbing.placement_rules import RULES, lint
from yiwang.plumbing.placement_schema import read
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN, APP, AUDITOR, OWNER, WORKER

HOME = "home int NOT NULL CHECK (home BETWEEN 0 AND 16383)"
PLANTED = [
    ("CREATE TABLE plumbing.new (a int);", "plumbing.new: no placement declared"),
    ("DROP TABLE plumbing.setting;", "plumbing.setting: declared, but not there"),
    (f"-- placement: home\nCREATE TABLE plumbing.new ({HOME}, id uuid PRIMARY KEY);", "new_pkey does not begin with"),
    (f"-- placement: home\nCREATE TABLE plumbing.new ({HOME}, id uuid);", "plumbing.new: no primary key"),
    ("-- placement: home\nCREATE TABLE plumbing.new (id uuid PRIMARY KEY);", "no column home int NOT NULL"),
    (
        "-- placement: home\nCREATE TABLE plumbing.new (home bigint NOT NULL, id uuid, PRIMARY KEY (home, id));",
        "plumbing.new: no column home int NOT NULL",
    ),
    (
        "-- placement: home\nCREATE TABLE plumbing.new (home int NOT NULL, id uuid, PRIMARY KEY (home, id));",
        "home is not checked to be 0 to 16383",
    ),
    (
        (
            f"-- placement: home\nCREATE TABLE plumbing.new ({HOME}, id uuid, other uuid, PRIMARY KEY (home, id));"
            "CREATE UNIQUE INDEX new_other ON plumbing.new (other);"
        ),
        "new_other does not begin with home",
    ),
    (
        (
            f"-- placement: home\nCREATE TABLE plumbing.new ({HOME}, id uuid, PRIMARY KEY (home, id));"
            "CREATE UNIQUE INDEX new_sum ON plumbing.new ((home + 1));"
        ),
        "new_sum does not begin with home",
    ),
    (
        (
            f"-- placement: home\nCREATE TABLE plumbing.new ({HOME}, id int GENERATED ALWAYS AS IDENTITY,"
            " PRIMARY KEY (home, id));"
        ),
        "id counts up",
    ),
    (
        "-- placement: desk\nCREATE TABLE plumbing.new (desk text NOT NULL, id uuid, PRIMARY KEY (id, desk));",
        "new_pkey does not begin with desk",
    ),
    ("-- placement: local\nCREATE TABLE plumbing.new (at timestamp);", "at is timestamp without time zone"),
    ("-- placement: local\nCREATE TABLE plumbing.new (at timestamptz DEFAULT now());", "at defaults to now()"),
    ("-- placement: local\nCREATE TABLE plumbing.new (id uuid DEFAULT gen_random_uuid());", "id defaults to"),
    (
        "-- placement: local\nCREATE TABLE plumbing.new (unit text REFERENCES directory.division (code));",
        "refers to directory.division",
    ),
    (
        "CREATE FUNCTION plumbing.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';",
        "plumbing.f: a function in PL/pgSQL",
    ),
    (
        (
            "CREATE TRIGGER act BEFORE UPDATE ON plumbing.setting FOR EACH ROW"
            " EXECUTE FUNCTION suppress_redundant_updates_trigger();"
        ),
        "plumbing.setting: trigger act",
    ),
]


@pytest.fixture
def admin(cluster: Cluster, empty_template: str) -> Iterator[psycopg.Connection[Any]]:
    """The administrator on the migrated database; whatever is changed is taken back."""
    with psycopg.connect(cluster.conninfo(ADMIN, empty_template)) as connection:
        yield connection
        connection.rollback()


def planted(sql: str) -> dict[str, Placement]:
    """What is declared, with what a planting declares."""
    return {**registry(), **(parse(sql, "planted") if "-- placement" in sql else {})}


def test_the_live_schema_is_clean(admin: psycopg.Connection[Any]) -> None:
    assert lint(admin) == []


@pytest.mark.parametrize("sql, said", PLANTED, ids=[said for _, said in PLANTED])
def test_a_planted_violation_is_caught(admin: psycopg.Connection[Any], sql: str, said: str) -> None:
    admin.execute(sql.encode())
    found = lint(admin, planted(sql))
    assert [line for line in found if said in line], found


def test_every_rule_is_planted(admin: psycopg.Connection[Any]) -> None:
    """A rule that no planting breaks would be one that nobody has seen at work."""
    broken = set()
    for sql, _ in PLANTED:
        admin.execute("SAVEPOINT before")
        admin.execute(sql.encode())
        schema = read(admin, planted(sql))
        broken |= {rule.__name__ for rule in RULES if any(rule(schema))}
        admin.execute("ROLLBACK TO before")
    assert broken == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("above", ["", "-- placement: somewhere\n", "-- placement: home\n\n-- and a remark\n"])
def test_a_table_without_a_placement_is_named(above: str) -> None:
    with pytest.raises(Undeclared, match=r"x\.sql: a\.b"):
        parse(f"{above}CREATE TABLE a.b (c int);", "x.sql")


def test_app_and_worker_cannot_change_what_is_append_only(admin: psycopg.Connection[Any]) -> None:
    """Every append-only table, by the grants themselves: add and read, nothing else."""
    for table, placement in registry().items():
        for role in (APP, WORKER):
            row = admin.execute(
                "SELECT "
                + ", ".join(
                    f"has_table_privilege(%(role)s, %(table)s, '{right}')"
                    for right in ("INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE")
                ),
                {"role": role, "table": table},
            ).fetchone()
            may = not placement.append_only
            assert row == (True, True, may, may, False), (table, role)


def test_the_auditor_only_reads(admin: psycopg.Connection[Any]) -> None:
    for table in registry():
        row = admin.execute(
            "SELECT has_table_privilege(%(r)s, %(t)s, 'SELECT'), has_table_privilege(%(r)s, %(t)s, 'INSERT, UPDATE,"
            " DELETE, TRUNCATE')",
            {"r": AUDITOR, "t": table},
        ).fetchone()
        assert row == (True, False), table


def test_the_journal_refuses_a_change_by_the_app(database: Database) -> None:
    for words in (
        "UPDATE plumbing.journal SET entry = ''",
        "DELETE FROM plumbing.journal",
        "TRUNCATE plumbing.journal",
    ):
        with pytest.raises(errors.InsufficientPrivilege), database.connection() as connection:
            connection.execute(words.encode())


def test_roles_are_not_owner(cluster: Cluster, empty_template: str) -> None:
    with psycopg.connect(cluster.conninfo(OWNER, empty_template)) as connection:
        row = connection.execute("SELECT bool_or(rolsuper) FROM pg_roles WHERE rolname LIKE 'yiwang%'").fetchone()
    assert row == (False,)
