"""接口：办件动作 — the officials' verbs on a task (docs/howto/verbs.md), many decisions at once, and who is looking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import Meta

from yiwang.casework.messages.case import Case
from yiwang.casework.service import reading as caseread
from yiwang.casework.service import signers, verbs, watching
from yiwang.front import batch, scope
from yiwang.gateway import shape, views
from yiwang.gateway.counter import Counter, Key, Reference, act, read
from yiwang.gateway.views import Code, Reason, Sent, Short, Text
from yiwang.handling.messages import HandBack, Sign
from yiwang.handling.service import signing
from yiwang.plumbing.i18n import SOURCE, known
from yiwang.plumbing.work import Work

TAG = "verbs"
ONE = "/cases/{ref:str}"
TASK = "/cases/{ref:str}/tasks/{task:uuid}"
WORK, URGE, END = "case.verbs", "case.urge", "case.terminate"

Said = Annotated[str, Meta(min_length=1, max_length=1_000)]


class HandOn(Sent):
    """转办、委派: to which colleague, and why or with which instruction."""

    to: Code
    words: Said


class Words(Sent):
    """说明: a word on it."""

    words: Said


class WorkDone(Sent):
    """交回: the words of whoever did the work; empty when the delegator takes the task back."""

    words: Text = ""


class AskSigner(Sent):
    """加签: whom to ask, and what."""

    person: Code
    words: Said


class Signer(Sent):
    """减签: whom not to ask any more."""

    person: Code


class TakeBack(Sent):
    """撤回: which step that one has just finished, and why."""

    step: Code
    reason: Said


class Recusal(Sent):
    """回避: who keeps out of the case, and why."""

    person: Code
    reason: Said


class Termination(Sent):
    """终止: why, and by which clause; the applicant reads both."""

    reason: Said
    clause: Annotated[str, Meta(min_length=1, max_length=200)]


class RowChoice(Sent):
    """一件的处理: a task with its own outcome and reason."""

    ref: Short
    task: UUID
    outcome: Code
    words: Text = ""


class Choices(Sent):
    """批量: up to a hundred tasks to review or decide."""

    rows: Annotated[list[RowChoice], Meta(min_length=1, max_length=batch.MOST)]


class RowTold(msgspec.Struct):
    """一件的结果: done, or why not."""

    ref: str
    task: UUID
    done: bool
    code: str
    detail: str


class Report(msgspec.Struct):
    """批量的结果: in the order in which the rows came."""

    done: int
    rows: list[RowTold]


class PresentView(msgspec.Struct):
    """在看的人: an official who has the case before them."""

    person: str
    name: str
    seen_at: datetime


class Presence(msgspec.Struct):
    """谁在看."""

    rows: list[PresentView]


def _done(counter: Counter, key: str, ref: str, data: object, do: Callable[[Work, int, UUID], Case]) -> Response[Any]:
    """A verb on a case that the actor may know of; the answer is the case afterwards."""

    def run(work: Work) -> views.CaseView:
        found = scope.case(work, ref).matter
        do(work, found.home, found.id)
        return shape.case_view(work, caseread.look(work, found.home, found.id))

    return counter.once(key, data, run)


@act(f"{TASK}/release", TAG, WORK)
def release(counter: Counter, key: Key, ref: Reference, task: UUID, data: views.Nothing) -> Response[views.CaseView]:
    """放回: the task is the desk's again."""
    return _done(counter, key, ref, data, lambda work, home, case: verbs.release(work, home, case, task))


@act(f"{TASK}/transfer", TAG, WORK)
def transfer(counter: Counter, key: Key, ref: Reference, task: UUID, data: HandOn) -> Response[views.CaseView]:
    """转办: the task is a colleague's for good; the clock runs on."""

    def do(work: Work, home: int, case: UUID) -> Case:
        return verbs.transfer(work, home, case, task, data.to, data.words)

    return _done(counter, key, ref, data, do)


@act(f"{TASK}/delegate", TAG, WORK)
def delegate(counter: Counter, key: Key, ref: Reference, task: UUID, data: HandOn) -> Response[views.CaseView]:
    """委派: a colleague works the task and hands it back; only the delegator finishes it."""

    def do(work: Work, home: int, case: UUID) -> Case:
        return verbs.delegate(work, home, case, task, data.to, data.words)

    return _done(counter, key, ref, data, do)


@act(f"{TASK}/hand-back", TAG, WORK)
def hand_back(counter: Counter, key: Key, ref: Reference, task: UUID, data: WorkDone) -> Response[views.CaseView]:
    """委派交回: with the words of whoever did the work; or taken back by whoever delegated it."""

    def do(work: Work, home: int, case: UUID) -> Case:
        return signing.hand_back(HandBack(home=home, id=case, task=task, words=data.words), work)

    return _done(counter, key, ref, data, do)


