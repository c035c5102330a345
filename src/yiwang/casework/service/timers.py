"""定时随日历 — the timers that wait for a case: what they wait for under a calendar, and their move when it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from yiwang.casework.messages.case import Case
from yiwang.ground.audit import Key
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of
from yiwang.plumbing import outbox
from yiwang.plumbing.outbox import Errand
from yiwang.plumbing.work import Work


@dataclass(frozen=True, slots=True)
class Shift:
    """改期: a timer of a case whose last day is another one under a calendar."""

    errand: Errand
    was: date
    now: date


def shifts(work: Work, cases: Sequence[Case], calendar: Calendar) -> dict[Key, list[Shift]]:
    """要改期的: of these cases, each timer that waits for another day under this calendar. One query, or none."""
    known = work.engine.net.timers
    found: dict[Key, list[Shift]] = {}
    keys = {(case.matter.home, str(case.matter.id)): (case.matter.home, case.matter.id) for case in cases}
    for errand in outbox.timers_of(work, list(keys.values()), known) if known else ():
        was, now = day_of(errand.due) - timedelta(days=1), known[errand.kind](work, errand, calendar)
        if now is not None and now != was:
            found.setdefault(keys[errand.home, errand.payload["id"]], []).append(Shift(errand, was, now))
    return found


def move(work: Work, found: Sequence[Shift]) -> dict[str, tuple[str, str]]:
    """改期: move them; for the journal, by kind, the last day before and after."""
    for shift in found:
        outbox.put_off(work, shift.errand, shift.now)
    return {kind: (was.isoformat(), now.isoformat()) for kind, (was, now) in days(found).items()}


def days(found: Sequence[Shift]) -> dict[str, tuple[date, date]]:
    """By kind of timer the last day before and after."""
    return {shift.errand.kind: (shift.was, shift.now) for shift in found}
