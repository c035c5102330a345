"""数据库角色 — who may do what in the database: owner, app, worker, auditor.

The owner changes the schema. App and worker act, but what is append-only they cannot change. The auditor reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

import psycopg
import structlog
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from yiwang.plumbing.placement import Placement

ADMIN = "postgres"
OWNER = "yiwang_owner"
APP = "yiwang_app"
WORKER = "yiwang_worker"
AUDITOR = "yiwang_auditor"
ROLES = (APP, WORKER, AUDITOR)

ALL = "SELECT, INSERT, UPDATE, DELETE"
ADD = "SELECT, INSERT"
READ = "SELECT"

_log = structlog.get_logger("database")


def present(connection: psycopg.Connection[Any]) -> list[str]:
    """Which of our roles the server has."""
    rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", ([OWNER, *ROLES],))
    return [name for (name,) in rows]


def create(connection: psycopg.Connection[Any], roles: Iterable[str], *, login: bool) -> None:
    """Make the roles that are missing. InsufficientPrivilege when this user may not."""
    there = present(connection)
    for role in roles:
        if role not in there:
            words = "CREATE ROLE {} LOGIN" if login else "CREATE ROLE {} NOLOGIN"
            connection.execute(sql.SQL(words).format(sql.Identifier(role)))


def app_on_server(url: str) -> str:
    """How the app connects to a server: in its own role if it is there or this user may make it, else as the user."""
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        try:
            create(connection, ROLES, login=False)
            for role in (APP, WORKER):
                connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
        except psycopg.errors.InsufficientPrivilege:
            _log.debug("this user may not make roles")
        query = "SELECT FROM pg_roles WHERE rolname = %s AND pg_has_role(oid, 'SET')"
        if connection.execute(query, (APP,)).rowcount:
            given = conninfo_to_dict(url).get("options") or ""
            return make_conninfo(url, options=f"{given} -c role={APP}".strip())
    _log.warning("one database role for everything: what is append-only is not guarded by grants", missing=APP)
    return url


def grant(connection: psycopg.Connection[Any], placements: Mapping[str, Placement]) -> None:
    """Give each role its rights on every table as declared, and take away whatever else it had."""
    there = set(present(connection))
    act = [role for role in (APP, WORKER) if role in there]
    read = [role for role in (AUDITOR,) if role in there]
    if not act + read:
        return
    with connection.transaction():
        everybody = _names([*act, *read])
        for schema in sorted({name.partition(".")[0] for name in placements}):
            connection.execute(_text("GRANT USAGE ON SCHEMA {} TO {}", sql.Identifier(schema), everybody))
        connection.execute(_text("GRANT USAGE ON SCHEMA plumbing_meta TO {}", everybody))
        connection.execute(_text("GRANT SELECT ON plumbing_meta.migration TO {}", everybody))
        for name, placement in placements.items():
            table = sql.Identifier(*name.split("."))
            connection.execute(_text("REVOKE ALL ON {} FROM {}", table, everybody))
            rights = ADD if placement.append_only else ALL
            for roles, words in ((act, rights), (read, READ)):
                if roles:
                    connection.execute(_text("GRANT {} ON {} TO {}", sql.SQL(words), table, _names(roles)))


def _names(roles: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, roles))


def _text(template: LiteralString, *parts: sql.Composable) -> sql.Composed:
    return sql.SQL(template).format(*parts)
