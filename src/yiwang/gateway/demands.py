"""接口：督办 — a supervisor demands words of a post by a day; the post answers; what is open and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response
from litestar.params import Parameter
from msgspec import Meta

from yiwang.casework.messages.case import Case
from yiwang.casework.service import reading as caseread
from yiwang.directory import service as directory
from yiwang.front import scope
from yiwang.front.desk import reference
from yiwang.gateway import views
from yiwang.gateway.cases import ONE, TASK, done
from yiwang.gateway.counter import Counter, Key, Limit, Offset, Reference, act, read
from yiwang.gateway.views import Sent
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import AnswerDemand, Demand, Demanded
from yiwang.plumbing.work import Work

TAG = "demands"
Said = Annotated[str, Meta(min_length=1, max_length=1_000)]


class NewDemand(Sent):
    """督办: what has to be said in words, and within how many working days."""

    words: Said
    days: Annotated[int, Meta(ge=1, le=oversight.DEMAND_DAYS)] = 3


class DemandWords(Sent):
    """答复督办."""

    words: Said


class DemandView(msgspec.Struct):
    """督办一件: `outcome` is empty while it is open, else answered or lapsed (the case was over); `now_organisation`,
    `now_post` and `now_due` say who owes the words today, once nobody answered in time another than who was named.
    """

    demand: UUID
    ref: str
    number: str
    step: str
    organisation: str
    post: str
    words: str
    at: datetime
    due: date
    outcome: str
    answer: str
    answered_at: datetime | None
    now_organisation: str
    now_post: str
    now_due: date | None


class DemandList(msgspec.Struct):
    """督办清单."""

    total: int
    rows: list[DemandView]


def _view(d: Demanded, case: Case | None) -> DemandView:
    owes = next((a for a in case.asides if a.id == d.id), None) if case else None
    return DemandView(
        demand=d.id,
        ref=reference(d.home, d.matter),
        number=d.number,
        step=d.step,
        organisation=d.desk,
        post=d.post,
        words=d.words,
        at=d.at,
        due=d.due,
        outcome=d.outcome,
        answer=d.answer,
        answered_at=d.answered_at,
        now_organisation=owes.desk if owes else "",
        now_post=owes.post if owes else "",
        now_due=owes.due if owes else None,
    )


@act(f"{TASK}/demand", TAG, "demand.make")
def demand(counter: Counter, key: Key, ref: Reference, task: UUID, data: NewDemand) -> Response[views.CaseView]:
    """Demand words of whoever answers for a task, by a day of its own. 行政许可法 60"""

    def do(work: Work, case: Case) -> object:
        home, id_ = case.matter.home, case.matter.id
        return oversight.demand(Demand(home=home, id=id_, task=task, words=data.words, days=data.days), work)

    return done(counter, key, ref, data, do)


@act(f"{ONE}/demands/{{demand:uuid}}/answer", TAG, "case.verbs")
def answer(counter: Counter, key: Key, ref: Reference, demand: UUID, data: DemandWords) -> Response[DemandList]:
    """Answer what was demanded of one's own post; the answer is the demands of the case afterwards."""

    def run(work: Work) -> DemandList:
        found = scope.case(work, ref).matter
        command = AnswerDemand(home=found.home, id=found.id, demand=demand, words=data.words)
        oversight.answer_demand(command, work)
        work.save()
        return _list(work, caseread.look(work, found.home, found.id))

    return counter.once(key, data, run)


@read(f"{ONE}/demands", TAG, "case.read")
def of_case(counter: Counter, ref: Reference) -> Response[DemandList]:
    """What was demanded in a case, of whom, until when, and what came of it."""
    with counter.work() as work:
        return Response(_list(work, scope.case(work, ref)))


def _list(work: Work, case: Case) -> DemandList:
    rows = oversight.demands_of(work, case.matter.home, case.matter.id)
    return DemandList(len(rows), [_view(row, case) for row in rows])


@read("/demands", TAG, "thread.read")
def demands(
    counter: Counter,
    which: Annotated[str, Parameter(pattern="^(open|late|answered|lapsed)?$")] = "",
    offset: Offset = 0,
    limit: Limit = 30,
) -> Response[DemandList]:
    """All demands of the own area, the open ones first by their days; `which` is open, late, answered or lapsed."""
    with counter.work() as work:
        under = directory.prefix(work.actor.division)
        rows, counts = oversight.demands(work, under, state=which, limit=limit, offset=offset)
    return Response(DemandList(counts[which], [_view(row, case) for row, case in rows]))


ROUTES = [demand, answer, of_case, demands]
