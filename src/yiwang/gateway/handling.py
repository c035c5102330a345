"""接口：审批 — what departments wrote in a case: decisions and notices, and the check of one by whoever holds it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
from litestar import Response

from yiwang.casework.messages import Case
from yiwang.front import scope
from yiwang.front.desk import Desk
from yiwang.gateway import views
from yiwang.gateway.cases import ONE, TAG, TASK, done, on
from yiwang.gateway.counter import Counter, Key, Reference, act, open_to_all, read
from yiwang.ground.actor import SYSTEM
from yiwang.handling.messages import DrawExperts, Issued, RedrawExperts
from yiwang.handling.service import documents as papers
from yiwang.handling.service import experts
from yiwang.plumbing.work import Work


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


class DrawView(msgspec.Struct):
    """抽取记录: the library as it was hashed, who was out and why, and who sits in the review with which ticket."""

    step: str
    round: int
    speciality: str
    library: str
    excluded: dict[str, str]
    members: dict[str, str]


class Draws(msgspec.Struct):
    """抽取记录: the draws of a case, first to last."""

    rows: list[DrawView]


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


@act(f"{TASK}/experts", TAG, "case.work")
def drawn(counter: Counter, key: Key, ref: Reference, task: UUID, data: views.DrawOf) -> Response[views.CaseView]:
    """Draw the experts of a review, as many as the chart says."""

    def do(work: Work, case: Case) -> object:
        return experts.draw(DrawExperts(**on(case, task), speciality=data.speciality, declared=data.declared), work)

    return done(counter, key, ref, data, do)


@act(f"{TASK}/experts/replacement", TAG, "case.work")
def redrawn(
    counter: Counter, key: Key, ref: Reference, task: UUID, data: views.Replacement
) -> Response[views.CaseView]:
    """Draw another expert for each who leaves; the others stay."""

    def do(work: Work, case: Case) -> object:
        return experts.redraw(RedrawExperts(**on(case, task), leaving=data.leaving), work)

    return done(counter, key, ref, data, do)


@read(f"{ONE}/experts", TAG, "case.read")
def draws(counter: Counter, ref: Reference) -> Response[Draws]:
    """Every draw of experts with its library: with `head` and `fresh` of the journal's act `experts.drawn` anybody can
    draw again (docs/howto/handling.md).
    """
    with counter.work() as work:
        case = scope.case(work, ref)
        rows = experts.draws(work, case.matter.home, case.matter.id)
    return Response(Draws([DrawView(d.step, d.round, d.speciality, d.library, d.excluded, d.members) for d in rows]))


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


ROUTES = [written, drawn, redrawn, draws, checked]
