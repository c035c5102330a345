"""接口：办件 — read a case and its thread, list and claim tasks, and the officials' acts on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from litestar import Response
from litestar.params import Parameter

from yiwang.casework.messages.case import Case
from yiwang.casework.messages.desk import InboxQuery
from yiwang.casework.service import cases, verbs
from yiwang.casework.service import reading as caseread
from yiwang.front import capsules, deadlines, scope
from yiwang.front.desk import reference
from yiwang.gateway import shape, views
from yiwang.gateway.counter import Counter, Key, Limit, Offset, Reference, act, read
from yiwang.ground.proof import Proof
from yiwang.handling.messages import (
    Decide,
    EndSpecial,
    ExpertOpinion,
    Extend,
    MakeDocument,
    Reply,
    Review,
    StartSpecial,
)
from yiwang.handling.service import consulting, deciding, inquiries, reviewing, special
from yiwang.plumbing.work import Work

TAG = "cases"
ONE = "/cases/{ref:str}"
TASK = "/cases/{ref:str}/tasks/{task:uuid}"


@read("/tasks", TAG, "task.list")
def tasks(
    counter: Counter, q: Annotated[str, Parameter(max_length=100)] = "", offset: Offset = 0, limit: Limit = 30
) -> Response[views.Inbox]:
    """The open tasks of one's organisation for one's roles, the nearest due date first."""
    with counter.work() as work:
        page = caseread.inbox(work, work.actor.organisation, work.actor.roles, InboxQuery(text=q), offset, limit)
        return Response(views.Inbox(page.total, [shape.inbox_view(work, row) for row in page.rows]))


@read("/cases", TAG)
def by_number(counter: Counter, number: Annotated[str, Parameter(max_length=40)]) -> Response[views.CaseView]:
    """A case by its number, as somebody typed it."""
    with counter.work() as work:
        found = caseread.find(work, number)
        return Response(shape.case_view(work, scope.case(work, reference(*found))))


@read(ONE, TAG)
def one(counter: Counter, ref: Reference, explain: bool = False) -> Response[views.CaseView]:
    """A case: open and finished steps, clock; with `explain=true` the clock day by day."""
    with counter.work() as work:
        return Response(shape.case_view(work, scope.case(work, ref), explain=explain))


@read(f"{ONE}/clock", TAG)
def clock(counter: Counter, ref: Reference) -> Response[Proof]:
    """Its clocks as a proof: every day of each counted or left out, with why, by which article and which calendar, so
    that anyone can reckon the dates again.
    """
    with counter.work() as work:
        return Response(deadlines.prove(work, scope.case(work, ref)))


@read(f"{ONE}/capsule", TAG, "capsule.read")
def capsule(counter: Counter, ref: Reference) -> Response[bytes]:
    """A case as one file that proves itself, offline, by `python3 FILE`: of one's own, or below one's oversight."""
    with counter.work() as work:
        case = scope.case(work, ref)
        return capsules.sent(case, capsules.capsule(work, case, own=work.actor.has("applicant")))


@read(f"{ONE}/thread", TAG)
def thread(counter: Counter, ref: Reference) -> Response[views.Acts]:
    """Every act on the case from the first to the last, with organisation and clause."""
    with counter.work() as work:
        case = scope.case(work, ref)
        entries = caseread.thread(work, case.matter.home, case.matter.id)
    return Response(views.Acts([shape.act_view(entry) for entry in entries]))


def done(counter: Counter, key: str, ref: str, data: object, do: Callable[[Work, Case], object]) -> Response[Any]:
    """An act on a case that the actor may know of; the answer is the case afterwards."""

    def run(work: Work) -> views.CaseView:
        found = scope.case(work, ref)
        do(work, found)
        return shape.case_view(work, caseread.look(work, found.matter.home, found.matter.id))

    return counter.once(key, data, run)


def on(case: Case, task: UUID) -> dict[str, Any]:
    """在哪一件、哪个待办: for the commands of handling."""
    return {"home": case.matter.home, "id": case.matter.id, "task": task}


@act(f"{TASK}/claim", TAG, "case.work")
def claim(counter: Counter, key: Key, ref: Reference, task: UUID, data: views.Nothing) -> Response[views.CaseView]:
    """Take a task, so that nobody works it unaware."""

    def do(work: Work, case: Case) -> object:
        return verbs.claim(work, case.matter.home, case.matter.id, task)

    return done(counter, key, ref, data, do)


@act(f"{TASK}/review", TAG, "case.work")
def review(counter: Counter, key: Key, ref: Reference, task: UUID, data: views.Opinion) -> Response[views.CaseView]:
    """Review: `pass` or `fail` (or `skip` where the chart allows), in words."""

    def do(work: Work, case: Case) -> object:
        return reviewing.review(Review(**on(case, task), outcome=data.outcome, words=data.words), work)

    return done(counter, key, ref, data, do)


@act(f"{TASK}/reply", TAG, "case.work")
def reply(counter: Counter, key: Key, ref: Reference, task: UUID, data: views.Opinion) -> Response[views.CaseView]:
    """Answer a consultation: `agree`, `disagree`, `conditional` with conditions, or `no_competence`."""

    def do(work: Work, case: Case) -> object:
        command = Reply(**on(case, task), outcome=data.outcome, words=data.words, conditions=data.conditions)
        return consulting.reply(command, work)

    return done(counter, key, ref, data, do)


@act(f"{TASK}/special/start", TAG, "case.work")
def start_special(
    counter: Counter, key: Key, ref: Reference, task: UUID, data: views.SpecialStart
) -> Response[views.CaseView]:
    """Stop the clock for a special procedure, with a numbered written notice. 行政许可法 45"""

    def do(work: Work, case: Case) -> object:
        return special.start_special(StartSpecial(**on(case, task), days_needed=data.days_needed), work)

    return done(counter, key, ref, data, do)


@act(f"{TASK}/special/end", TAG, "case.work")
def end_special(
    counter: Counter, key: Key, ref: Reference, task: UUID, data: views.SpecialEnd
) -> Response[views.CaseView]:
    """End it: `pass`, `fail`, or `skip` when it was not needed; the clock goes on. An expert review ends with the
    opinion of every drawn expert.
    """

    def do(work: Work, case: Case) -> object:
        said = tuple(ExpertOpinion(expert=o.expert, outcome=o.outcome, words=o.words) for o in data.opinions)
        command = EndSpecial(**on(case, task), outcome=data.outcome, words=data.words, opinions=said)
        return special.end_special(command, work)

    return done(counter, key, ref, data, do)


@act(f"{TASK}/decision", TAG, "case.work")
def decide(counter: Counter, key: Key, ref: Reference, task: UUID, data: views.Opinion) -> Response[views.CaseView]:
    """Decide in the department's own name: `grant`, or `refuse` with reasons. 行政许可法 38"""

    def do(work: Work, case: Case) -> object:
        decision = Decide(**on(case, task), outcome=data.outcome, reasons=data.words, conditions=data.conditions)
        return deciding.decide(decision, work)

    return done(counter, key, ref, data, do)


