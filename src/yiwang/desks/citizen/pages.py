"""申请人页面 — follow the case, rate it, take it back; my list, my licences, and who looked at my data."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from litestar import Request, Response
from markupsafe import Markup

from yiwang.casework.service import reading as caseread
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Published
from yiwang.desks.citizen import filling, showing
from yiwang.desks.citizen.own import OWN, held_rows
from yiwang.directory import service as directory
from yiwang.front import deadlines, documents, scope
from yiwang.front.bundle import PartRow, rows
from yiwang.front.delays import bar
from yiwang.front.desk import Desk, read_reference, reference
from yiwang.front.papers import pdf_of
from yiwang.front.routes import page, sent
from yiwang.front.thread import view
from yiwang.ground.number import show
from yiwang.ground.outcome import Invalid, NotFound
from yiwang.ground.zone import day_of
from yiwang.handling.service import documents as papers
from yiwang.intake.messages import Application, State
from yiwang.intake.service import answering, applications, reading, tolerances
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Grade, Rate
from yiwang.plumbing.work import Work
from yiwang.sharing.service import licences
from yiwang.sharing.service import requests as sharing

RATE: dict[str, Any] = {"act": "rating.give"}
ROWS = 30
ACCESSES = 50


@page("/my", opt=OWN)
def mine(desk: Desk, offset: int = 0, kept: int = 0) -> Response[str]:
    """我的办件: those that wait for the applicant first."""
    start = max(offset, 0)
    with desk.work() as work:
        found = reading.applications(work, scope.myself(work), limit=ROWS + 1, offset=start)
        english = catalogue.english(work)
        running = caseread.several(work, [(a.home, a.id) for a in found[:ROWS] if a.state in showing.RUNS])
        lamps = {reference(*key): deadlines.light(work, case) for key, case in running.items()}
    rows = [(reference(a.home, a.id), a) for a in found[:ROWS] if a.number or a.state == "draft"]
    waiting = [row for row in rows if row[1].state in ("draft", "correction")]
    return desk.page(
        "mine.html",
        english=english,
        waiting=waiting,
        rows=[r for r in rows if r not in waiting],
        offset=start,
        size=ROWS,
        more=len(found) > ROWS,
        kept=kept,
        tones=showing.TONES,
        lamps=lamps,
    )


@page("/my/{ref:str}", opt=OWN)
def follow(ref: str, desk: Desk, request: Request[Any, Any, Any], done: int = 0) -> Response[str]:
    """跟踪: where the case is, who holds it, until when and why that date. R07, R13"""
    with desk.work() as work:
        application = scope.application(work, ref)
        if application.state == "draft":
            return desk.go(f"/my/{ref}/form")
        if not application.number:
            raise NotFound("intake.unknown")
        seen = view(work, caseread.look(work, application.home, application.id))
        published = reading.item_of(work, application)
        needs = catalogue.needs(published.item, application.answers)
        context = _papers(work, application, published, seen.parts) | {
            "part_names": {number: p.name for p in seen.parts if p.number for number in (p.number, show(p.number))},
            "light": deadlines.light(work, seen.case) if seen.case.closed_at is None else None,
            "life": bar(work, seen.case, people=False),
            "rating": oversight.rating_of(work, application.home, application.id),
            "held": held_rows(work, application, needs, desk.language, undecided=seen.case.decided_at is None),
        }
    return desk.page(
        "follow.html",
        ref=ref,
        item=published.item,
        application=application,
        seen=seen,
        steps=showing.steps(seen),
        next=showing.NEXT[seen.case.status],
        tones=showing.TONES,
        qr=lambda code: qr(request, code),
        materials={m.code: m for m in (*needs.fill, *needs.bring)},
        done=done,
        **context,
    )


def _papers(work: Work, application: Application, published: Published, parts: Sequence[PartRow]) -> dict[str, Any]:
    """What has been written: the correction still waited for with the fields it asks for, results, their delivery; of a
    whole what was written in its parts too.
    """
    cases = [(application.home, application.id), *(read_reference(p.ref) for p in parts if p.ref)]
    notices = reading.notices(work, application.home, application.id)
    asked = [n for n in notices if n.kind == "correction"] if application.state == "correction" else []
    lacking = {lack["material"] for n in asked for lack in n.body["lacks"]}
    needs = catalogue.needs(published.item, application.answers)
    return {
        "notices": notices,
        "correction": asked[-1] if asked else None,
        "correct_by": answering.correct_by(work, asked[-1]) if asked else None,
        "waits": tolerances.outstanding(work, application),
        "fields": filling.correction_fields(needs.fill, lacking),
        "licences": [one for case in cases for one in licences.of_matter(work, *case)],
        "delivered": reading.delivery(work, application.home, application.id),
        "papers": [one for case in cases for one in papers.of_case(work, *case)],
    }


def qr(request: Request[Any, Any, Any], code: str) -> Markup:
    """二维码: leads anyone who scans it to the public check of a licence."""
    address = f"{str(request.base_url).rstrip('/')}/licences/{code}"
    return Markup(documents.qr(address, sized=False))  # noqa: S704 — drawn by segno, no text of anybody's in it


@page("/my/{ref:str}/receipt", opt=OWN)
def receipt(ref: str, desk: Desk) -> Response[bytes]:
    """受理凭证 as PDF. 规定 11"""
    with desk.work() as work:
        application = scope.application(work, ref)
        if not application.number:
            raise NotFound("intake.unknown")
        case = caseread.look(work, application.home, application.id)
        centre = directory.name_of(work, case.matter.receiving, work.today)
        waits = tolerances.outstanding(work, application, case)
        dues = caseread.dues(case, work.today, work.calendar)
        made = documents.receipt(case, dues, centre, rows(work, case), waits)
    name = f'inline; filename="{application.number}.pdf"'
    return Response(made, media_type="application/pdf", headers={"content-disposition": name})


@page("/my/{ref:str}/documents/{document:uuid}", opt=OWN)
def paper(ref: str, document: UUID, desk: Desk, request: Request[Any, Any, Any]) -> Response[bytes]:
    """决定书、告知书 as PDF: what departments wrote to the applicant in this case."""
    with desk.work() as work:
        application = scope.application(work, ref)
        parts = rows(work, caseread.look(work, application.home, application.id))
        cases = [(application.home, application.id), *(read_reference(p.ref) for p in parts if p.ref)]
        written = [one for case in cases for one in papers.of_case(work, *case)]
        found = next((one for one in written if one.id == document), None)
        if found is None:
            raise NotFound("document.unknown")
    return pdf_of(found, request)


@sent("/my/{ref:str}/withdraw", opt=OWN)
def withdraw(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """撤回."""
    form = desk.form(body)

    def take_back(work: Work) -> dict[str, str]:
        application = scope.application(work, ref)
        applications.withdraw(work, application.home, application.id)
        return {}

    desk.once(form, body, take_back)
    return desk.go("/my")


@sent("/my/{ref:str}/supply", opt=OWN)
def supply(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """补交: what the case was accepted without, where it is one's own writing. 规定 11"""
    form = desk.form(body)

    def write(work: Work) -> dict[str, str]:
        application = scope.application(work, ref)
        for material, words in form.under("say.").items():
            if words.strip():
                said = State(home=application.home, id=application.id, material=material, words=words)
                tolerances.state(said, work)
        return {}

    desk.once(form, body, write)
    return desk.go(f"/my/{ref}#supply")


