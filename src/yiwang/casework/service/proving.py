"""时限凭据 — every clock of a case with its ledger, the proof made of them, and when each department accepted."""

from __future__ import annotations

from dataclasses import dataclass

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.rules import timing
from yiwang.casework.rules.acceptance import Acceptance, acceptances
from yiwang.casework.service.holding import calendar_of, desk_of, flow_of, published_of, step_of
from yiwang.ground import proof
from yiwang.ground.clock import Ledger
from yiwang.ground.number import show
from yiwang.ground.outcome import Refused
from yiwang.ground.proof import Proof
from yiwang.ground.zone import day_of
from yiwang.plumbing.work import Work


@dataclass(frozen=True, slots=True)
class Clock:
    """一项时限: `legal`, `promised`, or a `step` that is open at an organisation; its ledger says every day."""

    kind: str
    ledger: Ledger
    step: str = ""
    organisation: str = ""


def clocks(work: Work, case: Case) -> list[Clock]:
    """各项时限: of the law, of the promise, and of each open step that has a limit; none before acceptance."""
    found = []
    today = case.timing.met_on or work.today
    for kind, limit in (("legal", case.timing.legal), ("promised", case.timing.promised)):
        if limit is not None and case.timing.accepted_on is not None:
            found.append(Clock(kind, timing.ledger(case.timing, limit, calendar_of(work, case), today)))
    for task in sorted(case.tasks.values(), key=lambda t: (t.opened_at, t.step)):
        book = of_task(work, case, task)
        if book is not None:
            found.append(Clock("step", book, task.step, task.desk))
    return found


def of_task(work: Work, case: Case, task: Task) -> Ledger | None:
    """环节时限账 of an open task."""
    step = step_of(work, case, task.step)
    return timing.step_ledger(step, day_of(task.opened_at), calendar_of(work, case), case.timing.stops, work.today)


def prove(work: Work, case: Case) -> Proof:
    """时限凭据: the clocks of a case as of today, with the calendar of their years, for anyone to reckon again. U3"""
    today = case.timing.met_on or work.today
    made = tuple(proof.clock_of(c.ledger, today, c.kind, c.step, c.organisation) for c in clocks(work, case))
    days = [day for clock in made for day in (clock.start, clock.due)] or [today]
    return Proof(
        case=show(case.matter.number),
        as_of=today,
        calendar=proof.calendar_of(calendar_of(work, case), min(days), max(days)),
        clocks=made,
    )


def accepted(work: Work, case: Case) -> tuple[Acceptance, ...]:
    """各部门受理时间: side by side with the centre, in a row one after the other. 规定 5(3), C7"""
    published = published_of(work, case)
    desks = {}
    for step in published.item.flow.steps:
        if step.who is not None:
            try:
                desks[step.id] = desk_of(work, case, step, work.today)
            except Refused:
                continue
    return acceptances(flow_of(work, case), case.progress, case.accepted_at, desks)
