"""工作日历页 — a year's working days, published or provisional; what a new notice would move, its import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar import Response

from yiwang.casework.service import recalendar
from yiwang.casework.service.recalendar import Trial
from yiwang.front.desk import Desk, Form, reference
from yiwang.front.look.parts import NavItem
from yiwang.front.policy import may
from yiwang.front.refusals import field_sentence
from yiwang.front.routes import page, sent
from yiwang.ground import notice
from yiwang.ground.notice import SAMPLE
from yiwang.ground.outcome import Invalid, Refused
from yiwang.ground.workdays import Calendar
from yiwang.plumbing.i18n import Language, mark, translator
from yiwang.plumbing.work import Work

READ: dict[str, Any] = {"act": "thread.read"}
IMPORT: dict[str, Any] = {"act": "calendar.import"}
PATH = "/supervision/calendar"
FIRST, LAST = 2007, 2099
SHOWN = 50  # cases of a trial that the page lists
MARKS = {"holiday": mark("休"), "makeup": mark("班")}
KINDS = {
    "workday": mark("工作日"),
    "makeup": mark("调休上班"),
    "weekend": mark("休息日"),
    "holiday": mark("放假"),
    "provisional": mark("暂定"),
    "published": mark("已公布"),
}


@dataclass(frozen=True, slots=True)
class Day:
    """一天 of the year as it is drawn: its kind, the name of its holiday, whether it is today."""

    date: date
    kind: str
    name: str
    today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """一月: its name, its weeks from Monday with empty places around, how many days are worked."""

    label: str
    weeks: list[list[Day | None]]
    worked: int


def months(calendar: Calendar, year: int, today: date, language: Language) -> Iterator[Month]:
    """画一年: twelve months of weeks."""
    for number in range(1, 13):
        first = date(year, number, 1)
        after = date(year + number // 12, number % 12 + 1, 1)
        days: list[Day | None] = [None] * first.weekday()
        day = first
        while day < after:
            kind = calendar.day(day)
            days.append(Day(day, kind.kind, kind.name, day == today))
            day += timedelta(1)
        days += [None] * (-len(days) % 7)
        weeks = [days[at : at + 7] for at in range(0, len(days), 7)]
        label = f"{first:%B}" if language == "en" else translator(language).gettext("%(n)s月", n=number)
        yield Month(label, weeks, calendar.count(first - timedelta(1), after - timedelta(1)))


def _page(
    desk: Desk,
    *,
    trial: Trial | None = None,
    done: recalendar.Recomputed | None = None,
    form: Form | None = None,
    problem: Refused | None = None,
) -> Response[str]:
    sent_year = str(desk.request.query_params.get("year", ""))
    year = int(sent_year) if sent_year.isascii() and sent_year.isdigit() and len(sent_year) == 4 else desk.today.year
    year = trial.year if trial else max(FIRST, min(year, LAST))
    say = translator(desk.language).gettext
    with desk.work() as work:
        calendar = work.calendar
        imported = recalendar.imported(work)
        waiting = recalendar.waiting(work)
    faults = (
        [(e.field, field_sentence(e, desk.language)) for e in problem.errors] if isinstance(problem, Invalid) else []
    )
    drawn = trial.calendar if trial and not done else calendar
    return desk.page(
        "calendar.html",
        422 if problem else 200,
        year=year,
        months=list(months(drawn, year, desk.today, desk.language)),
        week=say(mark("一 二 三 四 五 六 日")).split(),
        version=calendar.version,
        provisional=calendar.provisional(date(year, 1, 1), date(year, 12, 31)),
        notices=sorted({drawn.day(s.date).notice for s in drawn.specials() if s.date.year == year} - {""}),
        tabs=list(_years(calendar, year, desk)),
        marks=MARKS,
        kinds=KINDS,
        imported=imported,
        waiting=waiting,
        trial=trial,
        shown=trial.moved[:SHOWN] if trial else (),
        ref=reference,
        done=done,
        text=form.get("notice") if form else "",
        sample=SAMPLE,
        problem=problem,
        faults=faults,
        may_import=may(desk.who, "calendar.import"),
    )


def _years(calendar: Calendar, year: int, desk: Desk) -> Iterator[NavItem]:
    """The years around the one that is drawn and around today."""
    say = translator(desk.language).gettext
    for y in range(max(FIRST, min(year, desk.today.year) - 1), min(LAST, max(year, desk.today.year) + 2) + 1):
        maybe = calendar.provisional(date(y, 1, 1), date(y, 1, 1))
        label = say(mark("%(year)s（暂定）"), year=y) if maybe else str(y)
        yield NavItem(label, f"{PATH}?year={y}", current=y == year)


@page(PATH, opt=READ)
def shown(desk: Desk) -> Response[str]:
    """工作日历: a year drawn, which years are published, which notices were imported by whom."""
    return _page(desk)


@sent(f"{PATH}/trial", opt=IMPORT)
def tried(desk: Desk, body: bytes) -> Response[str]:
    """试算: which days a notice would change and which open cases' dates would move; changes nothing."""
    form = desk.form(body)
    try:
        with desk.work() as work:
            trial = recalendar.try_out(work, notice.read(notice.rows_of(form.get("notice"))))
    except Refused as problem:
        return _page(desk, form=form, problem=problem)
    return _page(desk, form=form, trial=trial)


@sent(f"{PATH}/import", opt=IMPORT)
def imported(desk: Desk, body: bytes) -> Response[str]:
    """导入: the notice is in force from the next act on; open cases are reckoned again, many of them by the worker."""
    form = desk.form(body)
    found: list[Trial] = []

    def do(work: Work) -> dict[str, str]:
        read = notice.read(notice.rows_of(form.get("notice")))
        found.append(recalendar.try_out(work, read))
        if found[0].days:
            recalendar.bring_in(work, read)
        return {}

    try:
        desk.once(form, body, do)
    except Refused as problem:
        return _page(desk, form=form, problem=problem)
    if not found:
        return desk.go(PATH)
    done = recalendar.Recomputed()
    if found[0].looked < recalendar.AT_ONCE:
        done = recalendar.recompute(desk.engine)
    return _page(desk, trial=found[0], done=done)


ROUTES = [shown, tried, imported]
