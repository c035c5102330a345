"""办件动作 — what officials do with a task beside working it: who may, when, what becomes of clock and holder.

docs/howto/verbs.md has the table of all of them. No verb moves the clock, but for those that end a step or the case.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from yiwang.casework.messages.case import Case, Duty, Status, Task
from yiwang.casework.messages.flow import Cancel, Finish, TakeBack
from yiwang.casework.rules import signing
from yiwang.casework.rules.flow import earlier_steps
from yiwang.casework.service.holding import AUTOMATIC, find_task, flow_of, hold, note, step_of
from yiwang.casework.service.rights import (
    RECALLED,
    about,
    as_head,
    digest_of,
    give,
    give_up,
    heads,
    must_be_in_charge,
    must_say,
    own_post,
    post_at,
    post_of_colleague,
    why_unable,
    with_seats,
)
from yiwang.casework.service.running import (
    keep,
    lend_hand,
    may_work,
    names,
    run,
    stand_in,
    take_part,
)
from yiwang.casework.service.saying import CaseTerminated
from yiwang.casework.store.inbox import INBOX
from yiwang.catalogue.messages import Step, StepKind
from yiwang.directory import service as directory
from yiwang.ground.outcome import Conflict, Forbidden
from yiwang.ground.zone import day_of
from yiwang.plumbing import journal
from yiwang.plumbing.work import Work

DECIDER = "decider"
SUPERVISOR = "supervisor"
QUIET = frozenset(
    {"task.urged", "data.fetched", "data.disputed", "demand.asked", "demand.answered", "demand.unanswered"}
    | {"clock.yellow", "clock.overdue", "clock.legal_overdue", "clock.step_overdue", "clock.recomputed"}
    | {"consultation.reminded", "consultation.silent", "guidance.asked", "guidance.answered"}
)
"""Acts by which nobody takes anything up."""


def claim(work: Work, home: int, case_id: UUID, task_id: UUID) -> Case:
    """领取: take a task of one's desk; a task taken by another is refused with that name."""
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    may_work(work, case, task)
    give(work, case, replace(task, holder=work.actor.person, post=own_post(work, task)))
    note(work, case, "task.claimed", about(task))
    keep(work, case)
    return case


def release(work: Work, home: int, case_id: UUID, task_id: UUID) -> Case:
    """放回: the task is the desk's again; by its holder, or by the head of the desk for whoever does not come back.

    Conflict `case.not_claimed`; what is delegated is handed back, not released, but for the head.
    """
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    must_be_in_charge(work, case, task)
    if not task.holder:
        raise Conflict("case.not_claimed", number=case.matter.number)
    give_up(work, case, task)
    note(work, case, "task.released", {**about(task), "from": task.holder})
    keep(work, case)
    return case


def transfer(work: Work, home: int, case_id: UUID, task_id: UUID, to: str, reason: str) -> Case:
    """转办: the task is a colleague's for good; the clock runs on, and days gone by stay with whoever had them.

    By its holder, by anybody of the role while nobody holds it, or by the head. Invalid when `to` cannot have it: no
    post with the role at this desk, recused, or with another duty in this case.
    """
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    must_be_in_charge(work, case, task)
    must_say("reason", reason)
    post = post_of_colleague(work, case, task, to)
    if to == task.holder:
        raise Conflict("case.already_theirs", number=case.matter.number)
    give(work, case, replace(task, holder=to, post=post, lenders=()))
    facts = {"from": task.holder, "from_post": task.post, "to": to, "to_post": post, "reason": reason}
    note(work, case, "task.transferred", {**about(task), **facts})
    keep(work, case)
    return case


def delegate(work: Work, home: int, case_id: UUID, task_id: UUID, to: str, words: str) -> Case:
    """委派: a colleague works the task and hands it back; only who delegated it finishes the step."""
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    may_work(work, case, task)
    must_say("words", words)
    post = post_of_colleague(work, case, task, to)
    if to in (work.actor.person, *task.lenders):
        raise Conflict("case.already_theirs", number=case.matter.number)
    give(work, case, replace(task, holder=to, post=post, lenders=(*task.lenders, work.actor.person)))
    note(work, case, "task.delegated", {**about(task), "to": to, "to_post": post, "reason": words})
    keep(work, case)
    return case


