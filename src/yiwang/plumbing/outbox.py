"""发件箱 — errands leave after their act has committed: lanes, leases, back-off, and dead letters in view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

import structlog

from yiwang.ground.actor import SYSTEM
from yiwang.ground.audit import Key, Stretch
from yiwang.ground.outcome import Refused
from yiwang.ground.zone import SHANGHAI
from yiwang.plumbing.database import Unavailable
from yiwang.plumbing.tables import Table
from yiwang.plumbing.telemetry import ERRAND_SECONDS, ERRANDS
from yiwang.plumbing.work import Engine, Work

LEASE = timedelta(seconds=60)
ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=6)
PASSING = frozenset({"work.busy", "work.stale", "work.try_again"})
"""Refusals that say something of the moment and nothing of the errand."""

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
WITH c AS MATERIALIZED (
    SELECT home, id FROM plumbing.outbox
    WHERE lane = %(lane)s AND due_at <= %(now)s AND dead_at IS NULL
      AND (leased_until IS NULL OR leased_until < %(now)s)
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE plumbing.outbox AS o SET leased_until = %(until)s, attempts = o.attempts + 1
FROM c WHERE o.home = c.home AND o.id = c.id
RETURNING o.home, o.id, o.kind, o.payload, o.attempts, o.due_at
"""
_HELD = """
SELECT FROM plumbing.outbox WHERE home = %s AND id = %s AND attempts = %s AND dead_at IS NULL FOR UPDATE
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
    as `answer`, to `inside`, which writes in the same transaction that closes the errand. `wanted`, where there is
    one, is asked before the world is: an errand whose reason is gone ends there."""

    inside: Callable[[Work, Errand, Any], None]
    outside: Outside | None = None
    wanted: Callable[[Work, Errand], bool] | None = None


def wait(attempt: int) -> timedelta:
    """退避: 2, 4, 8 … seconds up to six hours."""
    return min(timedelta(seconds=2 ** min(attempt, 20)), LONGEST_WAIT)


def claim(engine: Engine, lane: str, limit: int = 1) -> list[Errand]:
    """领取: lease errands of a lane that are due, each to one worker. A lease is for one errand's time, so take one."""
    now = engine.clock()
    with engine.begin(SYSTEM) as work:
        rows = work.read(_CLAIM, {"until": now + LEASE, "now": now, "lane": lane, "limit": limit})
    errands = [Errand(home, id_, kind, payload, attempts, due) for home, id_, kind, payload, attempts, due in rows]
    return sorted(errands, key=lambda e: (e.due, e.id))


def run(engine: Engine, runners: Mapping[str, Runner], errand: Errand) -> bool:
    """Run one leased errand to its end; true when it is done, false when it waits for another try or is dead.

    Nothing is written for an errand whose lease ran out and went to another worker. Unavailable goes through: without
    a database nothing can be said of the errand, and its lease runs out by itself.
    """
    started = perf_counter()
    outcome = _attempt(engine, runners, errand)
    ERRANDS.labels(errand.kind, outcome).inc()
    ERRAND_SECONDS.labels(errand.kind).observe(perf_counter() - started)
    return outcome in ("done", "unwanted")


def _attempt(engine: Engine, runners: Mapping[str, Runner], errand: Errand) -> str:
    try:
        runner = runners[errand.kind]
        if not _is_wanted(engine, runner, errand):
            return "unwanted"
        answer = runner.outside(errand) if runner.outside else None
        with engine.begin(SYSTEM) as work:
            if not _held(work, errand):
                return "lost"
            runner.inside(work, errand, answer)
            work.remove(ERRAND, {"home": errand.home, "id": errand.id})
    except Retry as error:
        return _postpone(engine, errand, str(error), dead=False)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 — whatever is wrong with one errand, the others go on; it stays in view
        _log.error("errand failed", kind=errand.kind, id=str(errand.id), attempt=errand.attempt, exc_info=error)
        blameless = isinstance(error, Refused) and error.code in PASSING
        return _postpone(engine, errand, repr(error), dead=errand.attempt >= ATTEMPTS and not blameless)
    return "done"


