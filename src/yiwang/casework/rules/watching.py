"""盯时限 — when the clock of a case has something to say, what it says, and about whom; once, however late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from yiwang.casework.messages.case import DEMAND, Case, Task
from yiwang.casework.rules import timing, tolerating
from yiwang.casework.rules.flow import Compiled, compiled
from yiwang.catalogue.messages import Item, StepKind
from yiwang.ground.clock import Unit
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of

AUTOMATIC = "system"
KEEP_THE_PROMISE = "规定 12"
KEEP_THE_LAW = "行政许可法 42"
ISSUE_IN_TIME = "行政许可法 44"
ANSWER_IN_TIME = "规定 43"
ANSWER_THE_DEMAND = "行政许可法 60"
"""上级行政机关应当加强对下级行政机关实施行政许可的监督检查，及时纠正。"""
TOLERATE = "规定 11"
REMIND_AHEAD = 2
"""提前提醒: so many working days before what was tolerated is due, so that a letter still comes in time."""
_ORDER = (
    "lapse",
    "lapses",
    "remind",
    "silent",
    "unreplied",
    "unanswered",
    "step",
    "yellow",
    "overdue",
    "legal",
    "issue",
)


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 — the word of the field; the built-in one is Python's own affair
    """提醒: what is to be said of a case from a day on.

    `what`: `yellow`, `overdue`, `legal`, `lapses`, `lapse` (of the whole case), `issue`, `step`, `remind`, `silent` (of
    the task of a step), `unanswered` and `unreplied` (of what a supervisor demands, and of another department asked
    beside the flow; `step` is empty).

    `key` tells it from every other of the case; `due` is the day it is about, `rule` what says so.
    """

    on: date
    key: str
    what: str
    step: str
    due: date
    rule: str


def warnings(case: Case, item: Item, calendar: Calendar, today: date) -> tuple[Warning, ...]:
    """该说的: everything to be said by now and not said yet, in the order of its days.

    A reminder that comes too late to be one is left out: by then silence is what is to be said.
    """
    reminders = ("remind", "lapses")
    ripe = [w for w in ahead(case, item, calendar) if w.on <= today and (w.what not in reminders or today <= w.due)]
    return tuple(sorted(ripe, key=lambda w: (w.on, _ORDER.index(w.what), w.key)))


def next_look(case: Case, item: Item, calendar: Calendar) -> date | None:
    """下次过问日: the first day on which there is something to be said that has not been said; none without any."""
    return min((w.on for w in ahead(case, item, calendar)), default=None)


def ahead(case: Case, item: Item, calendar: Calendar) -> Iterator[Warning]:
    """All that is still to be said if nothing changes. While a stop stands, nothing that moves with it."""
    if case.closed_at is not None:
        return
    flow = compiled(item.flow)
    said = set(case.warned)
    for warning in (
        *_of_tolerance(case, calendar),
        *_of_case(case, item, flow, calendar),
        *_of_tasks(case, flow, calendar),
        *_of_demands(case, calendar),
    ):
        if warning.key not in said:
            yield warning


def responsible(case: Case, step: str) -> Task | None:
    """谁的责任: the task of this step; for the whole case the open task of people that has been open longest."""
    if step:
        return case.tasks.get(step)
    held = [task for task in case.tasks.values() if task.desk != AUTOMATIC]
    return min(held, key=lambda task: (task.opened_at, task.step), default=None)


def _of_case(case: Case, item: Item, flow: Compiled, calendar: Calendar) -> Iterator[Warning]:
    clock = case.timing
    if clock.accepted_on is not None and clock.met_on is None and not _stands(case):
        if clock.promised is not None and clock.promised.unit is not Unit.SPOT:
            promise = timing.ledger(clock, clock.promised, calendar, clock.accepted_on)
            yield Warning(timing.yellow_on(promise), "yellow", "yellow", "", promise.due, KEEP_THE_PROMISE)
            yield Warning(calendar.add(promise.due, 1), "overdue", "overdue", "", promise.due, KEEP_THE_PROMISE)
        if clock.legal is not None and clock.legal.unit is not Unit.SPOT:
            law = timing.ledger(clock, clock.legal, calendar, clock.accepted_on)
            rule = item.legal_basis or KEEP_THE_LAW
            yield Warning(calendar.add(law.due, 1), "legal", "legal", "", law.due, rule)
    if case.decided_at is not None:
        waiting = [s for s in case.tasks if flow.step(s).kind in (StepKind.ISSUE, StepKind.DELIVER)]
        if waiting:
            due = timing.issue_ledger(day_of(case.decided_at), calendar).due
            yield Warning(calendar.add(due, 1), "issue", "issue", min(waiting), due, ISSUE_IN_TIME)


def _of_tolerance(case: Case, calendar: Calendar) -> Iterator[Warning]:
    """What was tolerated: a reminder while there is still time, and the end of the acceptance when there is none."""
    waits = tolerating.outstanding(case.timing)
    if waits is not None:
        due = tolerating.due(waits, calendar)
        soon = calendar.add(due, -REMIND_AHEAD)
        if soon > waits.since and "tolerance:lapse" not in case.warned:
            yield Warning(soon, "tolerance:lapses", "lapses", "", due, TOLERATE)
        yield Warning(calendar.add(due, 1), "tolerance:lapse", "lapse", "", due, TOLERATE)


def _of_tasks(case: Case, flow: Compiled, calendar: Calendar) -> Iterator[Warning]:
    for task in case.tasks.values():
        if task.due is not None:
            yield from _of_task(case, task, flow, calendar)


def _of_task(case: Case, task: Task, flow: Compiled, calendar: Calendar) -> Iterator[Warning]:
    step, due = flow.step(task.step), task.due
    assert due is not None
    if task.desk == AUTOMATIC or step.kind is StepKind.ACCEPT or (_stands(case) and not timing.has_own_time(step)):
        return  # nobody's, or 行政许可法 32 watches over it, or its day still moves
    elif step.kind is StepKind.DECIDE and tolerating.outstanding(case.timing):
        return  # it waits for the applicant
    elif step.kind is StepKind.CONSULT:
        silent = f"silent:{task.id}"
        day_before = calendar.add(due, -1)
        if day_before > day_of(task.opened_at) and silent not in case.warned:
            yield Warning(day_before, f"remind:{task.id}", "remind", step.id, due, step.basis)
        yield Warning(calendar.add(due, 1), silent, "silent", step.id, due, step.basis or ANSWER_IN_TIME)
    else:
        yield Warning(calendar.add(due, 1), f"late:{task.id}", "step", step.id, due, step.basis or KEEP_THE_PROMISE)


def _of_demands(case: Case, calendar: Calendar) -> Iterator[Warning]:
    """What has a day of its own beside the flow; no stop of the case's clock moves it."""
    for aside in case.asides:
        if aside.due is None or aside.step == tolerating.TOLERANCE:
            continue
        on = calendar.add(aside.due, 1)
        if aside.step == DEMAND:
            yield Warning(on, f"unanswered:{aside.id}:{aside.due}", "unanswered", "", aside.due, ANSWER_THE_DEMAND)
        else:
            yield Warning(on, f"unreplied:{aside.id}", "unreplied", "", aside.due, ANSWER_IN_TIME)


def _stands(case: Case) -> bool:
    return any(stop.end is None for stop in case.timing.stops)