def hand_back(work: Work, home: int, case_id: UUID, task_id: UUID, words: str) -> Case:
    """委派交回: the delegate has done the work and lends a hand by it; or the delegator or the head takes it back.

    The words of the delegate are an opinion and stay out of the journal (handling.signing.hand_back files them).
    """
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    if not task.lenders:
        raise Conflict("case.not_delegated", number=case.matter.number)
    lender = task.lenders[-1]
    if is_delegate(work, task):
        must_say("words", words)
        lend_hand(work, case, replace(task, lenders=()))
    elif work.actor.person != lender and not heads(work, case, task):
        raise Forbidden("case.not_your_task", desk=task.desk, role=task.role)
    post, _ = post_at(work, task, lender)
    kept = replace(task, lenders=task.lenders[:-1])
    if post and lender not in case.recused:
        give(work, case, replace(kept, holder=lender, post=post))
    else:  # who lent it is no longer at this desk
        give_up(work, case, kept)
    note(work, case, "task.handed_back", {**about(task), "to": case.tasks[task.step].holder, **digest_of(words)})
    keep(work, case)
    return case


def is_delegate(work: Work, task: Task) -> bool:
    """受托人: whether the actor works a task for whoever delegated it, himself or as a deputy."""
    stands_for = work.actor.stands_for(task.role, task.holder)
    return bool(task.lenders) and task.holder in (work.actor.person, stands_for.person if stands_for else "")


def urge(work: Work, home: int, case_id: UUID, task_id: UUID, words: str) -> Case:
    """催办: by whoever waits for the task; counted and written down, at most once a working day; no clock moves.

    Who waits: the deciding department for the others, the head of the desk, a supervisor for the own area, whoever
    delegated the task or asked somebody to sign.
    """
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    if not _waits(work, case, task):
        raise Forbidden("case.not_waiting_for_it")
    must_say("words", words)
    mine = (
        day_of(e.at)
        for e in reversed(journal.entries(work, home, case_id))
        if e.act == "task.urged" and e.person == work.actor.person and e.facts["task"] == str(task.id)
    )
    last = next(mine, None)
    if last is not None and work.calendar.count(last, work.today) < 1:
        raise Conflict("case.urged_already", number=case.matter.number)
    case.tasks[task.step] = replace(task, urged=task.urged + 1)
    work.change(INBOX, {"desk": task.desk, "id": task.id}, {"urged": task.urged + 1})
    note(work, case, "task.urged", {**about(task), "reason": words})
    keep(work, case)
    return case


def _waits(work: Work, case: Case, task: Task) -> bool:
    actor = work.actor
    if task.desk == AUTOMATIC:
        return False
    if actor.has(SUPERVISOR):
        return directory.in_scope(actor.division, case.matter.division)
    if actor.organisation == task.desk:
        asked = {s.by for s in signing.waiting(task)}
        return heads(work, case, task) or actor.person in asked or actor.person in task.lenders
    return actor.kind == "staff" and actor.organisation == case.matter.deciding


def take_back(work: Work, home: int, case_id: UUID, step: str, reason: str) -> Case:
    """撤回: the very person who finished the last step opens it again, while nobody has taken up what came after.

    What applicants were told, and decisions, stand (rules.flow). The step keeps its earlier due date.
    handling.signing.take_back is the door of pages and programs: it marks what was said as taken back.
    """
    case = hold(work, home, case_id)
    must_say("reason", reason)
    kind = step_of(work, case, step).kind
    last = next((e for e in reversed(journal.entries(work, home, case_id)) if e.act not in QUIET), None)
    mine = last is not None and last.act == "step.finished" and last.person == work.actor.person
    if (
        kind not in (StepKind.REVIEW, StepKind.CONSULT)
        or last is None
        or not mine
        or last.facts["step"] != step
        or "by" in last.facts
    ):
        raise Conflict("case.cannot_take_back", number=case.matter.number)
    note(work, case, "step.taken_back", {"step": step, "reason": reason})
    run(work, case, TakeBack(step=step, at=work.now))
    task = case.tasks[step]
    give(work, case, replace(task, holder=work.actor.person, post=own_post(work, task)))
    keep(work, case)
    return case


