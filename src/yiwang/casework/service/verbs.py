"""办件动作 — what officials do with a task beside working it: who may, when, what becomes of clock and holder.

docs/howto/verbs.md has the table of all of them. No verb moves the clock, but for those that end a step or the case.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from yiwang.casework.messages import (
    Cancel,
    Case,
    Duty,
    Finish,
    Seat,
    Status,
    TakeBack,
    Task,
)
from yiwang.casework.rules import separation, signing
from yiwang.casework.rules.flow import OUTCOMES, earlier_steps
from yiwang.casework.service.holding import AUTOMATIC, find_task, flow_of, hold, note, step_of
from yiwang.casework.service.running import (
    keep,
    lend_hand,
    may_work,
    names,
    own_desk,
    put_row,
    run,
    stand_in,
    take_part,
)
from yiwang.casework.service.saying import CaseTerminated, StepSettled
from yiwang.casework.store import INBOX
from yiwang.catalogue.messages import Signing, Step, StepKind
from yiwang.directory import service as directory
from yiwang.ground.outcome import Conflict, FieldError, Forbidden, Invalid, Refused
from yiwang.ground.zone import day_of
from yiwang.plumbing import journal
from yiwang.plumbing.work import Work

HEADS = ("head", "window_chief")
"""负责人: of a department; at a centre its chief."""
DECIDER = "decider"
SUPERVISOR = "supervisor"
RECALLED = "recalled"
NOBODYS = frozenset({"deemed", RECALLED})
"""Outcomes that come about without anybody saying them."""
QUIET = frozenset({"task.urged", "data.fetched", "data.disputed"})
"""Acts by which nobody takes anything up."""
WORDS_LIMIT = 1000
MOST_SEATS = 20


def claim(work: Work, home: int, case_id: UUID, task_id: UUID) -> Case:
    """领取: take a task of one's desk; a task taken by another is refused with that name."""
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    may_work(work, case, task)
    _give(work, case, replace(task, holder=work.actor.person, post=_own_post(work, task)))
    note(work, case, "task.claimed", _on(task))
    keep(work, case)
    return case


def release(work: Work, home: int, case_id: UUID, task_id: UUID) -> Case:
    """放回: the task is the desk's again; by its holder, or by the head of the desk for whoever does not come back.

    Conflict `case.not_claimed`; what is delegated is handed back, not released, but for the head.
    """
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    _in_charge(work, case, task)
    if not task.holder:
        raise Conflict("case.not_claimed", number=case.matter.number)
    _unhold(work, case, task)
    note(work, case, "task.released", {**_on(task), "from": task.holder})
    keep(work, case)
    return case


def transfer(work: Work, home: int, case_id: UUID, task_id: UUID, to: str, reason: str) -> Case:
    """转办: the task is a colleague's for good; the clock runs on, and days gone by stay with whoever had them.

    By its holder, by anybody of the role while nobody holds it, or by the head. Invalid when `to` cannot have it: no
    post with the role at this desk, recused, or with another duty in this case.
    """
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    _in_charge(work, case, task)
    _said("reason", reason)
    post = _colleague(work, case, task, to)
    if to == task.holder:
        raise Conflict("case.already_theirs", number=case.matter.number)
    _give(work, case, replace(task, holder=to, post=post, lenders=()))
    facts = {"from": task.holder, "from_post": task.post, "to": to, "to_post": post, "reason": reason}
    note(work, case, "task.transferred", {**_on(task), **facts})
    keep(work, case)
    return case


def delegate(work: Work, home: int, case_id: UUID, task_id: UUID, to: str, words: str) -> Case:
    """委派: a colleague works the task and hands it back; only who delegated it finishes the step."""
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    may_work(work, case, task)
    _said("words", words)
    post = _colleague(work, case, task, to)
    if to in (work.actor.person, *task.lenders):
        raise Conflict("case.already_theirs", number=case.matter.number)
    _give(work, case, replace(task, holder=to, post=post, lenders=(*task.lenders, work.actor.person)))
    note(work, case, "task.delegated", {**_on(task), "to": to, "to_post": post, "reason": words})
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
        _said("words", words)
        lend_hand(work, case, replace(task, lenders=()))
    elif work.actor.person != lender and not _heads(work, case, task):
        raise Forbidden("case.not_your_task", desk=task.desk, role=task.role)
    post = _post_of(work, task, lender)
    kept = replace(task, lenders=task.lenders[:-1])
    if post and lender not in case.recused:
        _give(work, case, replace(kept, holder=lender, post=post))
    else:  # who lent it is no longer at this desk
        _unhold(work, case, kept)
    note(work, case, "task.handed_back", {**_on(task), "to": case.tasks[task.step].holder, **_digest(words)})
    keep(work, case)
    return case


