"""数据库 — connections to PostgreSQL: pooled, configured once, one transaction a use."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import msgspec
import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool

from yiwang.ground.outcome import Conflict, Invalid, Refused
from yiwang.plumbing.postgres_roles import APP, OWNER
from yiwang.plumbing.telemetry import DB_SECONDS, DB_UNAVAILABLE

set_json_dumps(msgspec.json.encode)
set_json_loads(msgspec.json.decode)

OPTIONS = (
    "-c timezone=Asia/Shanghai -c statement_timeout=30s -c lock_timeout=5s"
    " -c idle_in_transaction_session_timeout=60s -c jit=off"
)
# A server at the other end of a cable that was cut is noticed in about twenty seconds.
KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
PREPARED_STATEMENTS = 400
RECONNECT_SECONDS = 2.0
OLDEST_VERSION = 160_000
FLUSHED = {"on", "remote_apply", "remote_write"}
BUSY = (errors.QueryCanceled, errors.LockNotAvailable)
CROSSED = (errors.DeadlockDetected, errors.SerializationFailure)
# A number past all bounds, a character that is none: said by whoever asked, not broken by us.
MISFIT = (errors.NumericValueOutOfRange, errors.UntranslatableCharacter, errors.CharacterNotInRepertoire)

_SAFETY = """
SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
       current_setting('server_version_num')::int, current_setting('server_encoding'),
       '政务' ~ '^[[:alpha:]]+$', current_user,
       EXISTS (SELECT FROM pg_roles WHERE rolname = %(app)s) AND pg_has_role(current_user, (
           SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE')
"""


class Unavailable(Exception):
    """数据库不可达: nobody could be asked, or the answer was lost; the same act by the same key may be tried again."""


class Unsafe(Exception):
    """数据库设置不安全: a crash or a mistake could lose what was acknowledged, so nothing is started on it."""


class Database:
    """数据库: a pool of connections. `wait` is how many seconds a caller waits for one before Unavailable."""

    def __init__(
        self, conninfo: str, *, min_size: int = 1, max_size: int = 8, wait: float = 3.0, name: str = "yiwang"
    ) -> None:
        self.conninfo = conninfo
        given = conninfo_to_dict(conninfo).get("options") or ""
        settings = {"application_name": name, "client_encoding": "utf8", "connect_timeout": 3, **KEEPALIVE}
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            conninfo,
            min_size=min_size,
            max_size=max_size,
            timeout=wait,
            # A pool that has given up connecting tries anew at the next call; one that backs off makes callers wait.
            reconnect_timeout=RECONNECT_SECONDS,
            kwargs={**settings, "options": f"{OPTIONS} {given}"},
            configure=_configure,
            check=self._check,
            open=True,
        )

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection in one transaction: committed at the end of the block, rolled back when it raises.

        Unavailable when there is none in time or it is lost on the way; Refused("work.busy") when a lock or the
        time for a statement stood in the way; Conflict("work.try_again") when two acts crossed and this one gave way;
        Invalid("web.bad_request") for a value no column can hold.
        """
        started = perf_counter()
        try:
            with self._pool.connection() as connection:
                yield connection
        except BUSY as error:
            raise Refused("work.busy") from error
        except CROSSED as error:
            raise Conflict("work.try_again") from error
        except MISFIT as error:
            raise Invalid("web.bad_request") from error
        except (psycopg.OperationalError, errors.ReadOnlySqlTransaction) as error:
            DB_UNAVAILABLE.inc()
            raise Unavailable(str(error)) from error
        finally:
            DB_SECONDS.observe(perf_counter() - started)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def check_safe(self, *, throwaway: bool = False) -> None:
        """Refuse to run where a crash could lose what was acknowledged, or the app could change what is append-only.

        Unsafe names all that is wrong. A throw-away database, in tests, need not survive a crash.
        """
        with self.connection() as connection:
            found = connection.execute(_SAFETY, {"app": APP}).fetchone()
        assert found is not None
        fsync, pages, commit, version, encoding, letters, user, owns = found
        wrong = {
            f"fsync={fsync}": fsync != "on" and not throwaway,
            f"full_page_writes={pages}": pages != "on" and not throwaway,
            f"synchronous_commit={commit}": commit not in FLUSHED and not throwaway,
            f"server_version_num={version}": version < OLDEST_VERSION,
            f"server_encoding={encoding}": encoding != "UTF8",
            "locale: Chinese characters are not letters": not letters,
            f"role={user}: {APP} acts, {OWNER} only migrates": owns,
        }
        if reasons := [reason for reason, bad in wrong.items() if bad]:
            raise Unsafe("; ".join(reasons))

    def _check(self, connection: psycopg.Connection[Any]) -> None:
        """Without a round trip: an idle connection has nothing to read unless the server closed it.

        Then it most likely closed the others as well: all idle ones are looked at, or callers would meet them in turn.
        """
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if not poll.poll(0):
            return
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.Error:
            self._pool.check()
            raise


def _configure(connection: psycopg.Connection[Any]) -> None:
    """What comes a second time is prepared; there are more shapes of statements than the usual hundred."""
    connection.prepare_threshold = 1
    connection.prepared_max = PREPARED_STATEMENTS
