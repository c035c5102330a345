"""办件 — acts on a case: open, claim, finish a step, stop and resume the clock, extend, return, end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TypedDict
from uuid import UUID

from yiwang.casework import store
from yiwang.casework.messages import (
    Begin,
    Cancel,
    Case,
    CaseAccepted,
    CaseClosed,
    CaseDecided,
    CaseReady,
    ClockMet,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    CompleteStep,
    Done,
    Ended,
    Finish,
    FlowEvent,
    Matter,
    OpenCase,
    Progress,
    Resume,
    Return,
    Status,
    StepClosed,
    StepOpened,
    Suspend,
    Task,
    TaskOpened,
    Timing,
)
from yiwang.casework.rules import separation, timing
from yiwang.casework.rules.flow import Compiled, advance, compiled
from yiwang.casework.rules.replay import ENDS
from yiwang.casework.store import INBOX
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import At, Published, Step, StepKind
from yiwang.directory import service as directory
from yiwang.ground.chain import Thread
from yiwang.ground.clock import Extension
from yiwang.ground.outcome import Conflict, Forbidden
from yiwang.ground.workdays import Calendar
from yiwang.plumbing.work import SHANGHAI, Work

AUTOMATIC = "system"
CLERK = "clerk"
DEEMED = "deemed"
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


def step_of(work: Work, case: Case, step: str) -> Step:
    """A step of the case's flow."""
    return _flow(work, case).step(step)


def _flow(work: Work, case: Case) -> Compiled:
    return compiled(published_of(work, case).item.flow)


def open_case(command: OpenCase, work: Work) -> Case:
    """立件: open a case with its number, its authority and the accept step at the receiving centre.

    Refused when no authority decides this item there (directory.no_organisation). 规定 5, R20, R28
    """
    published = catalogue.version_of(work, command.item, command.item_version)
    item = published.item
    authority = directory.authority(work, command.item, item.line, command.division, work.today)
    receiving = directory.organisation(work, command.receiving)
    matter = Matter(
        home=command.home,
        id=command.id,
        number=store.free_number(work, receiving.division[:6], command.home),
        item=command.item,
        item_version=command.item_version,
        item_name=item.name,
        flow_kind=item.flow.kind,
        applicant=command.applicant,
        division=command.division,
        receiving=command.receiving,
        deciding=authority.code,
        received_at=work.now,
    )
    case = Case(
        matter=matter,
        channel=command.channel,
        status=Status.SUBMITTED,
        facts=command.facts,
        progress=Progress(),
        tasks={},
        timing=Timing(promised=item.promised, legal=item.legal),
        thread=Thread(command.home, command.id),
        hands={},
        fresh=True,
    )
    work.held[("case", command.home, command.id)] = case
    note(work, case, "case.opened", {"item": item.code, "version": published.version, "channel": command.channel})
    _apply(work, case, Begin(at=work.now))
    return case


def complete(command: CompleteStep, work: Work) -> Case:
    """完成环节: finish a step, by whoever may, and let the flow run on.

    Forbidden when the task is another desk's or the person already has another duty in the case; Conflict when it is
    no longer open.
    """
    case = hold(work, command.home, command.id)
    task = _task(case, command.task)
    if command.outcome == DEEMED:
        raise Forbidden("case.only_silence_deems", clause="规定 28")
    lend_hand(work, case, task)
    note(
        work,
        case,
        "step.finished",
        {"step": task.step, "task": str(task.id), "outcome": command.outcome, **command.facts},
        command.clause,
    )
    _apply(work, case, Finish(step=task.step, outcome=command.outcome, at=work.now))
    return case


def complete_automatic(work: Work, home: int, case_id: UUID, step_kind: StepKind, outcome: str) -> None:
    """自动环节: finish the open automatic step of this kind, if there is one, in the system's own name."""
    case = hold(work, home, case_id)
    flow = _flow(work, case)
    for task in list(case.tasks.values()):
        if task.desk == AUTOMATIC and flow.step(task.step).kind is step_kind:
            note(work, case, "step.finished", {"step": task.step, "outcome": outcome, "by": AUTOMATIC})
            _apply(work, case, Finish(step=task.step, outcome=outcome, at=work.now))


def deem_silent(work: Work, case: Case, task: Task, clause: str) -> None:
    """逾期未复: a consultation ends by silence, where the signed flow says so; nobody's act. R50"""
    note(work, case, "step.finished", {"step": task.step, "task": str(task.id), "outcome": DEEMED}, clause)
    _apply(work, case, Finish(step=task.step, outcome=DEEMED, at=work.now))


