"""接口：代理 — who stands in for whom in one's own house: list, appoint by dates, end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import Meta

from yiwang.directory import service as directory
from yiwang.directory.messages import Deputy
from yiwang.gateway import views
from yiwang.gateway.counter import Counter, Key, act, read
from yiwang.gateway.views import Code, Sent
from yiwang.ground.outcome import NotFound
from yiwang.plumbing.work import Work

TAG, APPOINT = "deputies", "deputy.appoint"
DAY = timedelta(days=1)


class NewDeputy(Sent):
    """指定代理: who stands in for whom in which post, from a day to a last day, and why."""

    principal: Code
    post: Code
    deputy: Code
    since: date
    last: date
    reason: Annotated[str, Meta(max_length=200)] = ""


class DeputyView(msgspec.Struct):
    """代理: of one post; `last` is its last day; `ended_by` names who ended it before."""

    id: UUID
    principal: str
    post: str
    deputy: str
    since: date
    last: date
    reason: str
    granted_by: str
    granted_at: datetime
    ended_by: str


class Deputies(msgspec.Struct):
    """代理名单, by the day they begin."""

    rows: list[DeputyView]


def _view(d: Deputy) -> DeputyView:
    last = max(d.held_from, d.held_to - DAY)
    return DeputyView(
        d.id, d.principal, d.post, d.deputy, d.held_from, last, d.reason, d.granted_by, d.granted_at, d.ended_by
    )


def _seen(work: Work) -> list[Deputy]:
    """The head sees all of the house, everybody else what concerns them."""
    actor = work.actor
    known = directory.deputies_of(work, actor.organisation)
    head = actor.has("head") and "head" not in actor.lent
    return [d for d in known if head or actor.person in (d.principal, d.deputy)]


@read("/deputies", TAG, APPOINT)
def deputies(counter: Counter) -> Response[Deputies]:
    """Whoever stands in, stood in or will stand in in one's own house: for the head all, for others their own."""
    with counter.work() as work:
        return Response(Deputies([_view(d) for d in _seen(work)]))


@act("/deputies", TAG, APPOINT, 201)
def appoint(counter: Counter, key: Key, data: NewDeputy) -> Response[DeputyView]:
    """Appoint a deputy by dates: for one's own post, or as the head for anybody of the house. 民法典 162"""

    def do(work: Work) -> DeputyView:
        made = directory.appoint_deputy(
            work, data.principal, data.post, data.deputy, data.since, data.last + DAY, data.reason
        )
        return _view(made)

    return counter.once(key, data, do, 201)


@act("/deputies/{deputy:uuid}/end", TAG, APPOINT)
def end(counter: Counter, key: Key, deputy: UUID, data: views.Nothing) -> Response[Deputies]:
    """End it before its time, from today on; the answer is the list afterwards."""

    def do(work: Work) -> Deputies:
        found = next((d for d in _seen(work) if d.id == deputy), None)
        if found is None:
            raise NotFound("directory.unknown_post")
        directory.end_deputy(work, found)
        work.save()
        return Deputies([_view(d) for d in _seen(work)])

    return counter.once(key, data, do)


ROUTES = [deputies, appoint, end]