def _is_wanted(engine: Engine, runner: Runner, errand: Errand) -> bool:
    """Whether there is still a reason; an errand without one is taken away, unless it is another worker's by now."""
    if runner.wanted is None:
        return True
    with engine.begin(SYSTEM) as work:
        wanted = runner.wanted(work, errand)
        if not wanted and _held(work, errand):
            work.remove(ERRAND, {"home": errand.home, "id": errand.id})
    return wanted


def _held(work: Work, errand: Errand) -> bool:
    """Whether the errand is still there and still ours: each claim counts one attempt. Locks it."""
    return bool(work.read(_HELD, (errand.home, errand.id, errand.attempt)))


def _postpone(engine: Engine, errand: Errand, reason: str, *, dead: bool) -> str:
    now = engine.clock()
    with engine.begin(SYSTEM) as work:
        if not _held(work, errand):
            return "lost"
        values: dict[str, object] = {
            "due_at": now + wait(errand.attempt),
            "leased_until": None,
            "error": reason.replace("\x00", "")[:500],
        }
        if dead:
            values["dead_at"] = now
        work.change(ERRAND, {"home": errand.home, "id": errand.id}, values)
    return "dead" if dead else "postponed"


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


_OF_CASES = """
SELECT o.home, o.id, o.kind, o.payload, o.attempts, o.due_at FROM plumbing.outbox o
JOIN unnest(%s::int[], %s::text[]) AS wanted(h, i) ON o.home = wanted.h AND o.payload->>'id' = wanted.i
WHERE o.kind = ANY(%s) AND o.dead_at IS NULL ORDER BY o.home, o.id
"""


def timers_of(work: Work, cases: Sequence[Key], kinds: Iterable[str]) -> list[Errand]:
    """定时差事: those of these kinds that wait for one of these cases, by home and the `id` of their payload."""
    homes, ids = [home for home, _ in cases], [str(case_id) for _, case_id in cases]
    return [Errand(*row) for row in work.read(_OF_CASES, (homes, ids, sorted(kinds)))] if cases else []


def put_off(work: Work, errand: Errand, day: date) -> None:
    """改期: a timer is due when this day is over."""
    work.change(ERRAND, {"home": errand.home, "id": errand.id}, {"due_at": after_day(day)})


def after_day(day: date) -> datetime:
    """过了这一天: the moment in which a day in Shanghai is over."""
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


def dead(work: Work) -> list[tuple[int, UUID, str, str, str]]:
    """死信: home, id, kind, key and error of every errand that was given up."""
    return work.read(
        "SELECT home, id, kind, key, error FROM plumbing.outbox WHERE dead_at IS NOT NULL ORDER BY home, id"
    )


def revive(work: Work) -> int:
    """死信重投: every dead errand is due now and has all its attempts again; how many there were."""
    found = dead(work)
    again: dict[str, object] = {"dead_at": None, "due_at": work.now, "leased_until": None, "attempts": 0}
    for home, id_, *_ in found:
        work.change(ERRAND, {"home": home, "id": id_}, again)
    return len(found)


@dataclass(frozen=True, slots=True)
class Lane:
    """道: how many errands of a lane are due, for how many seconds the oldest, and how many were given up."""

    name: str
    due: int
    lag: float
    dead: int


def lanes(work: Work) -> list[Lane]:
    """各道积压: every lane that has anything in it."""
    rows = work.read(
        "SELECT lane, count(*) FILTER (WHERE dead_at IS NULL AND due_at <= %(now)s),"
        " min(due_at) FILTER (WHERE dead_at IS NULL AND due_at <= %(now)s), count(dead_at)"
        " FROM plumbing.outbox GROUP BY lane ORDER BY lane",
        {"now": work.now},
    )
    return [
        Lane(name, due, (work.now - oldest).total_seconds() if oldest else 0.0, given_up)
        for name, due, oldest, given_up in rows
    ]