def deem_accepted(work: Work, case: Case, task: Task, received_on: date) -> None:
    """视为受理: accepted by law as of the day of receipt, because no notice was given in time. 行政许可法 32(1)(4)"""
    note(work, case, "case.deemed_accepted", {"as_of": received_on.isoformat()}, "行政许可法 32")
    _apply(work, case, Finish(step=task.step, outcome="accept", at=work.now), received_on)


def claim(work: Work, home: int, case_id: UUID, task_id: UUID) -> Case:
    """领取: take a task of one's desk; a task taken by another is refused with that name."""
    case = hold(work, home, case_id)
    task = _task(case, task_id)
    _own_desk(work, case, task)
    separation.permit(case.hands, work.actor.person, separation.duty_of(task.role))
    case.tasks[task.step] = replace(task, holder=work.actor.person)
    work.change(INBOX, {"desk": task.desk, "id": task.id}, {"holder": work.actor.person})
    note(work, case, "task.claimed", {"step": task.step, "task": str(task.id)})
    _keep(work, case)
    return case


def suspend(work: Work, home: int, case_id: UUID, step: str, notice: str) -> Case:
    """进入特别程序: stop the clock with the number of the written notice. 行政许可法 45, 规定 28"""
    return _special(work, home, case_id, Suspend(step=step, notice=notice, at=work.now))


def resume(work: Work, home: int, case_id: UUID, step: str) -> Case:
    """特别程序结束: the clock goes on the working day after."""
    return _special(work, home, case_id, Resume(step=step, at=work.now))


def _special(work: Work, home: int, case_id: UUID, event: Suspend | Resume) -> Case:
    case = hold(work, home, case_id)
    task = case.tasks.get(event.step)
    if task is None:
        raise Conflict("case.task_gone", number=case.matter.number)
    lend_hand(work, case, task)
    facts: dict[str, object] = {"step": event.step}
    if isinstance(event, Suspend):
        facts["notice"] = event.notice
    note(work, case, "clock.stopped" if isinstance(event, Suspend) else "clock.resumed", facts, "行政许可法 45")
    _apply(work, case, event)
    return case


def send_back(work: Work, home: int, case_id: UUID, task_id: UUID, to: str, reason: str) -> Case:
    """退回: close the task and open an earlier step again; the reason goes into the journal."""
    case = hold(work, home, case_id)
    task = _task(case, task_id)
    lend_hand(work, case, task)
    note(work, case, "step.returned", {"step": task.step, "to": to, "reason": reason})
    _apply(work, case, Return(step=task.step, to=to, at=work.now))
    return case


def extend(work: Work, home: int, case_id: UUID, reason: str) -> Case:
    """延期: once, by the head of the authority, with the reason told to the applicant. 行政许可法 42, SOD13"""
    case = hold(work, home, case_id)
    if "head" not in work.actor.roles or work.actor.organisation != case.matter.deciding:
        raise Forbidden("case.head_extends", clause="行政许可法 42")
    if case.status not in (Status.HANDLING, Status.SUSPENDED):
        raise Conflict("case.not_counting", number=case.matter.number)
    limit = published_of(work, case).item.extension
    if limit is None:
        raise Conflict("case.no_extension", clause="行政许可法 42")
    by = Extension(limit=limit, approved_by=work.actor.person, reason=reason, on=work.today)
    case.timing = timing.extend(case.timing, by)
    note(work, case, "clock.extended", {"limit": str(limit), "reason": reason}, "行政许可法 42")
    _keep(work, case)
    _redate(work, case)
    return case


def end(work: Work, home: int, case_id: UUID, word: str, reason: str, clause: str = "") -> Case:
    """终止: close all that is open, with a word (withdrawn, refused, terminated) and a reason."""
    case = hold(work, home, case_id)
    if case.status not in OPEN:
        raise Conflict("case.ended", number=case.matter.number)
    note(work, case, f"case.{word}", {"reason": reason}, clause)
    _apply(work, case, Cancel(end=word, at=work.now))
    return case


def accept_task(case: Case) -> Task:
    """待受理: the open accept step; Conflict when there is none any more."""
    task = next((t for t in case.tasks.values() if t.role == CLERK), None)
    if task is None:
        raise Conflict("case.task_gone", number=case.matter.number)
    return task


