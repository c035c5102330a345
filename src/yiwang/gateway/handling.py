"""接口：审批 — what departments wrote in a case: decisions and notices, and the check of one by whoever holds it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response
from msgspec import Meta

from yiwang.casework.messages.case import Case
from yiwang.front import scope
from yiwang.front.desk import Desk
from yiwang.gateway import views
from yiwang.gateway.cases import ONE, TAG, TASK, done, on
from yiwang.gateway.counter import Counter, Key, Reference, act, open_to_all, read
from yiwang.ground.actor import SYSTEM
from yiwang.handling.messages import AnswerInquiry, AskExtension, AskGuidance, DrawExperts, Issued, RedrawExperts, Refer
from yiwang.handling.service import consultations, experts, inquiries
from yiwang.handling.service import documents as papers
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


class ConsultationView(msgspec.Struct):
    """征求意见: of one department; `state` is sent, received, replied, deemed or recalled."""

    step: str
    name: str
    line: str
    organisation: str
    task: UUID | None
    asked_at: datetime
    due: date | None
    reminders: int
    state: str
    outcome: str
    words: str
    conditions: str
    answered_at: datetime | None


class Consultations(msgspec.Struct):
    """征求意见清单, in the order of the chart."""

    rows: list[ConsultationView]


class InquiryView(msgspec.Struct):
    """请示与答复: a question beside the flow; `outcome` is empty until it is answered."""

    id: UUID
    kind: str
    asker: str
    desk: str
    question: str
    at: datetime
    outcome: str
    words: str
    answered_at: datetime | None


class Inquiries(msgspec.Struct):
    """请示与答复, first to last."""

    rows: list[InquiryView]


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


@read(f"{ONE}/consultations", TAG, "case.read")
def consulted(counter: Counter, ref: Reference) -> Response[Consultations]:
    """Every consultation of a case: whom, since when, until when, how often reminded, what came of it."""
    with counter.work() as work:
        case = scope.case(work, ref)
        rows = consultations.of_case(work, case.matter.home, case.matter.id)
    return Response(
        Consultations(
            [
                ConsultationView(
                    step=c.step,
                    name=c.name,
                    line=c.line,
                    organisation=c.organisation,
                    task=c.task,
                    asked_at=c.asked_at,
                    due=c.due,
                    reminders=c.reminders,
                    state=c.state,
                    outcome=c.outcome,
                    words=c.words,
                    conditions=c.conditions,
                    answered_at=c.answered_at,
                )
                for c in rows
            ]
        )
    )


@read(f"{ONE}/inquiries", TAG, "case.read")
def asked(counter: Counter, ref: Reference) -> Response[Inquiries]:
    """Questions beside the flow of a case, with their answers."""
    with counter.work() as work:
        case = scope.case(work, ref)
        rows = inquiries.of_case(work, case.matter.home, case.matter.id)
    shown = [
        InquiryView(q.id, q.kind, q.asker, q.desk, q.question, q.at, q.outcome, q.words, q.answered_at) for q in rows
    ]
    return Response(Inquiries(shown))


@act(f"{TASK}/guidance", TAG, "case.work")
def ask_guidance(
    counter: Counter, key: Key, ref: Reference, task: UUID, data: views.Reason
) -> Response[views.CaseView]:
    """Ask the same line one level up for guidance; neither the clock nor the decision moves."""

    def do(work: Work, case: Case) -> object:
        return inquiries.ask_guidance(AskGuidance(**on(case, task), question=data.reason), work)

    return done(counter, key, ref, data, do)


@act(f"{TASK}/extension-request", TAG, "case.work")
def ask_extension(
    counter: Counter, key: Key, ref: Reference, task: UUID, data: views.Reason
) -> Response[views.CaseView]:
    """Ask whoever may approve it for an extension, with the reason. 行政许可法 42"""

    def do(work: Work, case: Case) -> object:
        return inquiries.ask_extension(AskExtension(**on(case, task), reason=data.reason), work)

    return done(counter, key, ref, data, do)


class Referral(views.Sent):
    """另行征求意见: which step of the chart was answered by no competence, which department to ask, and what."""

    step: views.Code
    to: views.Code
    question: Annotated[str, Meta(min_length=1, max_length=1_000)]


class InquiryAnswer(views.Sent):
    """答复: guidance, or why an extension is not approved, in `reason`; of another department that was asked its
    `outcome`: agree, disagree, conditional with `conditions`, or no_competence.
    """

    reason: Annotated[str, Meta(max_length=1_000)] = ""
    outcome: views.Short = ""
    conditions: Annotated[str, Meta(max_length=1_000)] = ""


@act(f"{ONE}/referrals", TAG, "case.work")
def refer(counter: Counter, key: Key, ref: Reference, data: Referral) -> Response[views.CaseView]:
    """Ask another department, where whom the chart asks has no competence; the flow does not wait."""

    def do(work: Work, case: Case) -> object:
        home, id_ = case.matter.home, case.matter.id
        return inquiries.refer(Refer(home=home, id=id_, step=data.step, to=data.to, question=data.question), work)

    return done(counter, key, ref, data, do)


@act(f"{ONE}/inquiries/{{inquiry:uuid}}/answer", TAG, "case.work")
def answered(
    counter: Counter, key: Key, ref: Reference, inquiry: UUID, data: InquiryAnswer
) -> Response[views.CaseView]:
    """Answer what was asked of one's own organisation: guidance, why an extension is not approved, or an opinion."""

    def do(work: Work, case: Case) -> None:
        said = {"words": data.reason, "outcome": data.outcome, "conditions": data.conditions}
        inquiries.answer(AnswerInquiry(home=case.matter.home, id=case.matter.id, inquiry=inquiry, **said), work)

    return done(counter, key, ref, data, do)


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


ROUTES = [
    written,
    drawn,
    redrawn,
    draws,
    consulted,
    asked,
    ask_guidance,
    ask_extension,
    refer,
    answered,
    checked,
]