@act(f"{TASK}/signers", TAG, WORK)
def add_signer(counter: Counter, key: Key, ref: Reference, task: UUID, data: AskSigner) -> Response[views.CaseView]:
    """加签: somebody of the same organisation must speak before the step can be finished."""

    def do(work: Work, home: int, case: UUID) -> Case:
        return signers.add_signer(work, home, case, task, data.person, data.words)

    return _done(counter, key, ref, data, do)


@act(f"{TASK}/signers/drop", TAG, WORK)
def drop_signer(counter: Counter, key: Key, ref: Reference, task: UUID, data: Signer) -> Response[views.CaseView]:
    """减签: who was asked and has not spoken is asked no more."""

    def do(work: Work, home: int, case: UUID) -> Case:
        return signers.drop_signer(work, home, case, task, data.person)

    return _done(counter, key, ref, data, do)


@act(f"{TASK}/signature", TAG, WORK)
def sign(counter: Counter, key: Key, ref: Reference, task: UUID, data: views.Opinion) -> Response[views.CaseView]:
    """签署: an added signer says `agree` or `disagree`; on a step that several sign, one of its outcomes."""

    def do(work: Work, home: int, case: UUID) -> Case:
        said = {"outcome": data.outcome, "words": data.words, "conditions": data.conditions}
        return signing.sign(Sign(home=home, id=case, task=task, **said), work)

    return _done(counter, key, ref, data, do)


@act(f"{TASK}/urge", TAG, URGE)
def urge(counter: Counter, key: Key, ref: Reference, task: UUID, data: Words) -> Response[views.CaseView]:
    """催办: by whoever waits for the task, at most once a working day."""
    return _done(counter, key, ref, data, lambda work, home, case: verbs.urge(work, home, case, task, data.words))


@act(f"{TASK}/recall", TAG, WORK)
def recall(counter: Counter, key: Key, ref: Reference, task: UUID, data: Reason) -> Response[views.CaseView]:
    """收回征求意见: the deciding department no longer needs an answer that it has not got."""
    return _done(counter, key, ref, data, lambda work, home, case: verbs.recall(work, home, case, task, data.reason))


@act(f"{ONE}/take-back", TAG, WORK)
def take_back(counter: Counter, key: Key, ref: Reference, data: TakeBack) -> Response[views.CaseView]:
    """撤回: the step that one has just finished is open again, while nobody has taken up what came after."""

    def do(work: Work, home: int, case: UUID) -> Case:
        return signing.take_back(work, home, case, data.step, data.reason)

    return _done(counter, key, ref, data, do)


@act(f"{ONE}/recusal", TAG, WORK)
def recuse(counter: Counter, key: Key, ref: Reference, data: Recusal) -> Response[views.CaseView]:
    """回避: oneself at once, or somebody of one's organisation by order of its head. 行政处罚法 43"""

    def do(work: Work, home: int, case: UUID) -> Case:
        return verbs.recuse(work, home, case, data.person, data.reason)

    return _done(counter, key, ref, data, do)


@act(f"{ONE}/termination", TAG, END)
def terminate(counter: Counter, key: Key, ref: Reference, data: Termination) -> Response[views.CaseView]:
    """终止: the decider ends the case after acceptance and before decision; the applicant reads why."""

    def do(work: Work, home: int, case: UUID) -> Case:
        return verbs.terminate(work, home, case, data.reason, data.clause)

    return _done(counter, key, ref, data, do)


@act("/decisions", TAG, "case.work")
def decide_many(counter: Counter, key: Key, data: Choices) -> Response[Report]:
    """批量: review or decide up to a hundred tasks, each with its own outcome and reason, each its own act.

    What is refused holds up no other; sent again with the same key, only what was refused is tried again.
    """
    choices = [batch.Choice(ref=r.ref, task=r.task, outcome=r.outcome, words=r.words) for r in data.rows]
    told = batch.decide_many(counter.engine, counter.actor, known(counter.language) or SOURCE, key, choices)
    rows = [RowTold(t.ref, t.task, t.done, t.code, t.detail) for t in told]
    return Response(Report(sum(t.done for t in told), rows))


@read(f"{ONE}/presence", TAG, "task.list")
def presence(counter: Counter, ref: Reference) -> Response[Presence]:
    """Say that one has this case before oneself, and hear who else has; ask again every fifteen seconds."""
    with counter.work() as work:
        case = scope.case(work, ref)
        there = watching.present(work, case.matter.home, case.matter.id)
    return Response(Presence([PresentView(p.person, p.name, p.seen_at) for p in there]))


ROUTES = [
    release,
    transfer,
    delegate,
    hand_back,
    add_signer,
    drop_signer,
    sign,
    urge,
    recall,
    take_back,
    recuse,
    terminate,
    decide_many,
    presence,
]