def mark_correction(work: Work, home: int, case_id: UUID, waiting: bool) -> None:
    """补正: the case waits for the applicant before acceptance, or no longer does."""
    case = hold(work, home, case_id)
    case.status = Status.CORRECTION if waiting else Status.SUBMITTED
    note(work, case, "correction.asked" if waiting else "correction.received", {}, "行政许可法 32")
    _keep(work, case)


def note(work: Work, case: Case, act: str, facts: Mapping[str, object], clause: str = "") -> None:
    """记入卷宗: an act on this case in its journal. The caller keeps the case afterwards."""
    case.thread = work.record(case.thread, act, facts, clause)


def note_on(work: Work, home: int, case_id: UUID, act: str, facts: Mapping[str, object], clause: str = "") -> None:
    """记入卷宗 from another system: lock, write, keep. No personal data in `facts`."""
    case = hold(work, home, case_id)
    note(work, case, act, facts, clause)
    _keep(work, case)


def due_columns(case: Case, today: date, calendar: Calendar) -> dict[str, object]:
    """The due dates of a case as the columns its row and its inbox rows keep."""
    dues = timing.dues(case.timing, calendar, today)
    return {"promised_due": dues.promised, "legal_due": dues.legal, "provisional": dues.provisional}


def lend_hand(work: Work, case: Case, task: Task) -> None:
    """经手: the actor works this task: it is the actor's desk, role and task, and the one duty in this case. R14"""
    _own_desk(work, case, task)
    duty = separation.duty_of(task.role)
    separation.permit(case.hands, work.actor.person, duty)
    kind = directory.organisation(work, task.desk).kind
    separation.permit_organisation(duty, kind)
    store.lend_hand(work, case, duty, kind)


def _task(case: Case, task_id: UUID) -> Task:
    task = next((t for t in case.tasks.values() if t.id == task_id), None)
    if task is None:
        raise Conflict("case.task_gone", number=case.matter.number)
    return task


def _own_desk(work: Work, case: Case, task: Task) -> None:
    if task.desk != work.actor.organisation or task.role not in work.actor.roles:
        raise Forbidden("case.not_your_task", desk=task.desk, role=task.role)
    if task.holder and task.holder != work.actor.person:
        raise Conflict("case.task_taken", number=case.matter.number)


def _keep(work: Work, case: Case) -> None:
    store.keep(work, case, due_columns(case, work.today, work.calendar))


def _apply(work: Work, case: Case, event: FlowEvent, started_on: date | None = None) -> None:
    """Advance the flow and do what it asks for; tell the net only when the case stands."""
    flow = _flow(work, case)
    case.progress, effects = advance(flow, case.progress, event, case.facts)
    events: list[object] = []
    for effect in effects:
        match effect:
            case StepOpened():
                events += _open_task(work, case, flow.step(effect.step))
            case StepClosed():
                _close_task(work, case, effect.step)
            case ClockStarted():
                events += _start_clock(work, case, started_on or work.today)
            case ClockStopped() | ClockResumed():
                _stop_or_resume(work, case, effect)
            case ClockMet():
                case.timing = replace(case.timing, met_on=work.today)
            case Ended():
                events += _end(work, case, effect)
    _redate(work, case)
    _keep(work, case)
    for told in events:
        work.tell(told)


def _start_clock(work: Work, case: Case, day: date) -> list[object]:
    case.timing = timing.start(case.timing, day)
    case.accepted_at = work.now
    case.status = Status.HANDLING
    columns = due_columns(case, work.today, work.calendar)
    promised, legal = columns["promised_due"], columns["legal_due"]
    assert promised is None or isinstance(promised, date)
    assert legal is None or isinstance(legal, date)
    return [
        CaseAccepted(
            **_names(case),
            accepted_on=day,
            promised_due=promised,
            legal_due=legal,
            division=case.matter.division,
            deciding=case.matter.deciding,
        )
    ]


def _stop_or_resume(work: Work, case: Case, effect: ClockStopped | ClockResumed) -> None:
    if isinstance(effect, ClockStopped):
        case.timing = timing.stop(case.timing, effect.ground, work.today)
        case.status = Status.SUSPENDED
    else:
        case.timing = timing.resume(case.timing, work.today)
        case.status = Status.HANDLING


def _end(work: Work, case: Case, effect: Ended) -> list[object]:
    case.status = ENDS.get(effect.end, Status.TERMINATED)
    case.closed_at = work.now
    note(work, case, "case.closed", {"end": effect.end})
    return [CaseClosed(**_names(case), end=effect.end, receiving=case.matter.receiving, deciding=case.matter.deciding)]


class _Names(TypedDict):
    home: int
    id: UUID
    number: str
    item: str


