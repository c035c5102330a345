"""制发文书 — decisions and notices as papers: drafted, numbered, signed, kept, and checked by whoever holds one."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import msgspec

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding
from yiwang.catalogue.messages import FlowKind
from yiwang.directory import service as directory
from yiwang.ground.number import show
from yiwang.ground.outcome import NotFound
from yiwang.ground.zone import day_of
from yiwang.handling import store
from yiwang.handling.messages import Issued, Paper, PaperKind
from yiwang.handling.rules import numbering, writing
from yiwang.handling.rules.writing import Occasion
from yiwang.handling.store import DOCUMENT, Document
from yiwang.plumbing.work import Work

DECISIONS = frozenset({PaperKind.GRANT, PaperKind.REFUSAL})
UNITS = {"wd": "个工作日", "d": "日", "h": "小时", "mo": "个月", "y": "年", "spot": ""}


def occasion(work: Work, case: Case, organisation: str = "") -> Occasion:
    """行文背景: of a case, for a paper of the actor's organisation or of another one's."""
    item = holding.published_of(work, case).item
    issuer = organisation or work.actor.organisation
    return Occasion(
        case=show(case.matter.number),
        applicant=case.matter.applicant,
        item=case.matter.item_name,
        item_type=item.type,
        receiving=directory.name_of(work, case.matter.receiving, work.today),
        exit=directory.name_of(work, holding.receiving_of(work, case), work.today),
        received=day_of(case.matter.received_at),
        accepted=case.timing.accepted_on,
        organisation=issuer,
        issuer=directory.name_of(work, issuer, work.today),
        today=work.today,
        joint=item.flow.kind is FlowKind.JOINT,
    )


def draft_decision(work: Work, case: Case, outcome: str, reasons: str, conditions: str) -> Paper:
    """决定书草稿: what the decision would say; its number still blank."""
    of = occasion(work, case)
    if outcome == "grant":
        item = holding.published_of(work, case).item
        result = item.result if item.result_kind == "licence" else ""
        paper = writing.grant(of, result=result, conditions=conditions, reasons=reasons)
    else:
        paper = writing.refusal(of, reasons=reasons)
    return replace(paper, number=numbering.number(_word(work, of.organisation), *_series(paper.kind, work), None))


def issue(work: Work, case: Case, paper: Paper, step: str = "", clause: str = "") -> Issued:
    """制发: number, sign and keep a paper; its digest goes into the journal of the case, its words do not."""
    series, year = _series(paper.kind, work)
    serial = store.next_serial(work, paper.organisation, year, series)
    paper = replace(paper, number=numbering.number(_word(work, paper.organisation), series, year, serial))
    document_id = work.new_id()
    code = numbering.code(case.matter.home, document_id.int)
    body = writing.body(paper, code)
    digest = writing.digest(body)
    row = Document(document_id, step, code, body, digest, work.engine.signer.sign(writing.signed(body)), work.now)
    work.add(
        DOCUMENT,
        {
            "home": case.matter.home,
            "matter": case.matter.id,
            "id": row.id,
            "kind": paper.kind,
            "step": step,
            "organisation": paper.organisation,
            "person": work.actor.person,
            "number": paper.number,
            "code": code,
            "body": body,
            "digest": digest,
            "signature": row.signature,
            "at": work.now,
        },
    )
    holding.note(work, case, "document.issued", {"kind": paper.kind, "number": paper.number, "digest": digest}, clause)
    return _issued(work, row)


def of_case(work: Work, home: int, case_id: UUID) -> list[Issued]:
    """案内文书: all documents of a case, first to last."""
    return [_issued(work, row) for row in store.documents(work, home, case_id)]


def one(work: Work, home: int, case_id: UUID, document: UUID) -> Issued:
    """一份文书 of a case; NotFound `document.unknown`."""
    found = next((d for d in of_case(work, home, case_id) if d.id == document), None)
    if found is None:
        raise NotFound("document.unknown")
    return found


def check(work: Work, code: str) -> Issued:
    """核验: the document with this code, for anyone who holds it; NotFound `document.unknown`."""
    home, written = numbering.read_code(code)
    row = store.document_by_code(work, home, written)
    if row is None:
        raise NotFound("document.unknown")
    return _issued(work, row)


def limit_words(limit: str) -> str:
    """期限用语: `15wd` as official documents write it: 15个工作日."""
    digits = "".join(c for c in limit if c.isdigit())
    return digits + UNITS.get(limit.removeprefix(digits), "")


def genuine(work: Work, row: Document) -> bool:
    """真伪: whether a document is as it was signed, and its digest its own."""
    signed = work.engine.signer.verify(writing.signed(row.body), bytes(row.signature))
    return signed and writing.digest(row.body) == row.digest


def _issued(work: Work, row: Document) -> Issued:
    return Issued(
        id=row.id,
        step=row.step,
        paper=writing.read(msgspec.json.decode(row.body)),
        code=row.code,
        digest=writing.digest(row.body),
        signature=bytes(row.signature).hex(),
        key=work.engine.signer.public.hex(),
        at=row.at,
        genuine=genuine(work, row),
    )


def _series(kind: PaperKind, work: Work) -> tuple[str, int]:
    return numbering.DECISIONS if kind in DECISIONS else numbering.NOTICES, work.today.year


def _word(work: Work, organisation: str) -> str:
    """发文机关代字 of an organisation, told apart from those of the same line elsewhere."""
    book = directory.snapshot(work)
    own = book.organisation(organisation)
    place = book.divisions[own.division]
    above = (book.divisions[place.parent].name,) if own.level == "town" and place.parent in book.divisions else ()
    return numbering.word((place.name, *above), book.lines[own.line].short)
