"""时限账 — the due day of a clock and every day that led to it, counted or not, with the article."""

from __future__ import annotations

import calendar as months
import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from yiwang.ground.outcome import Invalid
from yiwang.ground.terms import Extension, Ground, Limit, Stop, Unit
from yiwang.ground.workdays import Calendar

DAY_OF_START = "民法典 201"
LAST_DAY_A_HOLIDAY = "民法典 203"
BY_THE_CALENDAR = "民法典 200"

_DAYS_KEPT = 20_000

Why = Literal[
    "start_day",
    "workday",
    "makeup",
    "weekend",
    "holiday",
    "calendar_day",
    "hours",
    "spot",
    "suspended",
    "extension",
    "rolled",
]


@dataclass(frozen=True, slots=True)
class Day:
    """一天 — one day of the ledger: counted or not, why, by which article.

    `holiday` is the Chinese name of the holiday (or of the one a make-up workday pays for), `notice` the State
    Council's document; `ground` is set where the clock stood (`suspended`).
    """

    date: dt.date
    counted: bool
    why: Why
    holiday: str = ""
    clause: str = ""
    ground: Ground | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """时限账 — the due day of a clock and how it came about.

    `counted` + `excluded` days are all days from the start day to the due day; `suspended` of the excluded ones fell
    to stops. `due_at` is the moment for limits in hours. `rolled_from` is the last day before it rolled on over a
    holiday (民法典 203). `paused`: a stop is still open, and `due` is as if it ended on the `today` given to reckon.
    `provisional` (暂定): a year without a published holiday notice is touched. `stops` are as used, open ends closed.
    """

    start: dt.date
    limit: Limit
    due: dt.date
    provisional: bool
    counted: int
    excluded: int
    suspended: int
    paused: bool
    due_at: dt.datetime | None
    rolled_from: dt.date | None
    stops: tuple[Stop, ...]
    extension: Extension | None
    calendar: Calendar = field(repr=False, compare=False)
    workday_clause: str
    start_counts: bool

    @property
    def calendar_version(self) -> str:
        """The version of the calendar this due day rests on; recompute when it changes."""
        return self.calendar.version

    def left(self, today: dt.date) -> int:
        """剩余 — working days that still count after `today`, up to the due day; 0 on the due day and later."""
        return self._running(max(today, self.start), self.due)

    def elapsed(self, today: dt.date) -> int:
        """已用 — working days counted from the start up to `today` (at most up to the due day)."""
        return self._running(self.start, min(today, self.due))

    def overdue(self, today: dt.date) -> int:
        """逾期 — working days past the due day."""
        return max(0, self.calendar.count(self.due, today))

    def reached(self, n: int) -> dt.date:
        """第 n 日 — the day by which n working days have been counted; the start day for none."""
        first = self.calendar.rank(self.start.toordinal())
        spans = workday_spans(self.calendar, self.stops, self.start)
        return self.calendar.date(self.calendar.nth(reach(first, n, spans))) if n > 0 else self.start

    def days(self) -> Iterator[Day]:
        """逐日 — every day from the start to the due day."""
        first, last = self.start.toordinal(), self.due.toordinal()
        rolling = self.rolled_from.toordinal() if self.rolled_from else last + 1
        usual = _usual_days(self.calendar, self.limit.unit, self.workday_clause)
        standing = self._standing()
        base = length_in_days(self.start, self.limit.n, self.limit.unit) if self.extension else 0
        n = 0
        if not self.start_counts:
            yield Day(self.start, False, "start_day", clause=DAY_OF_START)
            first += 1
        for ordinal in range(first, last + 1):
            day = usual[ordinal]
            if ordinal >= rolling and not self.calendar.is_workday(day.date):
                day = Day(day.date, False, "rolled", day.holiday, LAST_DAY_A_HOLIDAY, None, day.notice)
            elif day.counted and ordinal in standing:
                stop = standing[ordinal]
                day = Day(day.date, False, "suspended", day.holiday, stop.basis, stop.ground, day.notice)
            elif day.counted and self.extension:
                n += 1
                if n > base:
                    day = Day(day.date, True, "extension", day.holiday, self.extension.clause, None, day.notice)
            yield day

    def _standing(self) -> dict[int, Stop]:
        """The days on which the clock stands, up to the due day, each with the first stop that says so."""
        last = self.due.toordinal()
        return {
            ordinal: stop
            for stop in reversed(self.stops)
            for ordinal in range(_since(stop, self.start) + 1, min(_until(stop), last) + 1)
        }

    def _running(self, a: dt.date, b: dt.date) -> int:
        if a >= b:
            return 0
        low, high = self.calendar.rank(a.toordinal()), self.calendar.rank(b.toordinal())
        seen, stood = low, 0
        for since, until in workday_spans(self.calendar, self.stops, self.start):
            stood += max(0, min(until, high) - max(since, seen))
            seen = max(seen, until)
        return high - low - stood


