"""时限凭据 — every clock of a case with its ledger, the proof made of them, and when each department accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.rules import timing, tolerating
from yiwang.casework.rules.acceptance import Acceptance, acceptances
from yiwang.casework.rules.flow import refold
from yiwang.casework.rules.watching import ISSUE_IN_TIME
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
    """一项时限: `legal`, `promised`, `issue` (what was decided is delivered), `tolerance`, or a `step` that is or was
    open at an organisation; before acceptance `acceptance` or `correction`. Its ledger says every day.
    """

    kind: str
    ledger: Ledger
    step: str = ""
    organisation: str = ""
    clause: str = ""


def clocks(work: Work, case: Case) -> list[Clock]:
    """各项时限: of the law, of the promise, of what was tolerated, and of each open step that has a limit; none before
    acceptance.
    """
    found = []
    today = case.timing.met_on or work.today
    for kind, limit in (("legal", case.timing.legal), ("promised", case.timing.promised)):
        if limit is not None and case.timing.accepted_on is not None:
            found.append(Clock(kind, timing.ledger(case.timing, limit, calendar_of(work, case), today)))
    if (waits := tolerating.outstanding(case.timing)) is not None:
        found.append(Clock("tolerance", tolerating.ledger(waits, calendar_of(work, case)), clause="规定 11"))
    for task in sorted(case.tasks.values(), key=lambda t: (t.opened_at, t.step)):
        book = of_task(work, case, task)
        if book is not None:
            found.append(Clock("step", book, task.step, task.desk))
    issue = issuing(work, case)
    return [*found, issue] if issue and case.closed_at is None else found


def issuing(work: Work, case: Case) -> Clock | None:
    """发证期限: until when what was decided is in the applicant's hands; none before the decision. 行政许可法 44"""
    if case.decided_at is None:
        return None
    book = timing.issue_ledger(day_of(case.decided_at), calendar_of(work, case))
    return Clock("issue", book, clause=ISSUE_IN_TIME)


def once(work: Work, case: Case, step: str) -> Clock | None:
    """办过的环节的时限: of a step that was finished, as it stood when it was finished last; none without a limit."""
    done = next((d for d in reversed(case.progress.done) if d.step == step), None)
    if done is None:
        return None
    try:
        place = case.progress.done.index(done)
        before = refold(flow_of(work, case), case.progress.done[:place], case.facts, done.at)
        since = next(token.since for token in before.open if token.step == step)
        found, over = step_of(work, case, step), day_of(done.at)
        book = timing.step_ledger(found, day_of(since), calendar_of(work, case), case.timing.stops, over)
        return Clock("step", book, step, desk_of(work, case, found, over)) if book else None
    except (Refused, StopIteration):
        return None  # by an earlier version of the chart, or opened by a way that is taken back


def of_task(work: Work, case: Case, task: Task) -> Ledger | None:
    """环节时限账 of an open task."""
    step = step_of(work, case, task.step)
    since = tolerating.since(step, day_of(task.opened_at), case.timing)
    return timing.step_ledger(step, since, calendar_of(work, case), case.timing.stops, work.today)


def as_of(work: Work, case: Case, clock: Clock) -> date:
    """截至: the day to which a clock of a case is read; that of the promise stands from the day it was met."""
    met = case.timing.met_on if clock.kind in ("legal", "promised") else None
    return met or work.today


def prove(work: Work, case: Case, also: Sequence[Clock] = ()) -> Proof:
    """时限凭据: the clocks of a case as of today, with the calendar of their years, for anyone to reckon again. U3"""
    today = case.timing.met_on or work.today
    found = [*clocks(work, case), *also]
    made = tuple(proof.clock_of(c.ledger, as_of(work, case, c), c.kind, c.step, c.organisation) for c in found)
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
