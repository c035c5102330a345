"""接口：审批 — what departments wrote in a case: decisions and notices, and the check of one by whoever holds it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
from litestar import Response

from yiwang.front import scope
from yiwang.front.desk import Desk
from yiwang.gateway.counter import Counter, Reference, open_to_all, read
from yiwang.ground.actor import SYSTEM
from yiwang.handling.messages import Issued
from yiwang.handling.service import documents as papers

TAG = "cases"
ONE = "/cases/{ref:str}"


class PaperView(msgspec.Struct):
    """文书: a decision or notice, word for word. `digest` is SHA-256 of the signed text; the journal has it too."""

    id: UUID
    kind: str
    number: str
    title: str
    issuer: str
    addressee: str
    case: str
    item: str
    on: date
    paragraphs: list[str]
    code: str
    digest: str
    signature: str
    key: str
    genuine: bool


class Papers(msgspec.Struct):
    """文书: those of a case, first to last."""

    rows: list[PaperView]


@read(f"{ONE}/documents", TAG)
def written(counter: Counter, ref: Reference) -> Response[Papers]:
    """The decisions and notices of a case, first to last, word for word."""
    with counter.work() as work:
        case = scope.case(work, ref)
        found = papers.of_case(work, case.matter.home, case.matter.id)
    return Response(Papers([paper_view(issued) for issued in found]))


@open_to_all("GET", "/documents/{code:str}", "documents", "whoever holds a document may check it")
def checked(code: str, desk: Desk) -> Response[PaperView]:
    """Check a document by the 22 digits at its foot: what it said when it was signed, and whether it is genuine."""
    with desk.engine.begin(SYSTEM, desk.language) as work:
        return Response(paper_view(papers.check(work, code)))


def paper_view(issued: Issued) -> PaperView:
    """A document."""
    said = issued.paper
    return PaperView(
        id=issued.id,
        kind=said.kind,
        number=said.number,
        title=said.title,
        issuer=said.issuer,
        addressee=said.addressee,
        case=said.case,
        item=said.item,
        on=said.on,
        paragraphs=list(said.paragraphs),
        code=issued.code,
        digest=issued.digest,
        signature=issued.signature,
        key=issued.key,
        genuine=issued.genuine,
    )


ROUTES = [written, checked]
