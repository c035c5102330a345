"""时限对算 — the clock against a second, naive one that walks day by day, on random histories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hypothesis import assume, given
from hypothesis import strategies as st

from yiwang.ground.clock import Extension, Ground, Limit, Stop, Unit, reckon
from yiwang.ground.workdays import CALENDAR

ONE = dt.timedelta(1)
START = st.dates(dt.date(2015, 1, 1), dt.date(2027, 6, 30))


class Naive(NamedTuple):
    due: dt.date
    counted: int
    suspended: int


def stands(day: dt.date, start: dt.date, stops: Iterable[Stop]) -> bool:
    """Does the clock stand on this day?"""
    return any(max(stop.start, stop.notice, start) < day <= (stop.end or day) for stop in stops)


def following(day: dt.date) -> Iterator[dt.date]:
    while True:
        day += ONE
        yield day


def naive(start: dt.date, limit: Limit, stops: list[Stop], extra: int) -> Naive:
    n = limit.n + extra
    if limit.unit is Unit.WORKDAY:
        return naive_workdays(start, n, stops)
    if limit.unit is Unit.HOUR:
        return naive_hours(start, n, stops)
    return naive_days(start, naive_length(start, n, limit.unit), stops)


def naive_length(start: dt.date, n: int, unit: Unit) -> int:
    if unit is Unit.CALENDAR:
        return n
    year, month, last = start.year, start.month, start
    for _ in range(n * (12 if unit is Unit.YEAR else 1)):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for day in range(1, start.day + 1):
        try:
            last = dt.date(year, month, day)
        except ValueError:
            break
    return (last - start).days


def naive_workdays(start: dt.date, n: int, stops: list[Stop]) -> Naive:
    counted = suspended = 0
    for day in following(start):
        if not CALENDAR.day(day).is_workday:
            continue
        if stands(day, start, stops):
            suspended += 1
            continue
        counted += 1
        if counted == n:
            return Naive(day, counted, suspended)
    raise AssertionError


def naive_days(start: dt.date, n: int, stops: list[Stop]) -> Naive:
    counted = suspended = 0
    for day in following(start):
        works, still = CALENDAR.day(day).is_workday, stands(day, start, stops)
        if counted < n:
            counted, suspended = counted + (not still), suspended + still
            if counted == n and works:
                return Naive(day, counted, suspended)
        elif works and still:
            suspended += 1
        elif works:
            return Naive(day, counted, suspended)
    raise AssertionError


def naive_hours(start: dt.date, n: int, stops: list[Stop]) -> Naive:
    left, counted, suspended = n, 0, 0
    for day in following(start):
        if stands(day, start, stops):
            suspended += 1
            continue
        left, counted = left - 24, counted + 1
        if left <= 0:
            return Naive(day, counted, suspended)
    raise AssertionError


@st.composite
def some_stop(draw: st.DrawFn, start: dt.date) -> Stop:
    begin = start + draw(st.integers(-10, 60)) * ONE
    end = begin + draw(st.integers(0, 25)) * ONE
    notice = begin + draw(st.one_of(st.just(0), st.integers(-5, 30))) * ONE
    ground = draw(st.sampled_from([ground for ground in Ground if ground.clause]))
    return Stop(begin, end, ground, notice)


@st.composite
def history(draw: st.DrawFn) -> tuple[dt.date, Limit, list[Stop], Extension | None]:
    start = draw(START)
    unit, most = draw(
        st.sampled_from(
            [
                (Unit.WORKDAY, 60),
                (Unit.WORKDAY, 25),
                (Unit.CALENDAR, 90),
                (Unit.HOUR, 300),
                (Unit.MONTH, 7),
                (Unit.YEAR, 2),
            ]
        )
    )
    limit = Limit(draw(st.integers(1, most)), unit)
    stops = draw(st.lists(some_stop(start), max_size=4))
    longer = draw(st.one_of(st.none(), st.integers(1, 20 if unit in {Unit.WORKDAY, Unit.CALENDAR} else 2)))
    extension = Extension(Limit(longer, unit), "局长", "情况复杂", on=start) if longer else None
    return start, limit, stops, extension


@given(history())
def test_both_clocks_agree(case: tuple[dt.date, Limit, list[Stop], Extension | None]) -> None:
    start, limit, stops, extension = case
    ledger = reckon(start, limit, CALENDAR, stops, extension)
    expected = naive(start, limit, stops, extension.limit.n if extension else 0)
    assert Naive(ledger.due, ledger.counted, ledger.suspended) == expected
    assert ledger.provisional == (ledger.due.year > 2026)


@given(history())
def test_the_ledger_accounts_for_every_day(case: tuple[dt.date, Limit, list[Stop], Extension | None]) -> None:
    start, limit, stops, extension = case
    ledger = reckon(start, limit, CALENDAR, stops, extension)
    days = list(ledger.days())
    assert [day.date for day in days] == [start + n * ONE for n in range((ledger.due - start).days + 1)]
    assert sum(day.counted for day in days) == ledger.counted
    assert sum(not day.counted for day in days) == ledger.excluded
    assert sum(day.why == "suspended" for day in days) == ledger.suspended
    assert all((day.why == "suspended") == (day.ground is not None) for day in days)
    assert all(day.clause for day in days)
    assert days[-1].counted
    assert not days[0].counted


@given(history(), st.integers(0, 200))
def test_what_is_left_and_what_is_gone(case: tuple[dt.date, Limit, list[Stop], Extension | None], later: int) -> None:
    start, limit, stops, extension = case
    ledger = reckon(start, limit, CALENDAR, stops, extension)
    today = start + later * ONE

    def running(a: dt.date, b: dt.date) -> int:
        days = (a + n * ONE for n in range(1, (b - a).days + 1))
        return sum(CALENDAR.is_workday(day) and not stands(day, start, stops) for day in days)

    assert ledger.left(today) == running(today, ledger.due)
    assert ledger.elapsed(today) == running(start, min(today, ledger.due))
    assert ledger.overdue(today) == sum(
        CALENDAR.is_workday(ledger.due + n * ONE) for n in range(1, (today - ledger.due).days + 1)
    )
    if limit.unit is Unit.WORKDAY:
        assert ledger.left(today) + ledger.elapsed(today) == ledger.counted


@given(history(), st.data())
def test_adding_a_stop_never_brings_the_due_day_nearer(
    case: tuple[dt.date, Limit, list[Stop], Extension | None], data: st.DataObject
) -> None:
    start, limit, stops, extension = case
    one_more = data.draw(some_stop(start))
    before = reckon(start, limit, CALENDAR, stops, extension)
    after = reckon(start, limit, CALENDAR, [*stops, one_more], extension)
    assert after.due >= before.due


@given(history())
def test_an_open_stop_is_one_that_ended_today(case: tuple[dt.date, Limit, list[Stop], Extension | None]) -> None:
    start, limit, stops, extension = case
    assume(stops)
    last = stops[-1]
    still_open = Stop(last.start, None, last.ground, last.notice)
    assert last.end is not None
    paused = reckon(start, limit, CALENDAR, [*stops[:-1], still_open], extension, today=last.end)
    closed = reckon(start, limit, CALENDAR, stops, extension)
    assert (paused.due, paused.counted, paused.suspended) == (closed.due, closed.counted, closed.suspended)
    assert not closed.paused


@given(history(), st.integers(0, 1439))
def test_hours_from_a_moment_count_every_minute_the_clock_runs(
    case: tuple[dt.date, Limit, list[Stop], Extension | None], minute: int
) -> None:
    start, _, stops, _ = case
    moment = dt.datetime.combine(start, dt.time()) + dt.timedelta(minutes=minute)
    for hours in (1, 24, 100):
        ledger = reckon(moment, Limit(hours, Unit.HOUR), CALENDAR, stops)
        left, at = hours * 60, moment
        while left:
            midnight = dt.datetime.combine(at.date() + ONE, dt.time())
            run = 0 if stands(at.date(), start, stops) else min(left, (midnight - at) // dt.timedelta(minutes=1))
            left, at = left - run, at + dt.timedelta(minutes=run) if run == left else midnight
        assert ledger.due_at == at
        assert sum(day.counted for day in ledger.days()) == ledger.counted
        assert len(list(ledger.days())) == ledger.counted + ledger.excluded
