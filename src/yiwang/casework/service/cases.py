"""办件 — acts on a case: open, finish a step, stop and resume the clock, extend, return, end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from uuid import UUID

from yiwang.casework.messages.case import Case, CompleteStep, Matter, OpenCase, Status, Task, Timing
from yiwang.casework.messages.flow import Begin, Cancel, Finish, Progress, Resume, Return, Suspend
from yiwang.casework.rules import signing, timing
from yiwang.casework.rules.flow import SKIP
from yiwang.casework.rules.replay import NOBODYS
from yiwang.casework.service import asides
from yiwang.casework.service.holding import AUTOMATIC, OPEN, extender, find_task, flow_of, hold, note, published_of
from yiwang.casework.service.running import keep, lend_hand, names, run, stalled, stand_in
from yiwang.casework.service.saying import SentBack
from yiwang.casework.store import cases as store
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import StepKind
from yiwang.directory import service as directory
from yiwang.ground.chain import Thread
from yiwang.ground.clock import CORRECTION_NOTICE, Extension, last_day_for_correction_notice
from yiwang.ground.outcome import Conflict, Forbidden
from yiwang.plumbing import journal
from yiwang.plumbing.work import Work

CLERK = "clerk"
DEEMED = "deemed"


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
        parent=command.parent,
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
    run(work, case, Begin(at=work.now))
    return case


def complete(command: CompleteStep, work: Work) -> Case:
    """完成环节: finish a step, by whoever may, and let the flow run on.

    Forbidden when the task is another desk's or the person already has another duty in the case; Conflict when it is
    no longer open.
    """
    case = hold(work, command.home, command.id)
    task = find_task(case, command.task)
    if command.outcome == DEEMED:
        raise Forbidden("case.only_silence_deems", clause="规定 28")
    lend_hand(work, case, task)
    if command.outcome != SKIP:
        signing.permit_finish(flow_of(work, case).step(task.step).signing, task, case.matter.number)
    note(
        work,
        case,
        "step.finished",
        {"step": task.step, "task": str(task.id), "outcome": command.outcome, **command.facts},
        command.clause,
    )
    run(work, case, Finish(step=task.step, outcome=command.outcome, at=work.now))
    return case


def complete_automatic(work: Work, home: int, case_id: UUID, step_kind: StepKind, outcome: str) -> None:
    """自动环节: finish the open automatic step of this kind, if there is one, in the system's own name."""
    case = hold(work, home, case_id)
    flow = flow_of(work, case)
    for task in list(case.tasks.values()):
        if task.desk == AUTOMATIC and flow.step(task.step).kind is step_kind:
            note(work, case, "step.finished", {"step": task.step, "outcome": outcome, "by": AUTOMATIC})
            run(work, case, Finish(step=task.step, outcome=outcome, at=work.now))


def deem_silent(
    work: Work, case: Case, task: Task, clause: str, facts: Mapping[str, object] = MappingProxyType({})
) -> None:
    """逾期未复: a consultation ends by silence, where the signed flow says so; nobody's act. R50"""
    note(work, case, "step.finished", {"step": task.step, "task": str(task.id), "outcome": DEEMED, **facts}, clause)
    run(work, case, Finish(step=task.step, outcome=DEEMED, at=work.now))


def deem_accepted(work: Work, case: Case, task: Task, received_on: date) -> None:
    """视为受理: accepted by law as of the day of receipt, because no notice was given in time. 行政许可法 32(1)(4)"""
    last = last_day_for_correction_notice(received_on, work.calendar, CORRECTION_NOTICE)
    note(work, case, "case.deemed_accepted", {"as_of": received_on.isoformat()}, "行政许可法 32")
    run(work, case, Finish(step=task.step, outcome="accept", at=work.now), received_on)
    work.tell(stalled(case, task, "unaccepted", last, "行政许可法 32"))


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
    run(work, case, event)
    return case


def send_back(work: Work, home: int, case_id: UUID, task_id: UUID, to: str, reason: str) -> Case:
    """退回: close the task and open an earlier step again; the reason goes into the journal."""
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    lend_hand(work, case, task)
    note(work, case, "step.returned", {"step": task.step, "to": to, "reason": reason})
    run(work, case, Return(step=task.step, to=to, at=work.now))
    again, rule = case.tasks[to], flow_of(work, case).step(task.step).basis
    person, post = _who_finished(work, case, to)
    whose = {"step": to, "desk": again.desk, "post": post or again.post, "person": person}
    work.tell(SentBack(**names(case), **whose, on=work.today, rule=rule, division=case.matter.division))
    return case


def _who_finished(work: Work, case: Case, step: str) -> tuple[str, str]:
    """谁办的: the person who finished a step last, and the post; nobody where silence or the system did."""
    entries = journal.entries(work, case.matter.home, case.matter.id)
    last = next((e for e in reversed(entries) if e.act == "step.finished" and e.facts["step"] == step), None)
    if last is None or last.facts["outcome"] in NOBODYS or last.facts.get("by") == AUTOMATIC:
        return "", ""
    return last.person, last.post


def extend(work: Work, home: int, case_id: UUID, reason: str) -> Case:
    """延期: once, by the head of the authority — of the people's government where several decide together —, with the
    reason told to the applicant. 行政许可法 42, SOD13
    """
    case = hold(work, home, case_id)
    if "head" not in work.actor.roles or work.actor.organisation != extender(work, case):
        raise Forbidden("case.head_extends", clause="行政许可法 42")
    stand_in(work, case, "head")
    if case.status not in (Status.HANDLING, Status.SUSPENDED):
        raise Conflict("case.not_counting", number=case.matter.number)
    limit = published_of(work, case).item.extension
    if limit is None:
        raise Conflict("case.no_extension", clause="行政许可法 42")
    by = Extension(limit=limit, approved_by=work.actor.person, reason=reason, on=work.today)
    case.timing = timing.extend(case.timing, by)
    asked = asides.settle(work, case, asides.EXTENSION)
    facts = {"limit": str(limit), "reason": reason} | ({"aside": str(asked.id)} if asked else {})
    note(work, case, "clock.extended", facts, "行政许可法 42")
    keep(work, case)
    return case


def end(work: Work, home: int, case_id: UUID, word: str, reason: str, clause: str = "") -> Case:
    """终止: close all that is open, with a word (withdrawn, refused, terminated) and a reason."""
    case = hold(work, home, case_id)
    if case.status not in OPEN:
        raise Conflict("case.ended", number=case.matter.number)
    note(work, case, f"case.{word}", {"reason": reason}, clause)
    run(work, case, Cancel(end=word, at=work.now))
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
    keep(work, case)
