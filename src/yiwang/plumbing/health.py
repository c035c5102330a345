"""健康 — whether this process can serve: database, schema, workers; and the figures that are read from the database."""

from __future__ import annotations

from dataclasses import dataclass

from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Refused
from yiwang.plumbing import outbox
from yiwang.plumbing.database import Unavailable
from yiwang.plumbing.migrations import Changed, pending
from yiwang.plumbing.telemetry import OUTBOX_DEAD, OUTBOX_DEPTH, OUTBOX_LAG, WORKER_AGE, exposition
from yiwang.plumbing.work import Engine, Work

LATE = 30.0
"""Seconds without a heartbeat after which the workers are called late."""


@dataclass(frozen=True, slots=True)
class Health:
    """健康状况: `worker_age` in seconds, none when no worker was ever seen; `pending` names files to be migrated."""

    database: bool
    pending: tuple[str, ...] = ()
    worker_age: float | None = None

    @property
    def ready(self) -> bool:
        """Whether to send requests here. A late worker is no reason: without it pages still answer, errands wait."""
        return self.database and not self.pending

    @property
    def worker(self) -> bool:
        """Whether any worker was seen of late."""
        return self.worker_age is not None and self.worker_age < LATE


def examine(engine: Engine) -> Health:
    """检查: ask the database; never raises because of it."""
    try:
        with engine.database.connection() as connection:
            steps = pending(connection)
    except Changed as error:
        steps = [str(error)]
    except (Unavailable, Refused):
        return Health(database=False)
    if steps:
        return Health(database=True, pending=tuple(steps))
    try:
        with engine.begin(SYSTEM) as work:
            return Health(database=True, worker_age=_worker_age(work))
    except (Unavailable, Refused):
        return Health(database=False)


def _worker_age(work: Work) -> float | None:
    (seen,) = work.read("SELECT max(seen_at) FROM plumbing.heartbeat")[0]
    return None if seen is None else max(0.0, (work.now - seen).total_seconds())


def figures(engine: Engine) -> tuple[bytes, str]:
    """指标: all figures in Prometheus' text form and its media type; without a database, those of this process."""
    try:
        with engine.begin(SYSTEM) as work:
            lanes, age = outbox.lanes(work), _worker_age(work)
    except (Unavailable, Refused):
        return exposition()
    for gauge in (OUTBOX_DEPTH, OUTBOX_LAG, OUTBOX_DEAD):
        gauge.clear()
    for lane in lanes:
        OUTBOX_DEPTH.labels(lane.name).set(lane.due)
        OUTBOX_LAG.labels(lane.name).set(lane.lag)
        OUTBOX_DEAD.labels(lane.name).set(lane.dead)
    WORKER_AGE.set(-1 if age is None else age)
    return exposition()
