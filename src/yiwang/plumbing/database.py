"""数据库 — connections to PostgreSQL: pooled, configured once, one transaction a use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout

from yiwang.ground.outcome import Refused

set_json_dumps(msgspec.json.encode)
set_json_loads(msgspec.json.decode)

OPTIONS = (
    "-c timezone=Asia/Shanghai -c statement_timeout=30s -c lock_timeout=5s"
    " -c idle_in_transaction_session_timeout=60s"
)


class Unavailable(Exception):
    """数据库不可达: nobody could be asked; nothing was done; the same act may be tried again."""


class Unsafe(Exception):
    """数据库设置不安全: a crash could lose what was acknowledged, so nothing is started on it."""


def _configure(connection: psycopg.Connection[Any]) -> None:
    connection.prepare_threshold = 1


class Database:
    """数据库: a pool of connections. `wait` is how many seconds a caller waits for one before Unavailable."""

    def __init__(
        self, conninfo: str, *, min_size: int = 1, max_size: int = 8, wait: float = 3.0, name: str = "yiwang"
    ) -> None:
        self.conninfo = conninfo
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            conninfo,
            min_size=min_size,
            max_size=max_size,
            timeout=wait,
            kwargs={"options": OPTIONS, "application_name": name, "connect_timeout": 3},
            configure=_configure,
            check=ConnectionPool.check_connection,
            open=True,
        )

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection in one transaction: committed at the end of the block, rolled back when it raises."""
        try:
            with self._pool.connection() as connection:
                yield connection
        except PoolTimeout as error:
            raise Unavailable(str(error)) from error
        except psycopg.OperationalError as error:
            if isinstance(error, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable):
                raise Refused("work.busy") from error
            raise Unavailable(str(error)) from error

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def check_safe(self) -> None:
        """Refuse to run where a crash could lose what was acknowledged."""
        wanted = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "server_encoding": "UTF8"}
        with self.connection() as connection:
            rows = connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", ([*wanted, "server_version_num"],)
            ).fetchall()
        found = dict(rows)
        wrong = [f"{name}={found[name]}" for name, value in wanted.items() if found[name] != value]
        if int(found["server_version_num"]) < 160000:
            wrong.append(f"server_version_num={found['server_version_num']}")
        if wrong:
            raise Unsafe(", ".join(wrong))
