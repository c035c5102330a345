"""时限 — the legal clock: limits, suspensions, one extension, and a ledger that explains every day of them."""

from __future__ import annotations

import calendar as months
import datetime as dt
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, NamedTuple

from yiwang.ground.outcome import Conflict, Invalid
from yiwang.ground.workdays import Calendar

DAY_OF_START = "民法典 201"
LAST_DAY_A_HOLIDAY = "民法典 203"
BY_THE_CALENDAR = "民法典 200"
LICENSING_WORKDAYS = "行政许可法 82"
LICENSING_STOPS = "行政许可法 45"

_DAY_SECONDS = 86_400
_MOST = 100_000
_NOTHING: tuple[object, ...] = (None, "")
_LIMIT = re.compile(r"([0-9]{1,6})(wd|d|h|mo|y)")


class Unit(Enum):
    """期限单位 — every limit names its unit; «days» alone does not exist (行政许可法 82, 行政处罚法 85)."""

    WORKDAY = "wd"
    CALENDAR = "d"
    HOUR = "h"
    SPOT = "spot"
    MONTH = "mo"
    YEAR = "y"


@dataclass(frozen=True, slots=True)
class Limit:
    """期限 — `n` of a unit, 1 to 100,000; on the spot (即办) has n = 0.  Else Invalid `clock.limit_out_of_range`."""

    n: int
    unit: Unit

    def __post_init__(self) -> None:
        if not (self.n == 0 if self.unit is Unit.SPOT else 0 < self.n <= _MOST):
            raise Invalid("clock.limit_out_of_range", n=self.n, unit=self.unit.value)

    @staticmethod
    def parse(text: str) -> Limit:
        """Read `25wd` `90d` `24h` `6mo` `5y` `spot`, the form `str` gives back; Invalid `clock.limit_unreadable`."""
        return _parse_limit(text)

    def __str__(self) -> str:
        return self.unit.value if self.unit is Unit.SPOT else f"{self.n}{self.unit.value}"


CORRECTION_NOTICE = Limit(5, Unit.WORKDAY)
"""补正告知期限 — five working days (行政许可法 32)."""


@functools.lru_cache(maxsize=1024)
def _parse_limit(text: str) -> Limit:
    word = text.strip().lower()
    if word == Unit.SPOT.value:
        return Limit(0, Unit.SPOT)
    found = _LIMIT.fullmatch(word)
    if not found:
        raise Invalid("clock.limit_unreadable", text=text)
    return Limit(int(found[1]), Unit(found[2]))


class Ground(Enum):
    """停钟事由 — what may stop a clock: its Chinese name and the clause that says so."""

    HEARING = ("听证", LICENSING_STOPS)
    TENDER = ("招标", LICENSING_STOPS)
    AUCTION = ("拍卖", LICENSING_STOPS)
    INSPECTION = ("检验", LICENSING_STOPS)
    TESTING = ("检测", LICENSING_STOPS)
    QUARANTINE = ("检疫", LICENSING_STOPS)
    APPRAISAL = ("鉴定", LICENSING_STOPS)
    EXPERT_REVIEW = ("专家评审", LICENSING_STOPS)
    COMMISSIONED_ASSESSMENT = ("委托评估", "企业投资项目核准和备案管理条例 9")
    RECTIFICATION = ("整改", "医疗器械经营监督管理办法 13")
    OTHER = ("其他法定事由", "")
    """Any other rule that excludes time; the stop itself must then name the clause."""

    def __init__(self, label: str, clause: str) -> None:
        self.label = label
        self.clause = clause

    @property
    def in_licensing_45(self) -> bool:
        """Is it one of the eight special procedures of 行政许可法 45?"""
        return self.clause == LICENSING_STOPS

    @staticmethod
    def parse(text: str) -> Ground:
        """Read a ground by its name (`EXPERT_REVIEW`).

        Invalid `clock.ground_does_not_stop` for what people mistake for one (consultation, site check, extension):
        only what a law excludes is not counted (浙江规定 28); else Invalid `clock.ground_unknown`.
        """
        word = text.strip().upper()
        if word in _COUNTED_PROCEDURES:
            raise Invalid("clock.ground_does_not_stop", clause="浙江省保障“最多跑一次”改革规定 28", ground=word)
        try:
            return Ground[word]
        except KeyError:
            raise Invalid("clock.ground_unknown", clause=LICENSING_STOPS, ground=text) from None


