"""办件在手 — a case in the hands of one act: loaded and locked once, its flow, its desks, its journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from yiwang.casework.messages.case import Case, Status, Task
from yiwang.casework.messages.flow import Done
from yiwang.casework.rules import signing, timing
from yiwang.casework.rules.flow import Compiled, compiled
from yiwang.casework.store import cases as store
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import At, FlowKind, Published, Step, StepKind
from yiwang.directory import service as directory
from yiwang.ground.outcome import Conflict, Forbidden
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of
from yiwang.plumbing.work import Work

AUTOMATIC = "system"
GOVERNMENT = "ZF"  # the line of people's governments, province to county
OPEN = (Status.SUBMITTED, Status.CORRECTION, Status.HANDLING, Status.SUSPENDED, Status.DECIDED, Status.READY)


def hold(work: Work, home: int, case_id: UUID) -> Case:
    """The case, locked for this act; a second call in the same act gives the same one."""
    key = ("case", home, case_id)
    case: Case | None = work.held.get(key)
    if case is None:
        case = work.held[key] = store.load(work, home, case_id, lock=True)
    return case


def published_of(work: Work, case: Case) -> Published:
    """The item version the case runs on: the one it was accepted under."""
    return catalogue.version_of(work, case.matter.item, case.matter.item_version)


def flow_of(work: Work, case: Case) -> Compiled:
    return compiled(published_of(work, case).item.flow)


def step_of(work: Work, case: Case, step: str) -> Step:
    """A step of the case's flow."""
    return flow_of(work, case).step(step)


def find_task(case: Case, task_id: UUID) -> Task:
    """The open task with this id, or the one that somebody asked to sign finds under the id of the own inbox row."""
    for task in case.tasks.values():
        if task.id == task_id or any(signing.row_of(task, s.person) == task_id for s in task.seats):
            return task
    raise Conflict("case.task_gone", number=case.matter.number)


def note(work: Work, case: Case, act: str, facts: Mapping[str, object], clause: str = "") -> None:
    """记入卷宗: an act on this case in its journal, with the principal of a deputy. The caller keeps the case.

    Forbidden `case.recused`: who has stepped aside does nothing in this case, himself or by a deputy. 行政处罚法 43
    """
    if work.actor.person in case.recused or case.stands_for in case.recused:
        raise Forbidden("case.recused", clause="行政处罚法 43")
    principal = {"for": case.stands_for} if case.stands_for else {}
    case.thread = work.record(case.thread, act, {**facts, **principal}, clause)


def calendar_of(work: Work, case: Case) -> Calendar:
    """所用日历: the one in force; a case that is closed keeps the version its dates were reckoned by."""
    if case.closed_at is None:
        return work.calendar
    return work.calendar_of(case.calendar) or work.calendar


def due_columns(case: Case, today: date, calendar: Calendar) -> dict[str, object]:
    """The due dates of a case as the columns its row and its inbox rows keep."""
    dues = timing.dues(case.timing, calendar, today)
    return {"promised_due": dues.promised, "legal_due": dues.legal, "provisional": dues.provisional}


def desk_of(work: Work, case: Case, step: Step, on: date | None = None) -> str:
    """谁办: the one organisation that works a step of this case, on a day or today. R20, R52"""
    who = step.who
    assert who is not None, step.id
    # A part is accepted with the whole and handed out with it.
    part = case.matter.parent is not None and step.kind in (StepKind.ACCEPT, StepKind.DELIVER)
    if who.role == AUTOMATIC or part:
        return AUTOMATIC
    if who.at is At.RECEIVING:
        return receiving_of(work, case, on)
    deciding = _deciding(case, on)
    if who.line == "*" and who.at is At.DECIDING:
        return deciding
    level = directory.organisation(work, deciding).level if who.at is At.DECIDING else who.at.value
    return directory.resolve(work, who.line, level, case.matter.division, on or work.today, case.matter.item).code


def receiving_of(work: Work, case: Case, on: date | None = None) -> str:
    """受理中心: who has on a day, or today, what the centre had that took the case in. R22, K4"""
    matter = case.matter
    return directory.heir(work, matter.receiving, matter.item, matter.division, on or work.today)


def _deciding(case: Case, on: date | None) -> str:
    """Who decides; on a day before a reorganisation, who did then."""
    then = [deciding for day, deciding in case.moved if on is not None and on < day]
    return then[0] if then else case.matter.deciding


def organisations_of(work: Work, case: Case) -> frozenset[str]:
    """经办单位: every organisation that has or had something to do with the case, and whoever has taken over from it;
    nobody else may see it. K3
    """
    flow = flow_of(work, case)
    open_now = {t.desk for t in case.tasks.values()}
    worked = {_desk_then(work, case, done) for done in case.progress.done if flow.step(done.step).who is not None}
    decided = {deciding for _, deciding in case.moved}
    asked = {aside.desk for aside in case.asides}
    known = {case.matter.receiving, case.matter.deciding, *decided, *open_now, *worked, *asked}
    item, division = case.matter.item, case.matter.division
    return frozenset(known | {directory.heir(work, code, item, division, work.today) for code in known})


def extender(work: Work, case: Case, on: date | None = None) -> str:
    """谁批准延期: the deciding authority itself; where several decide together, the people's government of its level.

    行政许可法 42(1) and (2), SOD13
    """
    deciding = directory.organisation(work, case.matter.deciding)
    if case.matter.flow_kind != FlowKind.JOINT:
        return deciding.code
    return directory.resolve(work, GOVERNMENT, deciding.level, case.matter.division, on or work.today).code


def decisions(work: Work, case: Case) -> dict[str, str]:
    """各部门决定: grant or refuse of each deciding step, by the organisation that decided."""
    flow = flow_of(work, case)
    return {
        _desk_then(work, case, done): done.outcome
        for done in case.progress.done
        if flow.step(done.step).kind is StepKind.DECIDE
    }


def _desk_then(work: Work, case: Case, done: Done) -> str:
    """The organisation that worked a finished step, as departments stood that day, whatever became of them since."""
    return desk_of(work, case, flow_of(work, case).step(done.step), day_of(done.at))
