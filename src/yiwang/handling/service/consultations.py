"""征求意见清单 — who was asked in a case, until when, how often reminded, and what came of it. R50"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from yiwang.casework.messages.case import Case
from yiwang.casework.messages.flow import Done
from yiwang.casework.service import holding
from yiwang.casework.service import reading as caseread
from yiwang.catalogue.messages import Step, StepKind
from yiwang.ground.clock import reckon
from yiwang.ground.zone import day_of
from yiwang.handling import store
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import Work

REMINDED = frozenset({"task.urged", "consultation.reminded"})


class State(StrEnum):
    """复函状态: where a consultation stands."""

    SENT = "sent"
    RECEIVED = "received"  # somebody there has taken it
    REPLIED = "replied"
    DEEMED = "deemed"  # silence, where the signed flow says what it means
    RECALLED = "recalled"


ENDS = {"deemed": State.DEEMED, "recalled": State.RECALLED, "cancelled": State.RECALLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """征求意见一件: of one department. `task` is none once it is over; `outcome` empty until then."""

    step: str
    name: str
    line: str
    organisation: str
    task: UUID | None
    asked_at: datetime
    due: date | None
    reminders: int
    state: State
    outcome: str = ""
    words: str = ""
    conditions: str = ""
    answered_at: datetime | None = None
    person: str = ""
    basis: str = ""


def of_case(work: Work, home: int, case_id: UUID) -> list[Consultation]:
    """征求意见清单: every consultation of a case, those that are waited for too, in the order of the chart."""
    case = caseread.look(work, home, case_id)
    if not _consulted(work, case):
        return []
    return listed(work, case, caseread.thread(work, home, case_id), store.opinions(work, home, case_id))


def listed(work: Work, case: Case, thread: Sequence[Entry], opinions: Sequence[store.Opinion]) -> list[Consultation]:
    """征求意见清单 of a case whose thread and opinions are at hand."""
    reminders = Counter(str(e.facts.get("step")) for e in thread if e.act in REMINDED)
    said = {(o.step, o.at): o for o in opinions}
    found = []
    for step in _consulted(work, case):
        for done in (d for d in case.progress.done if d.step == step.id):
            opinion = said.get((step.id, done.at))
            found.append(_over(work, case, step, done, opinion, reminders[step.id]))
        if step.id in case.tasks:
            found.append(_waited_for(case, step, reminders[step.id]))
    return found


def _consulted(work: Work, case: Case) -> list[Step]:
    """The consultations that this case has come to, in the order of the chart."""
    reached = case.tasks.keys() | {d.step for d in case.progress.done}
    steps = holding.flow_of(work, case).flow.steps
    return [s for s in steps if s.kind is StepKind.CONSULT and s.who is not None and s.id in reached]


def _waited_for(case: Case, step: Step, reminders: int) -> Consultation:
    task = case.tasks[step.id]
    return Consultation(
        step=step.id,
        name=step.name,
        line=step.who.line if step.who else "",
        organisation=task.desk,
        task=task.id,
        asked_at=task.opened_at,
        due=task.due,
        reminders=reminders,
        state=State.RECEIVED if task.holder else State.SENT,
        basis=step.basis,
    )


def _over(
    work: Work, case: Case, step: Step, done: Done, opinion: store.Opinion | None, reminders: int
) -> Consultation:
    asked_at = _asked_at(work, case, step.id, done)
    due = None
    if step.limit is not None:
        due = reckon(day_of(asked_at), step.limit, work.calendar, stops=case.timing.stops, today=day_of(done.at)).due
    return Consultation(
        step=step.id,
        name=step.name,
        line=step.who.line if step.who else "",
        organisation=holding.desk_of(work, case, step, day_of(done.at)),
        task=None,
        asked_at=asked_at,
        due=due,
        reminders=reminders,
        state=ENDS.get(done.outcome, State.REPLIED),
        outcome=done.outcome,
        words=opinion.words if opinion else "",
        conditions=opinion.conditions if opinion else "",
        answered_at=done.at,
        person=opinion.person if opinion else "",
        basis=step.basis,
    )


def _asked_at(work: Work, case: Case, step: str, over: Done) -> datetime:
    """A consultation was sent when the step before it was done, through the fork if there is one."""
    flow = holding.flow_of(work, case)
    before = {b for first in flow.before[step] for b in (first, *flow.before[first])}
    ends = [d.at for d in case.progress.done if d.step in before and d.at <= over.at]
    return max(ends, default=case.accepted_at or case.matter.received_at)