def _names(case: Case) -> _Names:
    return {"home": case.matter.home, "id": case.matter.id, "number": case.matter.number, "item": case.matter.item}


def desk_of(work: Work, case: Case, step: Step, on: date | None = None) -> str:
    """谁办: the one organisation that works a step of this case, on a day or today. R20, R52"""
    who = step.who
    assert who is not None, step.id
    if who.role == AUTOMATIC:
        return AUTOMATIC
    if who.at is At.RECEIVING:
        return case.matter.receiving
    if who.line == "*" and who.at is At.DECIDING:
        return case.matter.deciding
    level = directory.organisation(work, case.matter.deciding).level if who.at is At.DECIDING else who.at.value
    return directory.resolve(work, who.line, level, case.matter.division, on or work.today).code


def _open_task(work: Work, case: Case, step: Step) -> list[object]:
    if step.who is None:
        return []
    desk = desk_of(work, case, step)
    due = timing.step_due(step.limit, work.today, work.calendar, case.timing.stops)
    task = Task(id=work.new_id(), step=step.id, desk=desk, role=step.who.role, opened_at=work.now, due=due)
    case.tasks[step.id] = task
    events: list[object] = []
    if step.kind in (StepKind.ISSUE, StepKind.DELIVER) and case.decided_at is None:
        case.decided_at = work.now
        case.status = Status.DECIDED
        events.append(
            CaseDecided(
                **_names(case),
                outcomes=decisions(work, case),
                division=case.matter.division,
                deciding=case.matter.deciding,
            )
        )
    if step.kind is StepKind.DELIVER:
        case.status = Status.READY
        events.append(CaseReady(**_names(case), receiving=case.matter.receiving, outcomes=decisions(work, case)))
    if desk != AUTOMATIC:
        _put_inbox(work, case, task, step)
    opened = TaskOpened(
        **_names(case), task=task.id, step=step.id, step_kind=step.kind, desk=desk, role=task.role, due=due
    )
    return [*events, opened]


def _put_inbox(work: Work, case: Case, task: Task, step: Step) -> None:
    matter = case.matter
    columns = due_columns(case, work.today, work.calendar)
    work.put_once(
        INBOX,
        {
            "desk": task.desk,
            "id": task.id,
            "home": matter.home,
            "matter": matter.id,
            "number": matter.number,
            "item": matter.item,
            "item_name": matter.item_name,
            "applicant": matter.applicant,
            "division": matter.division,
            "step": step.id,
            "step_name": step.name,
            "step_kind": step.kind,
            "role": task.role,
            "opened_at": task.opened_at,
            "step_due": task.due,
            "promised_due": columns["promised_due"],
            "legal_due": columns["legal_due"],
            "paused": case.status is Status.SUSPENDED,
            "holder": "",
        },
    )


def _close_task(work: Work, case: Case, step: str) -> None:
    task = case.tasks.pop(step, None)
    if task is not None and task.desk != AUTOMATIC:
        work.remove(INBOX, {"desk": task.desk, "id": task.id})


def _redate(work: Work, case: Case) -> None:
    """The due dates of every open task follow the case's clock."""
    columns = due_columns(case, work.today, work.calendar)
    for task in case.tasks.values():
        if task.desk != AUTOMATIC:
            work.change(
                INBOX,
                {"desk": task.desk, "id": task.id},
                {
                    "promised_due": columns["promised_due"],
                    "legal_due": columns["legal_due"],
                    "paused": case.status is Status.SUSPENDED,
                },
            )


def organisations_of(work: Work, case: Case) -> frozenset[str]:
    """经办单位: every organisation that has or had something to do with the case; nobody else may see it. K3"""
    flow = _flow(work, case)
    open_now = {t.desk for t in case.tasks.values()}
    worked = {_desk_then(work, case, done) for done in case.progress.done if flow.step(done.step).who is not None}
    return frozenset({case.matter.receiving, case.matter.deciding, *open_now, *worked})


def decisions(work: Work, case: Case) -> dict[str, str]:
    """各部门决定: grant or refuse of each deciding step, by the organisation that decided."""
    flow = _flow(work, case)
    return {
        _desk_then(work, case, done): done.outcome
        for done in case.progress.done
        if flow.step(done.step).kind is StepKind.DECIDE
    }


def _desk_then(work: Work, case: Case, done: Done) -> str:
    """The organisation that worked a finished step, as departments stood that day, whatever became of them since."""
    return desk_of(work, case, _flow(work, case).step(done.step), done.at.astimezone(SHANGHAI).date())
