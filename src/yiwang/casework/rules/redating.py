"""换日历 — the dates of a case under one calendar and under another, and the days that make the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from yiwang.casework.messages.case import Case
from yiwang.casework.rules import timing
from yiwang.casework.rules.flow import Compiled
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of


@dataclass(frozen=True, slots=True)
class Dates:
    """各项期限: the promise's, the law's and each open step's; `provisional` as of the first two."""

    promised: date | None
    legal: date | None
    provisional: bool
    steps: Mapping[str, date | None]

    def last(self) -> date | None:
        """The latest of them."""
        return max((d for d in (self.promised, self.legal, *self.steps.values()) if d is not None), default=None)


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
    steps = {
        task.step: timing.step_due(flow.step(task.step), day_of(task.opened_at), calendar, case.timing.stops, today)
        for task in case.tasks.values()
    }
    return Dates(dues.promised, dues.legal, dues.provisional, steps)


def stored(case: Case) -> Dates:
    """The same as the rows of the case say them."""
    promised, legal, provisional, _ = case.dated or (None, None, False, False)
    return Dates(promised, legal, provisional, {task.step: task.due for task in case.tasks.values()})


def changes(before: Calendar, after: Calendar) -> list[Change]:
    """变动的日子: every day that is worked under one and not under the other, or is off by another name."""
    special = {s.date for s in before.specials()} | {s.date for s in after.specials()}
    found = []
    for day in sorted(special):
        old, new = before.day(day), after.day(day)
        if (old.kind, old.name) != (new.kind, new.name):
            found.append(Change(day, old.kind, new.kind, new.name or old.name))
    return found


def causes(case: Case, was: Dates, now: Dates, changed: Sequence[Change]) -> list[Change]:
    """为何变动: the changed days between the first start of a clock of the case and the last of its dates."""
    starts = [day_of(task.opened_at) for task in case.tasks.values()]
    first = min([*starts, *([case.timing.accepted_on] if case.timing.accepted_on else [])], default=None)
    last = max((d for d in (was.last(), now.last()) if d is not None), default=None)
    if first is None or last is None:
        return []
    return [change for change in changed if first <= change.date <= last]