class _UsualDays(dict[int, Day]):
    """Days by ordinal as a unit sees them while no clock stands: the same few hundred explain nearly every case."""

    def __init__(self, calendar: Calendar, unit: Unit, workday_clause: str) -> None:
        super().__init__()
        self.calendar, self.unit, self.workday_clause = calendar, unit, workday_clause

    def __missing__(self, ordinal: int) -> Day:
        date = dt.date.fromordinal(ordinal)
        kind, unit = self.calendar.day(date), self.unit
        if unit is Unit.WORKDAY:
            day = Day(date, kind.is_workday, kind.kind, kind.name, self.workday_clause, None, kind.notice)
        else:
            why: Why = "spot" if unit is Unit.SPOT else "hours" if unit is Unit.HOUR else "calendar_day"
            day = Day(date, True, why, kind.name, "" if unit is Unit.SPOT else BY_THE_CALENDAR, None, kind.notice)
        if len(self) < _DAYS_KEPT:
            self[ordinal] = day
        return day


_usual_days = functools.lru_cache(maxsize=32)(_UsualDays)


def yellow_after(days: int) -> int:
    """黄灯: of so many working days, after how many a light turns yellow: nine tenths of them, or all but one."""
    return min(-(-9 * days // 10), days - 1)


def reach(origin: int, n: int, spans: Iterable[tuple[int, int]]) -> int:
    """The position n after the origin when the positions low + 1 … high of each span, in order of low, are left out."""
    target, seen = origin + n, origin
    for low, high in spans:
        if low >= target:
            break
        if high > seen:
            target += high - max(low, seen)
            seen = high
    return target


def day_spans(stops: tuple[Stop, ...], start: dt.date) -> list[tuple[int, int]]:
    """The stops of a clock that starts on `start` as spans of day ordinals, in order, for `reach`."""
    return sorted((_since(stop, start), _until(stop)) for stop in stops)


def workday_spans(calendar: Calendar, stops: tuple[Stop, ...], start: dt.date) -> list[tuple[int, int]]:
    """The same as spans of working-day ranks."""
    return sorted((calendar.rank(_since(stop, start)), calendar.rank(_until(stop))) for stop in stops)


def _since(stop: Stop, start: dt.date) -> int:
    return max(stop.since, start).toordinal()


def _until(stop: Stop) -> int:
    # A notice later than the end of the procedure stops nothing.
    return max(stop.end or stop.since, stop.since).toordinal()


def length_in_days(start: dt.date, n: int, unit: Unit) -> int:
    """How many units of the ledger (working days, or days) a limit of n takes."""
    if unit is Unit.MONTH or unit is Unit.YEAR:
        return _same_day(start, n * 12 if unit is Unit.YEAR else n).toordinal() - start.toordinal()
    return -(-n // 24) if unit is Unit.HOUR else n


def _same_day(start: dt.date, n: int) -> dt.date:
    """The same day n months on, or that month's last (民法典 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
    if year > dt.MAXYEAR:
        raise Invalid("workday.out_of_range")
    return dt.date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))
