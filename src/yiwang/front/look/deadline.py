"""期限呈现 — a legal clock for the eye: the light, the months day by day, and the reasons days were left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yiwang.front.look.parts import Light
from yiwang.ground.ledger import Day, Ledger, Why, yellow_after
from yiwang.ground.terms import Ground
from yiwang.plumbing.i18n import mark

WHY: dict[Why, str] = {
    "start_day": mark("起算当日不计"),
    "workday": mark("工作日"),
    "makeup": mark("调休上班"),
    "weekend": mark("周末"),
    "holiday": mark("节假日"),
    "calendar_day": mark("自然日"),
    "hours": mark("按小时计"),
    "spot": mark("即办"),
    "suspended": mark("依法停钟"),
    "extension": mark("延长的期限"),
    "rolled": mark("末日遇节假日顺延"),
}
GROUNDS: dict[Ground, str] = {
    Ground.HEARING: mark("听证"),
    Ground.TENDER: mark("招标"),
    Ground.AUCTION: mark("拍卖"),
    Ground.INSPECTION: mark("检验"),
    Ground.TESTING: mark("检测"),
    Ground.QUARANTINE: mark("检疫"),
    Ground.APPRAISAL: mark("鉴定"),
    Ground.EXPERT_REVIEW: mark("专家评审"),
    Ground.COMMISSIONED_ASSESSMENT: mark("委托评估"),
    Ground.RECTIFICATION: mark("整改"),
    Ground.OTHER: mark("其他法定事由"),
}
HOLIDAYS = frozenset(
    {mark("元旦"), mark("春节"), mark("清明节"), mark("劳动节"), mark("端午节"), mark("中秋节"), mark("国庆节")}
)


@dataclass(frozen=True, slots=True)
class Cell:
    """格 — a day in the month sheet: `n` is its number among the counted days, or 0; `why` is a message."""

    date: dt.date
    n: int
    kind: str
    why: str
    clause: str = ""
    today: bool = False
    due: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """月 — weeks of seven cells from Monday; None where the clock has no day."""

    first: dt.date
    weeks: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """不计事由 — days left out for one reason: how many, the first and the last of them."""

    why: str
    kind: str
    days: int
    first: dt.date
    last: dt.date
    clause: str


def why(day: Day) -> str:
    """The message that says why a day counts or not: the holiday's or the procedure's name where it has one."""
    if day.why == "suspended" and day.ground is not None:
        return GROUNDS[day.ground]
    return day.holiday if day.why == "holiday" and day.holiday else WHY[day.why]


def months(days: Iterable[Day], due: dt.date, today: dt.date | None = None) -> list[Month]:
    """月历 — the days of a ledger as month sheets."""
    sheets: dict[dt.date, dict[dt.date, Cell]] = {}
    n = 0
    for day in days:
        n += day.counted
        cell = Cell(
            day.date, n if day.counted else 0, day.why, why(day), day.clause, day.date == today, day.date == due
        )
        sheets.setdefault(day.date.replace(day=1), {})[day.date] = cell
    return [Month(first, _weeks(cells)) for first, cells in sheets.items()]


def _weeks(cells: dict[dt.date, Cell]) -> tuple[tuple[Cell | None, ...], ...]:
    monday = min(cells) - dt.timedelta(min(cells).weekday())
    count = (max(cells) - monday).days // 7 + 1
    return tuple(
        tuple(cells.get(monday + dt.timedelta(7 * week + weekday)) for weekday in range(7)) for week in range(count)
    )


def reasons(days: Iterable[Day]) -> list[Reason]:
    """不计事由表 — the days that do not count, put together by reason, in the order they first occur."""
    found: dict[tuple[str, str], list[Day]] = {}
    for day in days:
        if not day.counted:
            found.setdefault((why(day), day.clause), []).append(day)
    return [_reason(text, clause, left_out) for (text, clause), left_out in found.items()]


def _reason(text: str, clause: str, days: Sequence[Day]) -> Reason:
    return Reason(text, days[0].why, len(days), days[0].date, days[-1].date, clause)


def light_of(ledger: Ledger, today: dt.date, finished: bool = False) -> Light:
    """亮灯 — green, yellow from nine tenths of the limit on, red once overrun, paused while the clock stands."""
    left = ledger.left(today) - ledger.overdue(today)
    if finished:
        return Light("done", left, ledger.due)
    if ledger.paused:
        grounds = [GROUNDS[stop.ground] for stop in ledger.stops if stop.start <= today]
        return Light("paused", left, ledger.due, grounds[-1] if grounds else "")
    if left < 0:
        return Light("red", left, ledger.due)
    used = ledger.elapsed(today)
    return Light("yellow" if used >= yellow_after(used + left) else "green", left, ledger.due)
