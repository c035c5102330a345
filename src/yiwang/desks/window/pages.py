"""窗口页面 — one box, one queue, one checklist: any window takes in any item; one exit hands results out."""

from __future__ import annotations

from typing import Any

from litestar import Response

from yiwang.casework.service import reading as caseread
from yiwang.catalogue import service as catalogue
from yiwang.directory import service as directory
from yiwang.front import documents
from yiwang.front.desk import Desk, Form, read_reference, reference
from yiwang.front.refusals import field_sentence
from yiwang.front.routes import page, sent
from yiwang.front.thread import view
from yiwang.ground.outcome import Invalid, Refused
from yiwang.intake.messages import Accept, Application, Channel, Delivery, Draft, HandOver, Lack, Submit
from yiwang.intake.service import applications, delivery, reading
from yiwang.plumbing.work import Work
from yiwang.sharing.service import requests as sharing

WORK: dict[str, Any] = {"act": "window.work"}
ACCEPT: dict[str, Any] = {"act": "window.accept"}
EXIT: dict[str, Any] = {"act": "delivery.hand_over"}


@page("/window", opt=WORK)
def queue(desk: Desk, q: str = "", offset: int = 0) -> Response[str]:
    """窗口首页: one box for a case number, a name or an item; below it what waits here."""
    said = ""
    found = []
    with desk.work() as work:
        digits = "".join(c for c in q if c.isdigit())
        if len(digits) == 23 and not q.strip(" -0123456789"):
            try:
                home, case_id = caseread.find(work, q)
                return desk.go(f"/window/{reference(home, case_id)}")
            except Refused as refusal:
                said = refusal.code
        if q and "clerk" in desk.who.roles:
            found = catalogue.find(work, q)[:12]
        page = caseread.inbox(work, desk.who.organisation, desk.who.roles, "" if found else q, offset)
    return desk.page("queue.html", q=q[:100], found=found, page=page, said=said, reference=reference)


@page("/window/new/{code:str}", opt=ACCEPT)
def new(code: str, desk: Desk) -> Response[str]:
    """收件: whose matter it is, and the item's plain questions."""
    return _new_page(desk, code)


def _new_page(desk: Desk, code: str, problem: Refused | None = None, sent: Form | None = None) -> Response[str]:
    with desk.work() as work:
        item = catalogue.published(work, code).item
    answers = {q.code: sent.all(f"q.{q.code}") for q in item.questions} if sent else {}
    return desk.page("new.html", 422 if problem else 200, item=item, problem=problem, sent=sent, answers=answers)


@sent("/window/new/{code:str}", opt=ACCEPT)
def begin(code: str, desk: Desk, body: bytes) -> Response[str]:
    """收件: draft in the applicant's name; departments are asked before anything is typed."""
    form = desk.form(body)

    def take(work: Work) -> dict[str, str]:
        item = catalogue.published(work, code).item
        answers: dict[str, str | tuple[str, ...]] = {
            q.code: form.all(f"q.{q.code}") if q.several else form.get(f"q.{q.code}") for q in item.questions
        }
        catalogue.check_answers(item, answers)
        drafted = applications.draft(
            Draft(
                item=code,
                kind=form.get("kind"),
                identifier=form.get("identifier"),
                name=form.get("name"),
                phone=form.get("phone")[:30],
                division=desk.who.division,
                channel=Channel.WINDOW,
                receiving=desk.who.organisation,
                answers=answers,
            ),
            work,
        )
        return {"ref": reference(drafted.home, drafted.id)}

    try:
        ref = desk.once(form, body, take).body["ref"]
    except ValueError as error:
        raise Invalid("web.bad_request") from error
    except Refused as problem:
        return _new_page(desk, code, problem, form)
    return desk.go(f"/window/{ref}")


@page("/window/{ref:str}", opt=WORK)
def sheet(ref: str, desk: Desk, done: int = 0) -> Response[str]:
    """受理单: what the applicant fills in or brought, what departments hold, and the buttons."""
    return _sheet(desk, ref, done=done)


