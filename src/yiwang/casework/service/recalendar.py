"""换日历 — a new calendar meets the open cases: which dates would move and why, and all of them reckoned again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from uuid import UUID

import structlog

from yiwang.casework.messages.case import Case
from yiwang.casework.rules import redating
from yiwang.casework.rules.redating import Change, Dates
from yiwang.casework.rules.watching import next_look
from yiwang.casework.service import queues, timers
from yiwang.casework.service.holding import flow_of, note, published_of
from yiwang.casework.service.running import keep
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM
from yiwang.ground.notice import Notice
from yiwang.ground.outcome import Forbidden
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of
from yiwang.plumbing import calendars, journal, notices
from yiwang.plumbing.work import Engine, Work

SLICE = 200
AT_ONCE = 2_000  # open cases that a page tries a notice on and reckons again while somebody waits
COUNTED = 1_000
PROVINCE = "33"
changes = redating.changes

_log = structlog.get_logger("clock")


@dataclass(frozen=True, slots=True)
class Moved:
    """移动的办件: an open case whose dates are others under the new calendar, the timers that wait for it with their
    last days before and after, and the days that make it so.
    """

    home: int
    id: UUID
    number: str
    deciding: str
    was: Dates
    now: Dates
    days: tuple[Change, ...]
    timers: Mapping[str, tuple[date, date]] = field(default_factory=dict)


@dataclass(slots=True)
class Recomputed:
    """重算毕: how many open cases were reckoned again, the dates of how many moved, how many could not be worked."""

    looked: int = 0
    moved: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """试算毕: what a notice would do: the days it changes, how many open cases were looked at, those whose dates move.

    `partly`: there are more open cases than were looked at. `was` is the version in force; `calendar` the one to be.
    """

    document: str
    year: int
    was: str
    calendar: Calendar
    days: list[Change]
    looked: int
    moved: list[Moved]
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """导入过的通知: which document, for which years, by whom and when."""

    document: str
    years: tuple[int, ...]
    by: str
    at: datetime


def try_out(work: Work, read: Notice, most: int = AT_ONCE) -> Trial:
    """试算一份通知, over the first so many open cases; changes nothing."""
    new = notices.revised(work.calendar, read)
    changed = redating.changes(work.calendar, new)
    if not changed and work.calendar.provisional(date(read.year, 1, 1), date(read.year, 1, 1)):
        changed = [Change(date(read.year, 1, 1), "provisional", "published", "")]
    found = list(islice(preview(work, new), most + 1)) if changed else []
    moved = [one for one in found[:most] if one is not None]
    return Trial(
        read.document, read.year, work.calendar.version, new, changed, min(len(found), most), moved, len(found) > most
    )


def bring_in(work: Work, read: Notice) -> None:
    """导入: from the next act on the notice is in force, for the whole province, in the actor's name; never deleted.

    Forbidden `calendar.whole_province` for who oversees only a part of it. The worker reckons open cases again, or
    `recompute` does at once.
    """
    if directory.prefix(work.actor.division) != PROVINCE:
        raise Forbidden("calendar.whole_province")
    notices.bring_in(work, read, work.actor.person)


def imported(work: Work) -> list[Imported]:
    """导入过的通知, the newest first, with the names of those who did."""
    found = calendars.notices(work.read)
    names = directory.names_of(work, {n.imported_by for n in found})
    return [
        Imported(n.document, tuple(sorted(n.years)), names.get(n.imported_by, n.imported_by), n.imported_at)
        for n in reversed(found)
    ]


def waiting(work: Work) -> int:
    """等待重算: how many open cases are still dated by another version; counted no further than a thousand."""
    rows = work.read(_WAITING, {"version": work.calendar.version, "most": COUNTED})
    return int(rows[0][0])


_WAITING = """
SELECT count(*) FROM (
    (SELECT FROM casework.matter WHERE closed_at IS NULL AND calendar < %(version)s LIMIT %(most)s)
    UNION ALL (SELECT FROM casework.matter WHERE closed_at IS NULL AND calendar > %(version)s LIMIT %(most)s)
) AS otherwise
"""


def preview(work: Work, new: Calendar, size: int = 500) -> Iterator[Moved | None]:
    """试算: every open case under the calendar in force and under a new one; None for each whose dates stay."""
    changed = redating.changes(work.calendar, new)
    after = (-1, UUID(int=0))
    while found := queues.open_after(work, after, size):
        waiting = timers.shifts(work, found, new)
        for case in found:
            flow = flow_of(work, case)
            was = redating.dates(case, flow, work.calendar, work.today)
            now = redating.dates(case, flow, new, work.today)
            shifted = timers.days(waiting.get((case.matter.home, case.matter.id), []))
            yield _moved(case, was, now, changed, shifted) if was != now or shifted else None
        after = (found[-1].matter.home, found[-1].matter.id)


def _moved(
    case: Case, was: Dates, now: Dates, changed: list[Change], shifted: Mapping[str, tuple[date, date]]
) -> Moved:
    matter = case.matter
    why = tuple(redating.causes(case, was, now, changed, _ends(shifted)))
    return Moved(matter.home, matter.id, matter.number, matter.deciding, was, now, why, shifted)


def _ends(shifted: Mapping[str, tuple[date, date]]) -> list[date]:
    return [day for both in shifted.values() for day in both]


def recompute(engine: Engine, size: int = SLICE, each: Callable[[int], object] | None = None) -> Recomputed:
    """重算: every open case that was dated by another calendar than the one in force, slice by slice.

    Where a date moves the act stands in its journal: the versions, each date and timer before and after, and the days
    that caused it. A case that another act holds is dated by that act itself. Closed cases keep the dates they had.
    """

    def ahead(work: Work, after: queues.Stamp | None) -> list[queues.Stamp]:
        return queues.dated_otherwise(work, work.calendar.version, after or queues.FIRST_PLACE, size)

    worked = queues.in_slices(engine, ahead, _redate, each)
    return Recomputed(worked.looked, worked.done, worked.failed)


def _redate(engine: Engine, keys: list[tuple[int, UUID]]) -> int:
    with engine.begin(SYSTEM) as work:
        found = queues.take_free(work, keys)
        waiting = timers.shifts(work, found, work.calendar)
        return sum(_date_again(work, case, waiting.get((case.matter.home, case.matter.id), [])) for case in found)


def _date_again(work: Work, case: Case, waiting: list[timers.Shift]) -> bool:
    """What the new calendar moves, held against the old one as of the same day: a clock that stands still moves on by
    itself, and of that nothing is to be written down.
    """
    flow, old = flow_of(work, case), work.calendar_of(case.calendar)
    was = redating.dates(case, flow, old, work.today) if old else redating.stored(case)
    now = redating.dates(case, flow, work.calendar, work.today)
    if was == now and not waiting:
        if _as_written(work, case, now):
            look_on = next_look(case, published_of(work, case).item, work.calendar)
            queues.stamp(work, case, work.calendar.version, look_on)
            return False
        was = redating.stored(case)
    ends = _ends(timers.days(waiting))
    days = redating.causes(case, was, now, redating.changes(old, work.calendar), ends) if old else []
    facts: dict[str, object] = {
        "calendar": [case.calendar, work.calendar.version],
        "promised": _pair(was.promised, now.promised),
        "legal": _pair(was.legal, now.legal),
        "steps": {s: _pair(was.steps.get(s), now.steps[s]) for s in now.steps if was.steps.get(s) != now.steps[s]},
        "days": [day.date.isoformat() for day in days],
    }
    if was.tolerance != now.tolerance:
        facts["tolerance"] = _pair(was.tolerance, now.tolerance)
    if waiting:
        facts["timers"] = timers.move(work, waiting)
    case.calendar = work.calendar.version
    notices = sorted({work.calendar.day(day.date).notice for day in days} - {""})
    note(work, case, "clock.recomputed", facts, "、".join(notices))
    keep(work, case)
    return True


def _as_written(work: Work, case: Case, now: Dates) -> bool:
    """Whether the rows of a case are right as of its last act. No query unless its clock stands."""
    written = redating.stored(case)
    if written == now:
        return True
    last = journal.entries(work, case.matter.home, case.matter.id)[-1]
    return written == redating.dates(case, flow_of(work, case), work.calendar, day_of(last.at))


def _pair(was: date | None, now: date | None) -> list[str | None]:
    return [was.isoformat() if was else None, now.isoformat() if now else None]
