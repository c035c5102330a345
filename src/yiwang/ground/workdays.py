"""工作日 — the working-day calendar of China: versioned, named day by day, added and counted in O(1)."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from yiwang.ground import holidays
from yiwang.ground.outcome import Invalid

Kind = Literal["workday", "makeup", "weekend", "holiday"]

_ONE = dt.timedelta(1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Special:
    """特殊日 — a day that is not what its weekday says: a `holiday`, or a weekend day worked (`makeup`, 调休上班).

    `notice` is the number of the document that ordered it (`国办发明电〔2016〕17号`), empty where there is none yet.
    """

    date: dt.date
    kind: Literal["makeup", "holiday"]
    name: str
    notice: str = ""


@dataclass(frozen=True, slots=True)
class DayKind:
    """日类 — what a day is, the Chinese name of its holiday, and whether a published notice says so (else 暂定)."""

    kind: Kind
    name: str
    published: bool
    notice: str = ""

    @property
    def is_workday(self) -> bool:
        """工作日 — is it worked?"""
        return self.kind == "workday" or self.kind == "makeup"


class Calendar:
    """工作日历 — one version of the calendar; never changed, only replaced by a `revised` one.

    Days outside the years it was built from are Mondays to Fridays and always provisional: it answers for every date.
    """

    __slots__ = ("_by_day", "_first", "_last", "_published", "_rank", "_specials", "_worked", "version")

    def __init__(self, version: str, specials: Iterable[Special], published: Collection[int]) -> None:
        """Build the version from its special days and the years whose notice is out."""
        self.version = version
        self._specials = tuple(sorted(specials, key=lambda special: special.date))
        self._by_day = {special.date.toordinal(): special for special in self._specials}
        self._published = frozenset(published)
        years = {special.date.year for special in self._specials} | self._published
        self._first = dt.date(min(years, default=1970), 1, 1).toordinal()
        self._last = dt.date(max(years, default=1970), 12, 31).toordinal()
        # _rank[i] = working days from the first day up to and including first + i; _worked[k - 1] = the k-th of them.
        self._rank = array("i")
        self._worked = array("i")
        for ordinal in range(self._first, self._last + 1):
            special = self._by_day.get(ordinal)
            if special.kind == "makeup" if special else (ordinal - 1) % 7 < _SATURDAY:
                self._worked.append(ordinal)
            self._rank.append(len(self._worked))

    def revised(self, version: str, specials: Iterable[Special], published: Collection[int]) -> Calendar:
        """换版 — a new version in which the years `published` hold these special days instead of what stood there.

        A notice may reach into the neighbouring year (31 December); such a day replaces just that day.
        """
        new = {special.date: special for special in specials}
        kept = [old for old in self._specials if old.date.year not in published and old.date not in new]
        return Calendar(version, [*kept, *new.values()], self._published | set(published))

    def specials(self) -> Iterator[Special]:
        """All special days in order of date."""
        return iter(self._specials)

    def rank(self, ordinal: int) -> int:
        """序 — working days up to and including the day with this proleptic ordinal, from a fixed but free origin."""
        if self._first <= ordinal <= self._last:
            return self._rank[ordinal - self._first]
        if ordinal > self._last:
            return len(self._worked) + _weekdays(ordinal) - _weekdays(self._last)
        return _weekdays(ordinal) - _weekdays(self._first - 1)

    def nth(self, rank: int) -> int:
        """The ordinal of the working day with this rank: the first day on which `rank(day)` reaches it."""
        if 0 < rank <= len(self._worked):
            return self._worked[rank - 1]
        if rank <= 0:
            return _nth_weekday(rank + _weekdays(self._first - 1))
        return _nth_weekday(rank - len(self._worked) + _weekdays(self._last))

    def is_workday(self, day: dt.date) -> bool:
        """是否工作日 — is the day worked?"""
        ordinal = day.toordinal()
        return self.rank(ordinal) != self.rank(ordinal - 1)

    def day(self, day: dt.date) -> DayKind:
        """日类 — kind, holiday name, whether published."""
        published = day.year in self._published
        special = self._by_day.get(day.toordinal())
        if special:
            return DayKind(special.kind, special.name, published, special.notice)
        return DayKind("weekend" if day.weekday() >= _SATURDAY else "workday", "", published)

    def add(self, day: dt.date, n: int) -> dt.date:
        """加工作日 — the n-th working day after `day`, which itself is not counted (民法典 201).

        A negative n gives the n-th working day before it; 0 the day itself. Raises Invalid outside years 1–9999.
        """
        if n == 0:
            return day
        ordinal = day.toordinal()
        return self.date(self.nth(self.rank(ordinal) + n if n > 0 else self.rank(ordinal - 1) + n + 1))

    def count(self, a: dt.date, b: dt.date) -> int:
        """计工作日 — working days in (a, b]: after a, up to and including b; negative if b lies before a."""
        return self.rank(b.toordinal()) - self.rank(a.toordinal())

    def next_workday(self, day: dt.date) -> dt.date:
        """顺延 — the day itself if it is worked, else the first working day after it."""
        return self.date(self.nth(self.rank(day.toordinal() - 1) + 1))

    def provisional(self, a: dt.date, b: dt.date) -> bool:
        """暂定 — does any day from a to b, both included, lie in a year without a published notice?"""
        return not self._published.issuperset(range(a.year, b.year + 1))

    @staticmethod
    def date(ordinal: int) -> dt.date:
        """The date of an ordinal; Invalid `workday.out_of_range` beyond the years 1–9999."""
        try:
            return dt.date.fromordinal(ordinal)
        except (ValueError, OverflowError):
            raise Invalid("workday.out_of_range") from None


def _weekdays(ordinal: int) -> int:
    """Mondays to Fridays from ordinal 1 (a Monday) to this one."""
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


def _nth_weekday(n: int) -> int:
    """The ordinal of the n-th Monday to Friday since ordinal 1."""
    weeks, rest = divmod(n - 1, 5)
    return weeks * 7 + rest + 1


def read_published(text: str) -> tuple[list[Special], set[int]]:
    """读通知 — the special days and years of a table written like `holidays.PUBLISHED`.

    Raises Invalid `calendar.line_unreadable` with the line.
    """
    found: dict[dt.date, Special] = {}
    years: set[int] = set()
    year, notice = 0, ""
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            head, _, rest = line.partition(" ")
            if head.isdigit():
                year, notice = int(head), rest.strip()
                years.add(year)
                continue
            found.update((special.date, special) for special in _read_line(head, rest, year, notice))
        except ValueError:
            raise Invalid("calendar.line_unreadable", line=line) from None
    return list(found.values()), years


def _read_line(name: str, rest: str, year: int, notice: str) -> Iterator[Special]:
    rest, _, changed_by = rest.partition(" 据 ")
    off, _, worked = rest.partition(" 班 ")
    first, _, last = off.strip().partition("-")
    day, end = _read_date(first, year), _read_date(last or first, year)
    while day <= end:
        yield Special(day, "holiday", name, changed_by.strip() or notice)
        day += _ONE
    for text in worked.split():
        yield Special(_read_date(text, year), "makeup", name, changed_by.strip() or notice)


def _read_date(text: str, year: int) -> dt.date:
    return dt.date.fromisoformat(text if len(text) == 8 else f"{year:04}{text}")


def read_provisional(text: str) -> list[Special]:
    """读暂定表 — the statutory holidays of years without a notice, from a table like `holidays.PROVISIONAL`.

    Statutory days as in force since 2025 (全国年节及纪念日放假办法 2): New Year 1, Spring Festival 4 from the eve,
    清明 1, Labour Day 2, 端午 1, 中秋 1, National Day 3. Which weekdays will be swapped nobody knows yet.
    """
    found: dict[dt.date, Special] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            year, *festivals = line.split()
            spring, qingming, dragon, autumn = (_read_date(day, int(year)) for day in festivals)
        except ValueError:
            raise Invalid("calendar.line_unreadable", line=line) from None
        new_year, labour, national = (dt.date(int(year), month, 1) for month in (1, 5, 10))
        for name, first, days in (
            ("元旦", new_year, 1),
            ("春节", spring - _ONE, 4),
            ("清明节", qingming, 1),
            ("劳动节", labour, 2),
            ("端午节", dragon, 1),
            ("国庆节", national, 3),
            ("中秋节", autumn, 1),
        ):
            for offset in range(days):
                day = first + offset * _ONE
                found[day] = Special(day, "holiday", name)
    return list(found.values())


def _built_in() -> Calendar:
    specials, years = read_published(holidays.PUBLISHED)
    return Calendar(holidays.VERSION, [*specials, *read_provisional(holidays.PROVISIONAL)], years)


CALENDAR = _built_in()
"""内置日历 — 2007–2026 published, 2027–2099 provisional."""
