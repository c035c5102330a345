"""设置 — keys of this installation: made once at the first start, kept, never changed."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from psycopg import Connection


def ensure(connection: Connection[Any], names: tuple[str, ...]) -> dict[str, str]:
    """The named keys as 64 hex digits each; those not there yet are made now. Two first starts agree on one."""
    for name in names:
        connection.execute(
            "INSERT INTO plumbing.setting (name, value) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING",
            (name, token_hex(32)),
        )
    rows = connection.execute("SELECT name, value FROM plumbing.setting WHERE name = ANY(%s)", (list(names),))
    return dict(rows.fetchall())
