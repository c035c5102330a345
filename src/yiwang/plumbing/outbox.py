"""发件箱 — errands leave after their act has committed: lanes, leases, back-off, and dead letters in view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from yiwang.ground.actor import SYSTEM
from yiwang.ground.audit import Stretch
from yiwang.ground.outcome import Refused
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Engine, Work

LEASE = timedelta(seconds=60)
ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=6)

_log = structlog.get_logger("outbox")

ERRAND = Table(
    "plumbing.outbox",
    {
        "home": "int",
        "id": "uuid",
        "due_at": "timestamptz",
        "attempts": "int",
        "leased_until": "timestamptz",
        "error": "text",
        "dead_at": "timestamptz",
    },
    ("home", "id"),
)

_CLAIM = """
UPDATE plumbing.outbox AS o SET leased_until = %(until)s, attempts = o.attempts + 1
FROM (SELECT home, id FROM plumbing.outbox
      WHERE lane = %(lane)s AND due_at <= %(now)s AND dead_at IS NULL
        AND (leased_until IS NULL OR leased_until < %(now)s)
      ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) AS c
WHERE o.home = c.home AND o.id = c.id
RETURNING o.home, o.id, o.kind, o.payload, o.attempts, o.due_at
"""


@dataclass(frozen=True, slots=True)
class Errand:
    """差事: one row of the outbox as it was claimed. `attempt` counts from 1."""

    home: int
    id: UUID
    kind: str
    payload: Any
    attempt: int
    due: datetime


class Retry(Exception):
    """稍后再试: the outside did not answer; try again after the usual wait, the errand is not to blame."""


Outside = Callable[[Errand], object]


@dataclass(frozen=True, slots=True)
class Runner:
    """办法: how a kind of errand is run. `outside` calls the world with no transaction open; what it gives goes,
    as `answer`, to `inside`, which writes in the same transaction that closes the errand."""

    inside: Callable[[Work, Errand, Any], None]
    outside: Outside | None = None


def wait(attempt: int) -> timedelta:
    """退避: 2, 4, 8 … seconds up to six hours."""
    return min(timedelta(seconds=2**attempt), LONGEST_WAIT)


def claim(engine: Engine, lane: str, limit: int = 20) -> list[Errand]:
    """Lease the errands of a lane that are due, each to one worker."""
    now = engine.clock()
    with engine.begin(SYSTEM) as work:
        rows = work.read(_CLAIM, {"until": now + LEASE, "now": now, "lane": lane, "limit": limit})
    errands = [Errand(home, id_, kind, payload, attempts, due) for home, id_, kind, payload, attempts, due in rows]
    return sorted(errands, key=lambda e: (e.due, e.id))


def run(engine: Engine, runners: Mapping[str, Runner], errand: Errand) -> bool:
    """Run one leased errand to its end; true when it is done, false when it waits for another try or is dead."""
    try:
        runner = runners[errand.kind]
        answer = runner.outside(errand) if runner.outside else None
        with engine.begin(SYSTEM) as work:
            runner.inside(work, errand, answer)
            work.remove(ERRAND, {"home": errand.home, "id": errand.id})
    except Retry as error:
        _postpone(engine, errand, str(error), dead=False)
    except (Refused, LookupError, TypeError, ValueError, AssertionError) as error:
        _log.error("errand refused", kind=errand.kind, id=str(errand.id), error=repr(error))
        _postpone(engine, errand, repr(error), dead=errand.attempt >= ATTEMPTS)
    else:
        return True
    return False


def _postpone(engine: Engine, errand: Errand, reason: str, *, dead: bool) -> None:
    now = engine.clock()
    with engine.begin(SYSTEM) as work:
        values: dict[str, object] = {
            "due_at": now + wait(errand.attempt),
            "leased_until": None,
            "error": reason[:500],
        }
        if dead:
            values["dead_at"] = now
        work.change(ERRAND, {"home": errand.home, "id": errand.id}, values)


def drain(engine: Engine, runners: Mapping[str, Runner], lane: str = "default") -> int:
    """Run all that is due in a lane, until nothing is; how many were done."""
    done = 0
    while errands := claim(engine, lane):
        done += sum(run(engine, runners, errand) for errand in errands)
    return done


def waiting(work: Work, kind: str, of: Stretch) -> set[tuple[int, str]]:
    """Home and key of every errand of a kind that still waits in the homes of a stretch, dead ones left out."""
    rows = work.read(
        "SELECT home, key FROM plumbing.outbox WHERE home BETWEEN %s AND %s AND kind = %s AND dead_at IS NULL",
        (of.after[0], of.upto[0], kind),
    )
    return {(home, key) for home, key in rows}


def dead(work: Work) -> list[tuple[int, UUID, str, str, str]]:
    """死信: home, id, kind, key and error of every errand that was given up."""
    return work.read(
        "SELECT home, id, kind, key, error FROM plumbing.outbox WHERE dead_at IS NOT NULL ORDER BY home, id"
    )