def is_delegate(work: Work, task: Task) -> bool:
    """受托人: whether the actor works a task for whoever delegated it, himself or as a deputy."""
    stands_for = work.actor.stands_for(task.role, task.holder)
    return bool(task.lenders) and task.holder in (work.actor.person, stands_for.person if stands_for else "")


def add_signer(work: Work, home: int, case_id: UUID, task_id: UUID, person: str, words: str) -> Case:
    """加签: ask somebody of the same organisation, who must then speak before the step can be finished.

    On a step that several sign (会签、票签) a colleague with its role is asked to be one of them; whoever else is asked
    gives an opinion that binds nobody. Another department is consulted, not asked to sign.
    """
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    _in_charge(work, case, task)
    _said("words", words)
    step = step_of(work, case, task.step)
    if any(s.person == person for s in task.seats) or person in (work.actor.person, task.holder):
        raise Conflict("case.seat_taken", number=case.matter.number)
    _check_able(case, task, person)
    posts = [p for p in directory.posts_of(work, person, work.today) if p.organisation == task.desk]
    if not posts:
        raise Invalid("case.not_a_colleague", errors=(FieldError("person", "field.choice"),))
    panel = step.signing is not Signing.ONE and any(task.role in p.roles for p in posts)
    seat = Seat(person=person, kind=signing.SIGNER if panel else signing.ADDED, by=work.actor.person)
    _room(case, task, step, seat)
    task = _seats(case, task, (*task.seats, seat))
    put_row(work, case, task, step, seat=person)
    note(work, case, "signer.added", {**_on(task), "person": person, "kind": seat.kind, "reason": words})
    keep(work, case)
    return case


def drop_signer(work: Work, home: int, case_id: UUID, task_id: UUID, person: str) -> Case:
    """减签: who was asked and has not spoken is asked no more; by whoever asked, or by the head."""
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    seat = next((s for s in signing.waiting(task) if s.person == person), None)
    if seat is None:
        raise Conflict("case.not_asked", number=case.matter.number)
    if seat.by != work.actor.person and not _heads(work, case, task):
        raise Forbidden("case.not_your_signer")
    task = _seats(case, task, tuple(s for s in task.seats if s is not seat))
    work.remove(INBOX, {"desk": task.desk, "id": signing.row_of(task, person)})
    note(work, case, "signer.dropped", {**_on(task), "person": person})
    _settle(work, case, task)
    return case


def sign(work: Work, home: int, case_id: UUID, task_id: UUID, outcome: str, words: str) -> Case:
    """签署: speak on a step that one was asked to sign, or take a seat on one that several sign; once each.

    The step is finished with the signature that settles it (rules.signing.tally), once every added signer has spoken.
    Words go into handling's file and only their digest here: handling.signing.sign is the door of pages and programs.
    """
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    step = step_of(work, case, task.step)
    seat = next((s for s in task.seats if s.person == work.actor.person), None) or _own_seat(work, case, task, step)
    if seat.at is not None:
        raise Conflict("case.signed_already", number=case.matter.number)
    if outcome not in (signing.OPINIONS if seat.kind == signing.ADDED else OUTCOMES[step.kind] - NOBODYS):
        raise Refused("flow.outcome_unknown", step=step.name, outcome=outcome[:40])
    if seat.kind == signing.ADDED or outcome not in signing.POSITIVE:
        _said("words", words)
    take_part(work, case, separation.duty_of(task.role), task.desk)
    if seat in task.seats:
        work.remove(INBOX, {"desk": task.desk, "id": signing.row_of(task, seat.person)})
    others = tuple(s for s in task.seats if s is not seat)
    task = _seats(case, task, (*others, replace(seat, outcome=outcome, at=work.now)))
    facts = {"outcome": outcome, "kind": seat.kind, **_digest(words)}
    note(work, case, "step.signed", {**_on(task), **facts}, step.basis)
    _settle(work, case, task)
    return case


