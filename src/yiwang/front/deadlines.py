"""各项时限 — every clock of a case, also the centre's and the applicant's before acceptance: their names and dates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from yiwang.casework.messages.case import Case
from yiwang.casework.service import proving, reading
from yiwang.casework.service.proving import Clock
from yiwang.front import lights
from yiwang.front.lights import explanation
from yiwang.front.look.deadline import light_of
from yiwang.front.look.parts import Light
from yiwang.ground.clock import Limit, Unit, reckon
from yiwang.ground.proof import Proof
from yiwang.ground.zone import day_of
from yiwang.intake.service import answering
from yiwang.oversight import service as oversight
from yiwang.plumbing.i18n import mark
from yiwang.plumbing.work import Work

NAMES = {
    "promised": mark("承诺期限"),
    "legal": mark("法定期限"),
    "issue": mark("发证期限"),
    "acceptance": mark("受理答复期限"),
    "correction": mark("补正期限"),
    "demand": mark("督办答复期限"),
    "tolerance": mark("容缺补交期限"),
}
"""What the clocks of a whole case are called, in the order in which they are shown."""
STALLS = {"yellow": "promised", "overdue": "promised", "legal": "legal", "issue": "issue", "unaccepted": "acceptance"}
"""Which clock a stall on record is about; the others are about a step, or about none."""
DEMAND = "demand."


@dataclass(frozen=True, slots=True)
class Deadline:
    """一个期限: its name, the day, what is left or over in working days, and where the day is explained."""

    name: str
    due: date
    left: int
    overdue: int
    provisional: bool
    href: str


def clocks(work: Work, case: Case) -> list[Clock]:
    """各项时限 that run, or ran until the case was decided."""
    return [*proving.clocks(work, case), *answering.clocks(work, case)]


def named(work: Work, case: Case, name: str) -> Clock | None:
    """一项时限 by its kind or its step, also when it is over."""
    running = next((c for c in clocks(work, case) if name in (c.kind, c.step)), None)
    if running or not name:
        return running
    if name.startswith(DEMAND):
        return _demand(work, case, name.removeprefix(DEMAND))
    if name == "issue":
        return proving.issuing(work, case)
    if name == "acceptance":
        return answering.acceptance(work, case)
    return answering.correction(work, case) if name == "correction" else proving.once(work, case, name)


def of_stall(home: int, case_id: UUID, what: str, step: str) -> str:
    """Where the day that a stall was about is explained; empty where it was about none."""
    name = step if what in ("step", "silent") else STALLS.get(what, "")
    return explanation(home, case_id, name) if name else ""


def of_demand(home: int, case_id: UUID, demand: UUID) -> str:
    """Where the day by which a demand wants its answer is explained."""
    return explanation(home, case_id, f"{DEMAND}{demand}")


def _demand(work: Work, case: Case, asked: str) -> Clock | None:
    """督办答复期限: so many working days as the supervisor gave, since the day of asking."""
    rows = oversight.demands_of(work, case.matter.home, case.matter.id)
    found = next((d for d in rows if str(d.id) == asked), None)
    if found is None:
        return None
    asked_on = day_of(found.at)
    days = Limit(work.calendar.count(asked_on, found.due), Unit.WORKDAY)
    return Clock("demand", reckon(asked_on, days, work.calendar))


def prove(work: Work, case: Case) -> Proof:
    """时限凭据 of all of them."""
    return proving.prove(work, case, answering.clocks(work, case))


def beside(work: Work, case: Case) -> list[Deadline]:
    """其余期限: besides promise, law and steps: to answer, to correct, to issue what was decided."""
    return [_shown(work, case, clock) for clock in _others(work, case)]


def light(work: Work, case: Case) -> Light | None:
    """灯: of what runs now: the answer or the correction, once accepted the promise, once decided the issue."""
    found = _others(work, case)
    if not found:
        return lights.of_case(case, reading.dues(case, work.today, work.calendar))
    lamp = light_of(found[0].ledger, work.today)
    return replace(lamp, href=explanation(case.matter.home, case.matter.id, found[0].kind))


def _others(work: Work, case: Case) -> list[Clock]:
    issue = proving.issuing(work, case) if case.closed_at is None else None
    return [*answering.clocks(work, case), *([issue] if issue else [])]


def _shown(work: Work, case: Case, clock: Clock) -> Deadline:
    book, today = clock.ledger, work.today
    return Deadline(
        name=NAMES[clock.kind],
        due=book.due,
        left=book.left(today),
        overdue=book.overdue(today),
        provisional=book.provisional,
        href=explanation(case.matter.home, case.matter.id, clock.kind),
    )