_COUNTED_PROCEDURES = frozenset({"CONSULTATION", "SITE_CHECK", "PUBLICITY", "EXTENSION"})


@dataclass(frozen=True, slots=True)
class Stop:
    """停钟 — a special procedure from `start` to `end` (None while it lasts), days included.

    The day it starts still counts, the day it ends does not. `notice` is the day the applicant was told in writing
    how long it takes; without ground or notice the clock does not stop (行政许可法 45): Invalid
    `clock.stop_without_ground`, `clock.stop_without_notice`. `clause` names the rule where it is not the ground's own.
    """

    start: dt.date
    end: dt.date | None
    ground: Ground
    notice: dt.date
    clause: str = ""

    def __post_init__(self) -> None:
        # Types promise both, but these come from forms and files: the law's condition is checked, not assumed.
        if self.ground in _NOTHING:
            raise Invalid("clock.stop_without_ground", clause=LICENSING_STOPS)
        if self.notice in _NOTHING:
            raise Invalid("clock.stop_without_notice", clause=LICENSING_STOPS)
        if not self.basis:
            raise Invalid("clock.stop_without_clause", ground=self.ground.name)
        if self.end is not None and self.end < self.start:
            raise Invalid("clock.stop_ends_before_start", start=self.start, end=self.end)

    @property
    def basis(self) -> str:
        """依据 — the clause that excludes its time."""
        return self.clause or self.ground.clause

    @property
    def since(self) -> dt.date:
        """The last day counted before the clock stands: a late notice stops it only from the day of the notice."""
        return max(self.start, self.notice)


@dataclass(frozen=True, slots=True)
class Extension:
    """延期 — an approved lengthening, in the unit of the limit; who approved it, why, and on which day.

    Invalid `clock.extension_without_approval`, `clock.extension_without_reason` (行政许可法 42).
    """

    limit: Limit
    approved_by: str
    reason: str
    on: dt.date
    clause: str = "行政许可法 42"

    def __post_init__(self) -> None:
        if not self.approved_by.strip():
            raise Invalid("clock.extension_without_approval", clause=self.clause)
        if not self.reason.strip():
            raise Invalid("clock.extension_without_reason", clause=self.clause)


def extend(granted: Extension | None, new: Extension) -> Extension:
    """延期一次 — the extension to use; Conflict `clock.already_extended` if one was granted before (行政许可法 42)."""
    if granted is not None:
        raise Conflict("clock.already_extended", clause=granted.clause, on=granted.on, limit=str(granted.limit))
    return new


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

    def days(self) -> Iterator[Day]:
        """逐日 — every day from the start to the due day."""
        unit, n, base = self.limit.unit, 0, _length(self.start, self.limit.n, self.limit.unit)
        first = self.start.toordinal()
        rolling = self.rolled_from.toordinal() if self.rolled_from else self.due.toordinal()
        for ordinal in range(first, self.due.toordinal() + 1):
            if ordinal == first and not self.start_counts:
                yield Day(self.start, False, "start_day", clause=DAY_OF_START)
                continue
            day = _usual_day(self.calendar, ordinal, unit, self.workday_clause)
            if ordinal >= rolling and not self.calendar.is_workday(day.date):
                day = Day(day.date, False, "rolled", day.holiday, LAST_DAY_A_HOLIDAY, None, day.notice)
            elif day.counted and ordinal > first and (stop := self._stop_on(day.date)):
                day = Day(day.date, False, "suspended", day.holiday, stop.basis, stop.ground, day.notice)
            n += day.counted
            if self.extension and day.counted and n > base:
                day = Day(day.date, True, "extension", day.holiday, self.extension.clause, None, day.notice)
            yield day

    def _stop_on(self, day: dt.date) -> Stop | None:
        for stop in self.stops:
            if stop.since < day and stop.end and day <= stop.end:
                return stop
        return None

    def _running(self, a: dt.date, b: dt.date) -> int:
        if a >= b:
            return 0
        low, high = self.calendar.rank(a.toordinal()), self.calendar.rank(b.toordinal())
        seen, stood = low, 0
        for since, until in _workday_spans(self.calendar, self.stops, self.start):
            stood += max(0, min(until, high) - max(since, seen))
            seen = max(seen, until)
        return high - low - stood


