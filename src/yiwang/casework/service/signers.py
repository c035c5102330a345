"""签署 — 加签, 减签 and 会签/或签/票签: several persons on one step, and what their signatures come to."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from yiwang.casework.messages.case import Case, Seat, Task
from yiwang.casework.messages.flow import Finish
from yiwang.casework.rules import separation, signing
from yiwang.casework.rules.flow import OUTCOMES
from yiwang.casework.service.holding import find_task, hold, note, step_of
from yiwang.casework.service.rights import (
    NOBODYS,
    about,
    digest_of,
    heads,
    must_be_able,
    must_be_in_charge,
    must_say,
    with_seats,
)
from yiwang.casework.service.running import (
    keep,
    names,
    put_row,
    run,
    take_part,
)
from yiwang.casework.service.saying import StepSettled
from yiwang.casework.store.inbox import INBOX
from yiwang.catalogue.messages import Signing, Step
from yiwang.directory import service as directory
from yiwang.ground.outcome import Conflict, FieldError, Forbidden, Invalid, Refused
from yiwang.plumbing.work import Work

MOST_SEATS = 20


def add_signer(work: Work, home: int, case_id: UUID, task_id: UUID, person: str, words: str) -> Case:
    """加签: ask somebody of the same organisation, who must then speak before the step can be finished.

    On a step that several sign (会签、票签) a colleague with its role is asked to be one of them; whoever else is asked
    gives an opinion that binds nobody. Another department is consulted, not asked to sign.
    """
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    must_be_in_charge(work, case, task)
    must_say("words", words)
    step = step_of(work, case, task.step)
    if any(s.person == person for s in task.seats) or person in (work.actor.person, task.holder):
        raise Conflict("case.seat_taken", number=case.matter.number)
    must_be_able(case, task, person)
    posts = [p for p in directory.posts_of(work, person, work.today) if p.organisation == task.desk]
    if not posts:
        raise Invalid("case.not_a_colleague", errors=(FieldError("person", "field.choice"),))
    panel = step.signing is not Signing.ONE and any(task.role in p.roles for p in posts)
    seat = Seat(person=person, kind=signing.SIGNER if panel else signing.ADDED, by=work.actor.person)
    _room(case, task, step, seat)
    task = with_seats(case, task, (*task.seats, seat))
    put_row(work, case, task, step, seat=person)
    note(work, case, "signer.added", {**about(task), "person": person, "kind": seat.kind, "reason": words})
    keep(work, case)
    return case


def drop_signer(work: Work, home: int, case_id: UUID, task_id: UUID, person: str) -> Case:
    """减签: who was asked and has not spoken is asked no more; by whoever asked, or by the head."""
    case = hold(work, home, case_id)
    task = find_task(case, task_id)
    seat = next((s for s in signing.waiting(task) if s.person == person), None)
    if seat is None:
        raise Conflict("case.not_asked", number=case.matter.number)
    if seat.by != work.actor.person and not heads(work, case, task):
        raise Forbidden("case.not_your_signer")
    task = with_seats(case, task, tuple(s for s in task.seats if s is not seat))
    work.remove(INBOX, {"desk": task.desk, "id": signing.row_of(task, person)})
    note(work, case, "signer.dropped", {**about(task), "person": person})
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
        must_say("words", words)
    take_part(work, case, separation.duty_of(task.role), task.desk)
    if seat in task.seats:
        work.remove(INBOX, {"desk": task.desk, "id": signing.row_of(task, seat.person)})
    others = tuple(s for s in task.seats if s is not seat)
    task = with_seats(case, task, (*others, replace(seat, outcome=outcome, at=work.now)))
    facts = {"outcome": outcome, "kind": seat.kind, **digest_of(words)}
    note(work, case, "step.signed", {**about(task), **facts}, step.basis)
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
    note(work, case, "step.finished", {**about(task), "outcome": outcome, "by": "signatures"}, step.basis)
    signers = tuple(s.person for s in task.seats if s.kind == signing.SIGNER and s.at is not None)
    work.tell(StepSettled(**names(case), step=step.id, step_kind=step.kind, outcome=outcome, signers=signers))
    run(work, case, Finish(step=step.id, outcome=outcome, at=work.now))