def _own_seat(work: Work, case: Case, task: Task, step: Step) -> Seat:
    """A seat on a step that several sign is taken by signing: by an officer of its desk in the own role, in person."""
    if task.desk != work.actor.organisation or task.role not in work.actor.roles - work.actor.lent:
        raise Forbidden("case.not_your_task", desk=task.desk, role=task.role)
    if step.signing is Signing.ONE:
        raise Conflict("case.not_asked", number=case.matter.number)
    if signing.tally(step.signing, step.persons, step.votes, task.seats) is not None:
        raise Conflict("case.settled", number=case.matter.number)
    seat = Seat(person=work.actor.person, kind=signing.SIGNER, by=work.actor.person)
    _room(case, task, step, seat)
    return seat


def _room(case: Case, task: Task, step: Step, seat: Seat) -> None:
    """Conflict `case.seats_full`: a vote has as many seats as the chart says, and nobody asks a crowd."""
    most = step.persons if step.signing is Signing.VOTES and seat.kind == signing.SIGNER else MOST_SEATS
    if sum(s.kind == seat.kind for s in task.seats) >= most:
        raise Conflict("case.seats_full", number=case.matter.number, most=most)


def _settle(work: Work, case: Case, task: Task) -> None:
    """Finish a step that several sign, once their signatures have settled it and everybody added has spoken."""
    step = step_of(work, case, task.step)
    outcome = signing.tally(step.signing, step.persons, step.votes, task.seats)
    if outcome is None or task.lenders or any(s.kind == signing.ADDED for s in signing.waiting(task)):
        keep(work, case)
        return
    note(work, case, "step.finished", {**_on(task), "outcome": outcome, "by": "signatures"}, step.basis)
    signers = tuple(s.person for s in task.seats if s.kind == signing.SIGNER and s.at is not None)
    work.tell(StepSettled(**names(case), step=step.id, step_kind=step.kind, outcome=outcome, signers=signers))
    run(work, case, Finish(step=step.id, outcome=outcome, at=work.now))


def urge(work: Work, home: int, case_id: UUID, task_id: UUID, words: str) -> Case:
    """催办: by whoever waits for the task; counted and written down, at most once a working day; no clock moves.

    Who waits: the deciding department for the others, the head of the desk, a supervisor for the own area, whoever
    delegated the task or asked somebody to sign.
    """
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    if not _waits(work, case, task):
        raise Forbidden("case.not_waiting_for_it")
    _said("words", words)
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
    note(work, case, "task.urged", {**_on(task), "reason": words})
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
        return _heads(work, case, task) or actor.person in asked or actor.person in task.lenders
    return actor.kind == "staff" and actor.organisation == case.matter.deciding


def take_back(work: Work, home: int, case_id: UUID, step: str, reason: str) -> Case:
    """撤回: the very person who finished the last step opens it again, while nobody has taken up what came after.

    What applicants were told, and decisions, stand (rules.flow). The step keeps its earlier due date.
    handling.signing.take_back is the door of pages and programs: it marks what was said as taken back.
    """
    case = hold(work, home, case_id)
    _said("reason", reason)
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
    _give(work, case, replace(task, holder=work.actor.person, post=_own_post(work, task)))
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
    _said("reason", reason)
    note(work, case, "step.finished", {**_on(task), "outcome": RECALLED, "reason": reason}, step.basis)
    run(work, case, Finish(step=step.id, outcome=RECALLED, at=work.now))
    return case


def recuse(work: Work, home: int, case_id: UUID, person: str, reason: str) -> Case:
    """回避: oneself at once, or by order of the head; from then on the person does nothing in this case any more.

    What the person holds is released, what waits for the person's signature waits no longer. 行政处罚法 43, SOD11
    """
    case = hold(work, home, case_id)
    _said("reason", reason)
    if person in case.recused:
        raise Conflict("case.recused_already", number=case.matter.number)
    ordered = person != work.actor.person
    if ordered:
        own = directory.posts_of(work, person, work.today) if _as_head(work, case) else []
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
            task = _seats(case, task, tuple(s for s in task.seats if s is not seat))
    if person == task.holder or person in task.lenders:
        _unhold(work, case, task)


def terminate(work: Work, home: int, case_id: UUID, reason: str, clause: str) -> Case:
    """终止: the decider of the deciding authority ends the case after acceptance and before decision, told with reason
    and clause.
    """
    case = hold(work, home, case_id)
    if not work.actor.has(DECIDER) or work.actor.organisation != case.matter.deciding:
        raise Forbidden("case.decider_terminates")
    if case.status not in (Status.HANDLING, Status.SUSPENDED):
        raise Conflict("case.not_in_handling", number=case.matter.number)
    _said("reason", reason)
    _said("clause", clause)
    stand_in(work, case, DECIDER)
    take_part(work, case, Duty.DECIDE, case.matter.deciding)
    note(work, case, "case.terminated", {"reason": reason}, clause)
    run(work, case, Cancel(end="terminated", at=work.now))
    work.tell(CaseTerminated(**names(case), reason=reason, clause=clause))
    return case