@sent("/my/{ref:str}/dispute", opt=OWN)
def dispute(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """数据异议: a department's record is wrong; one's own word prevails. 规定 7"""
    form = desk.form(body)

    def object_to(work: Work) -> dict[str, str]:
        application = scope.application(work, ref)
        for material, word in form.under("wrong.").items():
            if word.strip():
                own_word = {"text": word[:500]}
                sharing.dispute(work, application.home, application.id, material, own_word, word[:200])
        return {}

    desk.once(form, body, object_to)
    return desk.go(f"/my/{ref}#held")


@sent("/my/{ref:str}/rate", opt=RATE)
def rate(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """评价: one tap, and why when it was bad. R15"""
    form = desk.form(body)

    def give(work: Work) -> dict[str, str]:
        application = scope.application(work, ref)
        try:
            grade = Grade(form.get("grade"))
        except ValueError as error:
            raise Invalid("rating.form") from error
        oversight.rate(
            Rate(
                home=application.home,
                id=application.id,
                grade=grade,
                reasons=form.all("reason"),
                comment=form.get("comment"),
            ),
            work,
        )
        return {}

    desk.once(form, body, give)
    return desk.go(f"/my/{ref}#rating")


@page("/my/data", opt=OWN)
def data(desk: Desk, offset: int = 0) -> Response[str]:
    """谁看过我的数据: every reading, by whom, for which case, why; those of one day together."""
    start = max(offset, 0)
    with desk.work() as work:
        read = sharing.accesses(work, scope.myself(work), limit=ACCESSES + 1, offset=start)
        book = directory.snapshot(work)
        items = {p.item.code: p.item for p in catalogue.items(work)}
    days = [(day, list(some)) for day, some in groupby(read[:ACCESSES], key=lambda r: day_of(r.at))]
    return desk.page(
        "data.html",
        days=days,
        places=book.organisations,
        items=items,
        lines=book.lines,
        materials={m.code: m for item in items.values() for m in item.materials},
        offset=start,
        size=ACCESSES,
        more=len(read) > ACCESSES,
    )


@page("/my/licences", opt=OWN)
def my_licences(desk: Desk, request: Request[Any, Any, Any]) -> Response[str]:
    """我的证照."""
    with desk.work() as work:
        mine = licences.of_subject(work, scope.myself(work))
    return desk.page("licences.html", rows=mine, qr=lambda code: qr(request, code))


ROUTES = [*filling.ROUTES, mine, withdraw, supply, dispute, rate, data, my_licences, receipt, paper, follow]
