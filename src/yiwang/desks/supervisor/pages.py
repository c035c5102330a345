"""监督页面 — overdue cases, the whole thread of one, and the ratings, kept from whoever handled the case."""

from __future__ import annotations

from typing import Any

from litestar import Response

from yiwang.casework.service import reading as caseread
from yiwang.directory import service as directory
from yiwang.front.desk import Desk, read_reference, reference
from yiwang.front.refusals import sentence
from yiwang.front.routes import page
from yiwang.front.thread import said, view
from yiwang.ground.outcome import NotFound, Refused
from yiwang.oversight import service as oversight

READ: dict[str, Any] = {"act": "thread.read"}
RATINGS: dict[str, Any] = {"act": "rating.read"}


@page("/supervision", opt=READ)
def overview(desk: Desk, q: str = "", offset: int = 0) -> Response[str]:
    """监督首页: a case by its number, and what is past its promise."""
    problem = ""
    with desk.work() as work:
        if q:
            try:
                return desk.go(f"/supervision/{reference(*caseread.find(work, q))}")
            except Refused as refusal:
                problem = sentence(refusal, desk.language)
        rows, total = caseread.overdue(work, directory.prefix(desk.who.division), offset)
        places = directory.snapshot(work).organisations
    return desk.page(
        "overview.html",
        q=q[:60],
        problem=problem,
        rows=rows,
        total=total,
        offset=offset,
        places=places,
        reference=reference,
    )


@page("/supervision/{ref:str}", opt=READ)
def thread(ref: str, desk: Desk) -> Response[str]:
    """全程: every act with person, post, time and clause; which link broke. R52"""
    home, case_id = read_reference(ref)
    with desk.work() as work:
        case = caseread.look(work, home, case_id)
        if not directory.in_scope(desk.who.division, case.matter.division):
            raise NotFound("case.unknown")
        seen = view(work, case)
        rows = said(work, caseread.thread(work, home, case_id), case)
    return desk.page("thread.html", seen=seen, rows=rows)


@page("/ratings", opt=RATINGS)
def ratings(desk: Desk, bad: int = 0, offset: int = 0) -> Response[str]:
    """好差评: as the independent evaluation body reads them, without the applicant. R15"""
    scope = directory.prefix(desk.who.division)
    with desk.work() as work:
        rows = oversight.ratings(work, scope, bad_only=bool(bad), offset=offset)
        counts = oversight.counts(work, scope)
        places = directory.snapshot(work).organisations
    return desk.page("ratings.html", rows=rows, counts=counts, places=places, bad=bad, offset=offset)


ROUTES = [overview, thread, ratings]
