"""清理 — what is only kept for a while goes when its while is over: answers by key, sessions, throttles, heartbeats."""

from __future__ import annotations

from datetime import timedelta

from yiwang.ground.actor import SYSTEM
from yiwang.plumbing.work import Engine

ANSWERS = timedelta(days=7)
"""How long an answer is kept for the next request with the same key."""
DAY = timedelta(days=1)
SLICE = 5_000

_OLD = {
    "idempotency": ("created_at", ANSWERS),
    "session": ("expires_at", timedelta()),
    "throttle": ("until", DAY),
    "heartbeat": ("seen_at", DAY),
}


def sweep(engine: Engine) -> dict[str, int]:
    """清理: delete what is old, a slice a transaction so that nobody waits; how many rows of each table."""
    return {table: _sweep(engine, table, column, kept) for table, (column, kept) in _OLD.items()}


def _sweep(engine: Engine, table: str, column: str, kept: timedelta) -> int:
    sql = (
        f"WITH gone AS (DELETE FROM plumbing.{table} WHERE ctid = ANY(ARRAY("  # noqa: S608 — names of our own
        f"SELECT ctid FROM plumbing.{table} WHERE {column} < %s LIMIT {SLICE} FOR UPDATE SKIP LOCKED)) RETURNING 1)"
        " SELECT count(*) FROM gone"
    )
    total = 0
    while True:
        with engine.begin(SYSTEM) as work:
            count: int = work.read(sql, (work.now - kept,))[0][0]
        total += count
        if count < SLICE:
            return total
