"""接口：办件动作 — the officials' verbs on a task, and who has a case before them."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import Response

from yiwang.casework.service import watching
from yiwang.front import scope
from yiwang.gateway.counter import Counter, Reference, read

TAG = "verbs"
ONE = "/cases/{ref:str}"


class PresentView(msgspec.Struct):
    """在看的人: an official who has the case before them."""

    person: str
    name: str
    seen_at: datetime


class Presence(msgspec.Struct):
    """谁在看."""

    rows: list[PresentView]


@read(f"{ONE}/presence", TAG, "task.list")
def presence(counter: Counter, ref: Reference) -> Response[Presence]:
    """Say that one has this case before oneself, and hear who else has; ask again every fifteen seconds."""
    with counter.work() as work:
        case = scope.case(work, ref)
        there = watching.present(work, case.matter.home, case.matter.id)
    return Response(Presence([PresentView(p.person, p.name, p.seen_at) for p in there]))


ROUTES = [presence]
