"""时限 — the legal clock: from a start, a limit, its stops and one extension to the due day, and deemed acceptance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from yiwang.ground.ledger import Day, Ledger, day_spans, length_in_days, reach, workday_spans
from yiwang.ground.outcome import Invalid
from yiwang.ground.terms import CORRECTION_NOTICE, Extension, Ground, Limit, Stop, Unit, extend
from yiwang.ground.workdays import Calendar

# One door to the clock: its words and its ledger are had from here.
__all__ = [
    "CORRECTION_NOTICE",
    "LICENSING_WORKDAYS",
    "Day",
    "Extension",
    "Ground",
    "Ledger",
    "Limit",
    "Stop",
    "Unit",
    "acceptance_day",
    "extend",
    "last_day_for_correction_notice",
    "reckon",
]

LICENSING_WORKDAYS = "行政许可法 82"

_DAY_SECONDS = 86_400


def reckon(
    start: dt.date,
    limit: Limit,
    calendar: Calendar,
    stops: Iterable[Stop] = (),
    extension: Extension | None = None,
    today: dt.date | None = None,
    workday_clause: str = LICENSING_WORKDAYS,
) -> Ledger:
    """算期限 — the due day of a limit that starts on `start`.

    The start day is not counted (民法典 201). Stops, whole days after the day of their notice, are taken out once
    however they overlap (行政许可法 45). Limits in days, months and years roll on from a holiday (民法典 203); months
    end on the same day of the month or its last (202). Hours run from the moment given as a datetime, else from the
    end of the start day, and do not roll. `today` is needed while a stop is open: Invalid `clock.today_needed`.
    Invalid `clock.extension_unit`; `clock.extension_before_start`, `clock.extension_late` for one not approved in time.
    """
    stops = tuple(stops)
    used = tuple(_closed(stop, today) if stop.end is None else stop for stop in stops) if stops else ()
    day = start.date() if isinstance(start, dt.datetime) else start
    end = _end(start, day, limit, limit.n, calendar, used)
    if extension is not None:
        _check_extension(limit, extension, day, end.due)
        end = _end(start, day, limit, limit.n + extension.limit.n, calendar, used)
    return Ledger(
        start=day,
        limit=limit,
        due=end.due,
        provisional=calendar.provisional(day, end.due),
        counted=end.counted,
        excluded=end.due.toordinal() - day.toordinal() + 1 - end.counted,
        suspended=end.suspended,
        paused=bool(stops) and _is_paused(stops, today, end.due),
        due_at=end.due_at,
        rolled_from=end.rolled_from,
        stops=used,
        extension=extension,
        calendar=calendar,
        workday_clause=workday_clause,
        start_counts=limit.unit is Unit.SPOT or (limit.unit is Unit.HOUR and isinstance(start, dt.datetime)),
    )


def _closed(stop: Stop, today: dt.date | None) -> Stop:
    if today is None:
        raise Invalid("clock.today_needed", start=stop.start, ground=stop.ground.name)
    return Stop(stop.start, max(stop.start, today), stop.ground, stop.notice, stop.clause)


def _is_paused(stops: tuple[Stop, ...], today: dt.date | None, due: dt.date) -> bool:
    return any(stop.end is None and today and stop.since <= today and stop.since < due for stop in stops)


def _check_extension(limit: Limit, extension: Extension, start: dt.date, due: dt.date) -> None:
    if limit.unit is Unit.SPOT or extension.limit.unit is not limit.unit:
        raise Invalid("clock.extension_unit", limit=str(limit), extension=str(extension.limit))
    if extension.on < start:
        raise Invalid("clock.extension_before_start", on=extension.on, start=start)
    if extension.on > due:
        raise Invalid("clock.extension_late", clause=extension.clause, on=extension.on, due=due)


class _End(NamedTuple):
    due: dt.date
    counted: int
    suspended: int = 0
    due_at: dt.datetime | None = None
    rolled_from: dt.date | None = None


def _end(start: dt.date, day: dt.date, limit: Limit, n: int, calendar: Calendar, stops: tuple[Stop, ...]) -> _End:
    if limit.unit is Unit.WORKDAY:
        rank = calendar.rank(day.toordinal())
        target = reach(rank, n, workday_spans(calendar, stops, day))
        return _End(calendar.date(calendar.nth(target)), n, target - rank - n)
    if limit.unit is Unit.HOUR:
        return _end_of_hours(start, day, n, calendar, stops)
    if limit.unit is Unit.SPOT:
        return _End(day, 1)
    return _end_of_dates(day, length_in_days(day, n, limit.unit), calendar, stops)


def _end_of_dates(day: dt.date, length: int, calendar: Calendar, stops: tuple[Stop, ...]) -> _End:
    origin = day.toordinal()
    target = reach(origin, length, day_spans(stops, day))
    last, stood = calendar.date(target), target - origin - length
    if calendar.is_workday(last):
        return _End(last, length, stood)
    # 民法典 203: the first working day after; one on which the clock stands is not yet a day to act.
    rank = calendar.rank(target)
    rolled = reach(rank, 1, workday_spans(calendar, stops, last))
    return _End(calendar.date(calendar.nth(rolled)), length, stood + rolled - rank - 1, rolled_from=last)


def _end_of_hours(start: dt.date, day: dt.date, hours: int, calendar: Calendar, stops: tuple[Stop, ...]) -> _End:
    to_the_minute = isinstance(start, dt.datetime)
    begin = start if isinstance(start, dt.datetime) else dt.datetime.combine(day, dt.time.max)
    length = hours * 3600
    # A moment is a number of seconds; a start known to the day only begins at the end of that day.
    into_day = (begin.hour * 60 + begin.minute) * 60 + begin.second if to_the_minute else _DAY_SECONDS
    origin = begin.toordinal() * _DAY_SECONDS + into_day
    whole_days = [((since + 1) * _DAY_SECONDS, (until + 1) * _DAY_SECONDS) for since, until in day_spans(stops, day)]
    target = reach(origin, length, whole_days)
    # Midnight is the end of a day here, not the beginning of the next.
    due = calendar.date((target - 1) // _DAY_SECONDS)
    stood = (target - origin - length) // _DAY_SECONDS
    counted = due.toordinal() - day.toordinal() + to_the_minute - stood
    midnight = dt.datetime.combine(calendar.date(target // _DAY_SECONDS), dt.time.min, begin.tzinfo)
    return _End(due, counted, stood, due_at=midnight + dt.timedelta(seconds=target % _DAY_SECONDS))


def last_day_for_correction_notice(received: dt.date, calendar: Calendar, limit: Limit) -> dt.date:
    """补正告知末日 — the last day on which the one notice of everything lacking may go out (行政许可法 32)."""
    return reckon(received, limit, calendar).due


def acceptance_day(
    received: dt.date,
    *,
    calendar: Calendar,
    today: dt.date,
    complete_on: dt.date | None = None,
    notice_on: dt.date | None = None,
    limit: Limit = CORRECTION_NOTICE,
) -> dt.date | None:
    """受理日 — the day an application counts as accepted, or None while it waits (行政许可法 32).

    Complete in time: that day. Lacking, and the notice went out in time: the day the lack is cured (`complete_on`).
    Lacking, and no notice within the limit (five working days by default): deemed accepted as of the day of receipt.
    """
    last = last_day_for_correction_notice(received, calendar, limit)
    answers = [day for day in (notice_on, complete_on) if day is not None]
    if any(day <= last for day in answers):
        return complete_on
    return received if answers or today > last else None