def _on(task: Task) -> dict[str, object]:
    return {"step": task.step, "task": str(task.id)}


def _digest(words: str) -> dict[str, object]:
    return {"words": sha256(words.encode()).hexdigest()} if words else {}


def _said(field: str, words: str) -> None:
    """Invalid unless something was written, and not more than anybody reads."""
    if not words.strip():
        raise Invalid("case.form", errors=(FieldError(field, "field.required"),))
    if len(words) > WORDS_LIMIT:
        raise Invalid("case.form", errors=(FieldError(field, "field.too_long", {"limit": WORDS_LIMIT}),))


def _heads(work: Work, case: Case, task: Task) -> bool:
    """Whether the actor heads the desk, or stands in for its head."""
    return work.actor.organisation == task.desk and _as_head(work, case)


def _as_head(work: Work, case: Case) -> bool:
    role = next((role for role in HEADS if work.actor.has(role)), "")
    if role:
        stand_in(work, case, role)
    return bool(role)


def _in_charge(work: Work, case: Case, task: Task) -> None:
    """Its holder, anybody of the role while nobody holds it, or the head; not who only works it for another."""
    if _heads(work, case, task):
        return
    own_desk(work, case, task)
    if task.lenders:
        raise Conflict("case.delegated", number=case.matter.number)


def _unable(case: Case, task: Task, person: str) -> Refused | None:
    """Why somebody else must not work this task: recused, or with another duty in this case."""
    if person in case.recused:
        return Conflict("case.colleague_recused", clause="行政处罚法 43")
    duty = separation.duty_of(task.role)
    if case.hands.get(person, duty) is not duty:
        return Conflict("case.colleague_has_duty", clause="种子 受办分离")
    return None


def _check_able(case: Case, task: Task, person: str) -> None:
    if (refusal := _unable(case, task, person)) is not None:
        raise refusal


def _own_post(work: Work, task: Task) -> str:
    """The post in which the actor works a task: the own one, or that of whoever the actor stands in for."""
    stands_for = work.actor.stands_for(task.role, task.holder)
    return stands_for.post if stands_for else work.actor.post


def colleagues(work: Work, case: Case, task: Task) -> list[tuple[str, str]]:
    """可交人选: who at the desk may have this task, with the post: what a page offers for 转办 and 委派. No query."""
    there = directory.staff(work).of_organisation(task.desk, work.today)
    return [
        (person, post.code)
        for person, post in there
        if task.role in post.roles and person != task.holder and _unable(case, task, person) is None
    ]


def returns(work: Work, case: Case, task: Task) -> list[Step]:
    """可退回到: the finished steps to which this one may be sent back, in the order of the chart. No query."""
    flow = flow_of(work, case)
    if task.step in case.progress.suspended:
        return []
    earlier, finished = earlier_steps(flow, task.step), {d.step for d in case.progress.done}
    return [step for step in flow.flow.steps if step.id in earlier & finished]


def _post_of(work: Work, task: Task, person: str) -> str:
    """The post at the task's desk in which somebody could work it today; empty when there is none."""
    posts = directory.posts_of(work, person, work.today)
    return next((p.code for p in posts if p.organisation == task.desk and task.role in p.roles), "")


def _colleague(work: Work, case: Case, task: Task, person: str) -> str:
    """The post in which a colleague may work a task."""
    _check_able(case, task, person)
    post = _post_of(work, task, person)
    if not post:
        raise Invalid("case.not_a_colleague", errors=(FieldError("to", "field.choice"),))
    return post


def _give(work: Work, case: Case, task: Task) -> None:
    case.tasks[task.step] = task
    work.change(INBOX, {"desk": task.desk, "id": task.id}, {"holder": task.holder, "post": task.post})


def _unhold(work: Work, case: Case, task: Task) -> None:
    """The task is the desk's again, and its first post for the role answers for it (R52)."""
    _give(work, case, replace(task, holder="", post=directory.post_for(work, task.desk, task.role), lenders=()))


def _seats(case: Case, task: Task, seats: tuple[Seat, ...]) -> Task:
    task = case.tasks[task.step] = replace(task, seats=seats)
    return task
