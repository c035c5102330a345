"""换日历 — a new calendar meets the open cases: which dates would move and why, and all of them reckoned again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import structlog

from yiwang.casework.messages.case import Case
from yiwang.casework.rules import redating
from yiwang.casework.rules.redating import Change, Dates
from yiwang.casework.rules.watching import next_look
from yiwang.casework.service import queues
from yiwang.casework.service.holding import flow_of, note, published_of
from yiwang.casework.service.running import keep
from yiwang.ground.actor import SYSTEM
from yiwang.ground.workdays import Calendar
from yiwang.plumbing.work import Engine, Work

SLICE = 200
changes = redating.changes

_log = structlog.get_logger("clock")


@dataclass(frozen=True, slots=True)
class Moved:
    """移动的办件: an open case whose dates are others under the new calendar, and the days that make it so."""

    home: int
    id: UUID
    number: str
    deciding: str
    was: Dates
    now: Dates
    days: tuple[Change, ...]


@dataclass(slots=True)
class Recomputed:
    """重算毕: how many open cases were reckoned again, the dates of how many moved, how many could not be worked."""

    looked: int = 0
    moved: int = 0
    failed: int = 0


def preview(work: Work, new: Calendar, size: int = 500) -> Iterator[Moved | None]:
    """试算: every open case under the calendar in force and under a new one; None for each whose dates stay."""
    changed = redating.changes(work.calendar, new)
    after = (-1, UUID(int=0))
    while found := queues.open_after(work, after, size):
        for case in found:
            flow = flow_of(work, case)
            was = redating.dates(case, flow, work.calendar, work.today)
            now = redating.dates(case, flow, new, work.today)
            yield _moved(case, was, now, changed) if was != now else None
        after = (found[-1].matter.home, found[-1].matter.id)


def _moved(case: Case, was: Dates, now: Dates, changed: list[Change]) -> Moved:
    matter = case.matter
    why = tuple(redating.causes(case, was, now, changed))
    return Moved(matter.home, matter.id, matter.number, matter.deciding, was, now, why)


def recompute(engine: Engine, size: int = SLICE, each: Callable[[int], object] | None = None) -> Recomputed:
    """重算: every open case that was dated by another calendar than the one in force, slice by slice.

    Where a date moves the act stands in its journal: the versions, each date before and after, and the days that caused
    it. A case that is held by another act is dated by that act itself. Closed cases keep the dates they had.
    """

    def ahead(work: Work, after: queues.Stamp | None) -> list[queues.Stamp]:
        return queues.dated_otherwise(work, work.calendar.version, after or queues.FIRST_PLACE, size)

    worked = queues.in_slices(engine, ahead, _redate, each)
    return Recomputed(worked.looked, worked.done, worked.failed)


def _redate(engine: Engine, keys: list[tuple[int, UUID]]) -> int:
    with engine.begin(SYSTEM) as work:
        found = queues.take_free(work, keys)
        return sum(_date_again(work, case) for case in found)


def _date_again(work: Work, case: Case) -> bool:
    was, now = redating.stored(case), redating.dates(case, flow_of(work, case), work.calendar, work.today)
    if was == now:
        look_on = next_look(case, published_of(work, case).item, work.calendar)
        queues.stamp(work, case, work.calendar.version, look_on)
        return False
    old = work.calendar_of(case.calendar)
    days = redating.causes(case, was, now, redating.changes(old, work.calendar)) if old else []
    facts: dict[str, object] = {
        "calendar": [case.calendar, work.calendar.version],
        "promised": _pair(was.promised, now.promised),
        "legal": _pair(was.legal, now.legal),
        "steps": {s: _pair(was.steps.get(s), now.steps[s]) for s in now.steps if was.steps.get(s) != now.steps[s]},
        "days": [day.date.isoformat() for day in days],
    }
    notices = sorted({work.calendar.day(day.date).notice for day in days} - {""})
    note(work, case, "clock.recomputed", facts, "、".join(notices))
    keep(work, case)
    return True


def _pair(was: date | None, now: date | None) -> list[str | None]:
    return [was.isoformat() if was else None, now.isoformat() if now else None]