@functools.lru_cache(maxsize=8192)
def _usual_day(calendar: Calendar, ordinal: int, unit: Unit, workday_clause: str) -> Day:
    """The day as the unit sees it while no clock stands; the same few hundred days explain nearly every case."""
    date = dt.date.fromordinal(ordinal)
    kind = calendar.day(date)
    if unit is Unit.WORKDAY:
        return Day(date, kind.is_workday, kind.kind, kind.name, workday_clause, None, kind.notice)
    why: Why = "spot" if unit is Unit.SPOT else "hours" if unit is Unit.HOUR else "calendar_day"
    return Day(date, True, why, kind.name, "" if unit is Unit.SPOT else BY_THE_CALENDAR, None, kind.notice)


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
        target = _reach(rank, n, _workday_spans(calendar, stops, day))
        return _End(calendar.date(calendar.nth(target)), n, target - rank - n)
    if limit.unit is Unit.HOUR:
        return _end_of_hours(start, day, n, calendar, stops)
    if limit.unit is Unit.SPOT:
        return _End(day, 1)
    return _end_of_dates(day, _length(day, n, limit.unit), calendar, stops)


def _end_of_dates(day: dt.date, length: int, calendar: Calendar, stops: tuple[Stop, ...]) -> _End:
    origin = day.toordinal()
    target = _reach(origin, length, sorted((_since(stop, day), _until(stop)) for stop in stops))
    last, stood = calendar.date(target), target - origin - length
    if calendar.is_workday(last):
        return _End(last, length, stood)
    # 民法典 203: the first working day after; one on which the clock stands is not yet a day to act.
    rank = calendar.rank(target)
    rolled = _reach(rank, 1, _workday_spans(calendar, stops, last))
    return _End(calendar.date(calendar.nth(rolled)), length, stood + rolled - rank - 1, rolled_from=last)


def _end_of_hours(start: dt.date, day: dt.date, hours: int, calendar: Calendar, stops: tuple[Stop, ...]) -> _End:
    to_the_minute = isinstance(start, dt.datetime)
    begin = start if isinstance(start, dt.datetime) else dt.datetime.combine(day, dt.time.max)
    length = hours * 3600
    # A moment is a number of seconds; a start known to the day only begins at the end of that day.
    into_day = (begin.hour * 60 + begin.minute) * 60 + begin.second if to_the_minute else _DAY_SECONDS
    origin = begin.toordinal() * _DAY_SECONDS + into_day
    whole_days = sorted(((_since(stop, day) + 1) * _DAY_SECONDS, (_until(stop) + 1) * _DAY_SECONDS) for stop in stops)
    target = _reach(origin, length, whole_days)
    # Midnight is the end of a day here, not the beginning of the next.
    due = calendar.date((target - 1) // _DAY_SECONDS)
    stood = (target - origin - length) // _DAY_SECONDS
    counted = due.toordinal() - day.toordinal() + to_the_minute - stood
    midnight = dt.datetime.combine(calendar.date(target // _DAY_SECONDS), dt.time.min, begin.tzinfo)
    return _End(due, counted, stood, due_at=midnight + dt.timedelta(seconds=target % _DAY_SECONDS))


def _reach(origin: int, n: int, spans: Iterable[tuple[int, int]]) -> int:
    """The position n after the origin when the positions low + 1 … high of each span, in order of low, are left out."""
    target, seen = origin + n, origin
    for low, high in spans:
        if low >= target:
            break
        if high > seen:
            target += high - max(low, seen)
            seen = high
    return target


def _workday_spans(calendar: Calendar, stops: tuple[Stop, ...], start: dt.date) -> list[tuple[int, int]]:
    return sorted((calendar.rank(_since(stop, start)), calendar.rank(_until(stop))) for stop in stops)


def _since(stop: Stop, start: dt.date) -> int:
    return max(stop.since, start).toordinal()


def _until(stop: Stop) -> int:
    return (stop.end or stop.since).toordinal()


def _length(start: dt.date, n: int, unit: Unit) -> int:
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
