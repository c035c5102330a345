"""换日历 — the dates of a case under one calendar and under another, and the days that make the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.rules import timing, tolerating
from yiwang.casework.rules.flow import Compiled
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of


@dataclass(frozen=True, slots=True)
class Dates:
    """各项期限: the promise's, the law's, each open step's, and that of what was tolerated; `provisional` as of the
    first two.
    """

    promised: date | None
    legal: date | None
    provisional: bool
    steps: Mapping[str, date | None]
    tolerance: date | None = None

    def last(self) -> date | None:
        """The latest of them."""
        dates = (self.promised, self.legal, self.tolerance, *self.steps.values())
        return max((d for d in dates if d is not None), default=None)


@dataclass(frozen=True, slots=True)
class Change:
    """变动的一天: a day that is something else under the new calendar, and what it is called there."""

    date: date
    before: str
    after: str
    name: str


def dates(case: Case, flow: Compiled, calendar: Calendar, today: date) -> Dates:
    """All dates of a case under a calendar, as of a day."""
    dues = timing.dues(case.timing, calendar, today)
    steps = {task.step: _step_due(case, task, flow, calendar, today) for task in case.tasks.values()}
    waits = tolerating.outstanding(case.timing)
    return Dates(dues.promised, dues.legal, dues.provisional, steps, tolerating.due(waits, calendar) if waits else None)


def _step_due(case: Case, task: Task, flow: Compiled, calendar: Calendar, today: date) -> date | None:
    step = flow.step(task.step)
    since = tolerating.since(step, day_of(task.opened_at), case.timing)
    return timing.step_due(step, since, calendar, case.timing.stops, today)


def stored(case: Case) -> Dates:
    """The same as the rows of the case say them."""
    promised, legal, provisional, _ = case.dated or (None, None, False, False)
    waits = next((aside.due for aside in case.asides if aside.step == tolerating.TOLERANCE), None)
    return Dates(promised, legal, provisional, {task.step: task.due for task in case.tasks.values()}, waits)


def changes(before: Calendar, after: Calendar) -> list[Change]:
    """变动的日子: every day that is worked under one and not under the other, or is off by another name."""
    special = {s.date for s in before.specials()} | {s.date for s in after.specials()}
    found = []
    for day in sorted(special):
        old, new = before.day(day), after.day(day)
        if (old.kind, old.name) != (new.kind, new.name):
            found.append(Change(day, old.kind, new.kind, new.name or old.name))
    return found


def causes(case: Case, was: Dates, now: Dates, changed: Sequence[Change], ends: Sequence[date] = ()) -> list[Change]:
    """为何变动: the changed days between the first start of a clock of the case and the last of its dates, those of its
    timers (`ends`) among them.
    """
    starts = [day_of(task.opened_at) for task in case.tasks.values()]
    first = min([*starts, *([case.timing.accepted_on] if case.timing.accepted_on else [])], default=None)
    last = max((d for d in (was.last(), now.last(), *ends) if d is not None), default=None)
    if first is None or last is None:
        return []
    return [change for change in changed if first <= change.date <= last]