def recall(work: Work, home: int, case_id: UUID, task_id: UUID, reason: str) -> Case:
    """收回征求意见: the deciding department no longer needs an answer that it has not got yet."""
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    step = step_of(work, case, task.step)
    if step.kind is not StepKind.CONSULT:
        raise Conflict("case.not_a_consultation", step=step.name)
    if work.actor.kind != "staff" or work.actor.organisation != case.matter.deciding:
        raise Forbidden("case.lead_recalls")
    must_say("reason", reason)
    note(work, case, "step.finished", {**about(task), "outcome": RECALLED, "reason": reason}, step.basis)
    run(work, case, Finish(step=step.id, outcome=RECALLED, at=work.now))
    return case


def recuse(work: Work, home: int, case_id: UUID, person: str, reason: str) -> Case:
    """回避: oneself at once, or by order of the head; from then on the person does nothing in this case any more.

    What the person holds is released, what waits for the person's signature waits no longer. 行政处罚法 43, SOD11
    """
    case = hold(work, home, case_id)
    must_say("reason", reason)
    if person in case.recused:
        raise Conflict("case.recused_already", number=case.matter.number)
    ordered = person != work.actor.person
    if ordered:
        own = directory.posts_of(work, person, work.today) if as_head(work, case) else []
        if work.actor.organisation not in {p.organisation for p in own}:
            raise Forbidden("case.head_recuses", clause="行政处罚法 43")
    elif work.actor.kind != "staff":
        raise Forbidden("case.head_recuses", clause="行政处罚法 43")
    note(work, case, "person.recused", {"person": person, "ordered": ordered, "reason": reason}, "行政处罚法 43")
    case.recused = (*case.recused, person)
    for task in list(case.tasks.values()):
        _without(work, case, task, person)
    keep(work, case)
    return case


def _without(work: Work, case: Case, task: Task, person: str) -> None:
    """A task without somebody who must not work it any more: back to who lent it, or to the desk."""
    for seat in task.seats:
        if seat.person == person:
            if seat.at is None:
                work.remove(INBOX, {"desk": task.desk, "id": signing.row_of(task, person)})
            task = with_seats(case, task, tuple(s for s in task.seats if s is not seat))
    if person == task.holder or person in task.lenders:
        give_up(work, case, task)


def terminate(work: Work, home: int, case_id: UUID, reason: str, clause: str) -> Case:
    """终止: the decider of the deciding authority ends the case after acceptance and before decision, told with reason
    and clause.
    """
    case = hold(work, home, case_id)
    if not work.actor.has(DECIDER) or work.actor.organisation != case.matter.deciding:
        raise Forbidden("case.decider_terminates")
    if case.status not in (Status.HANDLING, Status.SUSPENDED):
        raise Conflict("case.not_in_handling", number=case.matter.number)
    must_say("reason", reason)
    must_say("clause", clause)
    stand_in(work, case, DECIDER)
    take_part(work, case, Duty.DECIDE, case.matter.deciding)
    note(work, case, "case.terminated", {"reason": reason}, clause)
    run(work, case, Cancel(end="terminated", at=work.now))
    work.tell(CaseTerminated(**names(case), reason=reason, clause=clause))
    return case


def colleagues(work: Work, case: Case, task: Task) -> list[tuple[str, str]]:
    """可交人选: who at the desk may have this task, with the post: what a page offers for 转办 and 委派. No query."""
    return [
        (person, post.code)
        for person, post, principal in directory.staff(work).able(task.desk, task.role, work.today)
        if person != task.holder and all(why_unable(case, task, p) is None for p in (person, principal) if p)
    ]


def returns(work: Work, case: Case, task: Task) -> list[Step]:
    """可退回到: the finished steps to which this one may be sent back, in the order of the chart. No query."""
    flow = flow_of(work, case)
    if task.step in case.progress.suspended:
        return []
    earlier, finished = earlier_steps(flow, task.step), {d.step for d in case.progress.done}
    return [step for step in flow.flow.steps if step.id in earlier & finished]