@act(f"{TASK}/document", TAG, "case.work")
def document(counter: Counter, key: Key, ref: Reference, task: UUID, data: views.Nothing) -> Response[views.CaseView]:
    """The document is made and goes to the one exit: the delivery of a result by a department's own system."""

    def do(work: Work, case: Case) -> object:
        return deciding.make_document(MakeDocument(**on(case, task)), work)

    return done(counter, key, ref, data, do)


@act(f"{TASK}/return", TAG, "case.work")
def send_back(counter: Counter, key: Key, ref: Reference, task: UUID, data: views.SendBack) -> Response[views.CaseView]:
    """Close the task and open an earlier step of the same branch again, with the reason."""

    def do(work: Work, case: Case) -> object:
        return cases.send_back(work, case.matter.home, case.matter.id, task, data.to, data.reason)

    return done(counter, key, ref, data, do)


@act(f"{ONE}/extension", TAG, "case.extend")
def extend(counter: Counter, key: Key, ref: Reference, data: views.Reason) -> Response[views.CaseView]:
    """Extend the limit once, by the head of the authority, with the reason. 行政许可法 42"""

    def do(work: Work, case: Case) -> object:
        return inquiries.extend(Extend(home=case.matter.home, id=case.matter.id, reason=data.reason), work)

    return done(counter, key, ref, data, do)


ROUTES = [
    tasks,
    by_number,
    one,
    clock,
    thread,
    capsule,
    claim,
    review,
    reply,
    start_special,
    end_special,
    decide,
    document,
    send_back,
    extend,
]
