"""历书 — the notices of days off that come in the course of a year, and the days that are worked in the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from yiwang.ground.notice import Notice
from yiwang.ground.workdays import CALENDAR, Calendar, Special

YEAR = 2018
STATUTORY = (
    ("元旦", "0101", 1),
    ("春节", "0216", 3),
    ("清明节", "0405", 1),
    ("劳动节", "0501", 1),
    ("端午节", "0618", 1),
    ("中秋节", "0924", 1),
    ("国庆节", "1001", 3),
)
"""What the law says of a year before its notice is out: festival, first day, days."""
LONGER = (date(2018, 2, 22), date(2018, 2, 23))
"""Days added to the Spring Festival a week before it, as in 2020."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """来文: a notice, and the day it comes."""

    on: date
    notice: Notice


def arrivals() -> tuple[Arrival, ...]:
    """来文先后: what is known at first, next year's notice, and one that changes days at the last moment."""
    known = tuple(
        Special(date.fromisoformat(f"{YEAR}{first}") + timedelta(n), "holiday", name, "法定节日")
        for name, first, days in STATUTORY
        for n in range(days)
    )
    published = tuple(special for special in CALENDAR.specials() if special.date.year == YEAR)
    late = "延长春节假期的通知"
    longer = (*published, *(Special(day, "holiday", "春节", late) for day in LONGER))
    return (
        Arrival(date.min, Notice("法定节日", YEAR, known)),
        Arrival(date(2017, 11, 30), Notice("国办发明电〔2017〕12号", YEAR, published)),
        Arrival(date(2018, 2, 9), Notice(late, YEAR, longer)),
    )


def calendars(first: date) -> tuple[list[tuple[Arrival, Calendar]], list[tuple[Arrival, Calendar]], Calendar]:
    """历次: notices that have come before a day, those still to come, each with the calendar from then on; the last."""
    before: list[tuple[Arrival, Calendar]] = []
    ahead: list[tuple[Arrival, Calendar]] = []
    calendar = CALENDAR
    for number, arrival in enumerate(arrivals()):
        calendar = calendar.revised(f"year+{number}", arrival.notice.specials, {YEAR})
        (before if arrival.on <= first else ahead).append((arrival, calendar))
    return before, ahead, calendar