def _sheet(
    desk: Desk, ref: str, problem: Refused | None = None, sent: Form | None = None, done: int = 0
) -> Response[str]:
    home, application_id = read_reference(ref)
    with desk.work() as work:
        application = reading.application(work, home, application_id)
        applications.check_centre(work, application)
        item = reading.item_of(work, application).item
        needs = catalogue.needs(item, application.answers)
        held = {r.material: r for r in sharing.read_held(work, home, application_id, "accept")}
        brought = reading.brought(work, home, application_id)
        notices = reading.notices(work, home, application_id)
        seen = view(work, caseread.look(work, home, application_id)) if application.number else None
    errors = problem.errors if isinstance(problem, Invalid) else ()
    names = {d.code: d.name for d in needs.fields} | {m.code: m.name for m in needs.bring}
    shown = [
        {"field": e.field, "label": names.get(e.field, ""), "detail": field_sentence(e, desk.language)} for e in errors
    ]
    return desk.page(
        "sheet.html",
        422 if problem else 200,
        ref=ref,
        application=application,
        item=item,
        needs=needs,
        held=held,
        brought=brought,
        notices=notices,
        seen=seen,
        values=dict(application.form) | (dict(sent.pairs) if sent else {}),
        errors=shown,
        wrong={e["field"]: e["detail"] for e in shown},
        problem=problem,
        done=done,
    )


@sent("/window/{ref:str}/accept", opt=ACCEPT)
def accept(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """受理: a draft taken at this window is handed in and accepted in one act; one from the web is accepted."""
    form = desk.form(body)
    home, application_id = read_reference(ref)

    def take_in(work: Work) -> dict[str, str]:
        application = reading.application(work, home, application_id)
        applications.check_centre(work, application)
        if application.state == "draft":
            needs = catalogue.needs(reading.item_of(work, application).item, application.answers)
            fields = {d.code: list(form.all(d.code)) if d.repeats else form.get(d.code) for d in needs.fields}
            applications.submit(
                Submit(
                    home=home,
                    id=application_id,
                    form=fields,
                    delivery=Delivery(form.get("delivery", "e_licence")),
                    address=form.get("address")[:200],
                ),
                work,
            )
        brought = {m: ticks for m, ticks in form.ticked("brought.").items() if ticks}
        receipt = applications.accept(Accept(home=home, id=application_id, brought=brought), work)
        return {"number": receipt.number}

    try:
        desk.once(form, body, take_in)
    except ValueError as error:
        raise Invalid("web.bad_request") from error
    except Refused as problem:
        if problem.code not in ("intake.form", "intake.lacking", "intake.second_visit"):
            raise
        return _sheet(desk, ref, problem, form)
    return desk.go(f"/window/{ref}?done=1")


@sent("/window/{ref:str}/notice", opt=ACCEPT)
def notice(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """一次性告知: everything lacking in one notice. 行政许可法 32"""
    form = desk.form(body)
    home, application_id = read_reference(ref)
    lacks = [Lack(material=m, what=what.strip()[:300]) for m, what in form.under("lack.").items() if what.strip()]

    def ask(work: Work) -> dict[str, str]:
        applications.ask_once(work, home, application_id, lacks, 5)
        return {}

    desk.once(form, body, ask)
    return desk.go(f"/window/{ref}")


@sent("/window/{ref:str}/refuse", opt=ACCEPT)
def refuse(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """不予受理: with the reason and the right authority."""
    form = desk.form(body)
    home, application_id = read_reference(ref)

    def turn_away(work: Work) -> dict[str, str]:
        applications.refuse(work, home, application_id, form.get("reason")[:1000], form.get("authority")[:100])
        return {}

    desk.once(form, body, turn_away)
    return desk.go(f"/window/{ref}")


@sent("/window/{ref:str}/hand-over", opt=EXIT)
def hand_over(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """出件: at the one exit. R12"""
    form = desk.form(body)
    home, application_id = read_reference(ref)

    def give(work: Work) -> dict[str, str]:
        command = HandOver(home=home, id=application_id, recipient=form.get("recipient"), tracking=form.get("tracking"))
        return {"way": delivery.hand_over(command, work).way}

    desk.once(form, body, give)
    return desk.go(f"/window/{ref}?done=2")


@page("/window/{ref:str}/receipt", opt=WORK)
def receipt(ref: str, desk: Desk) -> Response[Any]:
    """受理凭证 as PDF, to print."""
    home, application_id = read_reference(ref)
    with desk.work() as work:
        application = reading.application(work, home, application_id)
        applications.check_centre(work, application)
        made = receipt_pdf(work, application)
    return Response(made, media_type="application/pdf", headers={"content-disposition": "inline"})


def receipt_pdf(work: Work, application: Application) -> bytes:
    """The receipt of an application that was handed in."""
    case = caseread.look(work, application.home, application.id)
    centre = directory.organisation(work, application.receiving)
    return documents.receipt(case, caseread.dues(case, work.today), centre.name)


ROUTES = [queue, new, begin, sheet, accept, notice, refuse, hand_over, receipt]
