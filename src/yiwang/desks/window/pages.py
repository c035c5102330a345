"""窗口页面 — one box, one queue, one checklist: any window takes in any item; one exit hands results out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.messages.case import Case
from yiwang.casework.messages.desk import InboxQuery, InboxRow
from yiwang.casework.service import holding, tolerating
from yiwang.casework.service import reading as caseread
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Item
from yiwang.desks.window import tolerance
from yiwang.directory import service as directory
from yiwang.front import attempts, bundle, deadlines, demands, documents, scope
from yiwang.front.desk import Desk, Form, reference
from yiwang.front.look.parts import Column, Fault, Listing
from yiwang.front.records import labels
from yiwang.front.routes import page, sent
from yiwang.front.thread import timeline, view
from yiwang.ground.outcome import Invalid, NotFound, Refused
from yiwang.intake.messages import Accept, Application, Channel, Delivery, Draft, HandOver, Lack, Submit
from yiwang.intake.service import applications, delivery, reading, tolerances
from yiwang.plumbing.i18n import mark, translator
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import Subject
from yiwang.sharing.service import requests as sharing

WORK: dict[str, Any] = {"act": "window.work"}
ACCEPT: dict[str, Any] = {"act": "window.accept"}
EXIT: dict[str, Any] = {"act": "delivery.hand_over"}
SIZE = 30
CORRECTION_DAYS = 5
ENDED = ("closed", "refused", "withdrawn", "acceptance_revoked", "terminated")
COLUMNS = (mark("期限"), mark("环节"), mark("事项"), mark("申请人"), mark("办件编号"), mark("收到"))
NARROW = 3  # columns that a phone shows


# ── the one box, the queue and the shelf ────────────────────────────────────────────────────────────


@page("/window", opt=WORK)
def queue(desk: Desk, q: str = "", who: str = "", page: int = 1) -> Response[str]:
    """窗口首页: one box for a case number, an ID, an item or its initials; below it what waits here."""
    q, page = q.strip()[:100], max(1, min(page, 100_000))
    clerk = "clerk" in desk.who.roles
    problem, known, theirs = None, None, list[Application]()
    with desk.work() as work:
        kind = _kind(q)
        try:
            if kind == "case":
                return desk.go(_case_page(work, desk, q))
            if (kind == "subject" or who) and clerk:
                known = sharing.recognise(work, q if kind == "subject" else who, "accept")
                theirs = _open_cases(work, known) if known else []
        except Refused as refusal:
            problem = refusal
        found = catalogue.find(work, q)[:12] if q and not kind and clerk else []
        text = "" if kind or found else q
        asked = InboxQuery(text=text, but="tolerance")
        rows = caseread.inbox(work, desk.who.organisation, desk.who.roles, asked, (page - 1) * SIZE, SIZE)
        tolerated = caseread.inbox(work, desk.who.organisation, desk.who.roles, tolerance.OPEN, 0, 1).total
        ours = {a.id for a in theirs if reading.centre_of(work, a) == desk.who.organisation}
        place = directory.organisation(work, desk.who.organisation)
        places = directory.snapshot(work).organisations
        english = catalogue.english(work)
        cases = caseread.several(work, [(row.home, row.matter) for row in rows.rows])
        lines = [_line(work, row, cases[row.home, row.matter]) for row in rows.rows]
    return desk.page(
        "queue.html",
        english=english,
        q=q,
        who=q if kind == "subject" and not problem else who[:40],
        kind=kind,
        problem=problem,
        known=known,
        theirs=theirs,
        ours=ours,
        found=found,
        place=place,
        places=places,
        reference=reference,
        listing=Listing("/window", rows.total, page, SIZE, text, searchable=False),
        columns=[Column(translator(desk.language).gettext(c), wide=n >= NARROW) for n, c in enumerate(COLUMNS)],
        rows=lines,
        tolerated=tolerated,
    )


def _kind(q: str) -> str:
    """What somebody typed or scanned into the one box: `case`, `subject`, or words of an item."""
    plain = "".join(c for c in q if c not in " -")
    if plain.isdecimal() and len(plain) > 18:
        return "case"
    digits = sum(c.isdecimal() for c in plain)
    return "subject" if plain.isascii() and plain.isalnum() and len(plain) in (15, 18) and digits >= 8 else ""


def _case_page(work: Work, desk: Desk, number: str) -> str:
    """Where the case with this number is worked; another centre's is as if it were not there, unless it waits for what
    was tolerated, which any window takes in.
    """
    home, case_id = caseread.find(work, number)
    case = caseread.look(work, home, case_id)
    ref = reference(home, case.matter.parent or case_id)  # a part was handed in with its whole
    if holding.receiving_of(work, case) == desk.who.organisation:
        return f"/window/{ref}"
    if "clerk" in desk.who.roles and tolerating.outstanding(work, case):
        return f"/window/{ref}/supply"
    raise NotFound("case.unknown")


def _open_cases(work: Work, of: Subject) -> list[Application]:
    """An applicant's applications that have not ended, at whichever centre."""
    return [a for a in reading.applications(work, of, 100) if a.state not in ENDED]


def _line(work: Work, row: InboxRow, case: Case) -> dict[str, Any]:
    """A row of the queue: until when to answer what came in, or to hand out what was decided. 行政许可法 32, 44"""
    return {"href": f"/window/{reference(row.home, row.matter)}", "row": row, "light": deadlines.light(work, case)}


# ── a new case ──────────────────────────────────────────────────────────────────────────────────────


@page("/window/new/{code:str}", opt=ACCEPT)
def new(code: str, desk: Desk, who: str = "") -> Response[str]:
    """收件: whose matter it is, and the item's plain questions."""
    values = {"identifier": who.strip()[:40]}
    if who:
        with desk.work() as work:
            values |= _known(work, who)
    return _new_page(desk, code, values)


def _known(work: Work, identifier: str) -> dict[str, str]:
    """What is known of an applicant by identifier, for the form; nothing when it is nobody's yet or no true one."""
    try:
        known = sharing.recognise(work, identifier, "accept")
    except Invalid:
        return {}
    return {"kind": known.kind, "identifier": known.identifier, "name": known.name} if known else {}


def _new_page(
    desk: Desk, code: str, values: dict[str, str], problem: Refused | None = None, form: Form | None = None
) -> Response[str]:
    with desk.work() as work:
        item = catalogue.published(work, code).item
    faults = desk.faults(problem, "q.") if problem and problem.code == "catalogue.answers" else []
    if problem and not faults:
        own = {"name": "name", "kind": "kind"}
        where = next((own[f.field] for f in desk.faults(problem) if f.field in own), "")
        if not where and problem.code.split(".")[0] in ("citizen_number", "credit_code", "organisation_code"):
            where = "identifier"
        said = desk.faults(problem)[0].message if desk.faults(problem) else desk.say(problem)
        faults = [Fault(where, said)] if where else []
    return desk.page(
        "new.html",
        422 if problem else 200,
        item=item,
        problem=problem,
        faults=faults,
        wrong={f.field: f.message for f in faults},
        values=values,
        answers={q.code: form.all(f"q.{q.code}") for q in item.questions} if form else {},
    )


@sent("/window/new/{code:str}", opt=ACCEPT)
def begin(code: str, desk: Desk, body: bytes) -> Response[str]:
    """收件: draft in the applicant's name; departments are asked before anything is typed."""
    form = desk.form(body)
    values = {name: form.get(name).strip() for name in ("kind", "identifier", "name", "phone")}
    if values["identifier"] and not values["name"]:
        # A card reader types the number and Enter: the name comes from what is known.
        with desk.work() as work:
            values |= _known(work, values["identifier"])

    def take(work: Work) -> dict[str, str]:
        item = catalogue.published(work, code).item
        answers = _answers(item, form)
        catalogue.check_answers(item, answers)
        drafted = applications.draft(
            Draft(
                item=code,
                kind=values["kind"],
                identifier=values["identifier"],
                name=values["name"],
                phone=values["phone"][:30],
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
    except NotFound:
        raise
    except Refused as problem:
        return _new_page(desk, code, values, problem, form)
    return desk.go(f"/window/{ref}")


def _answers(item: Item, form: Form) -> dict[str, str | tuple[str, ...]]:
    return {q.code: form.all(f"q.{q.code}") if q.several else form.get(f"q.{q.code}") for q in item.questions}


# ── the sheet of one application ────────────────────────────────────────────────────────────────────


@page("/window/{ref:str}", opt=WORK)
def sheet(ref: str, desk: Desk, done: int = 0) -> Response[str]:
    """受理单: what departments hold, what the applicant fills in or brought, and the buttons."""
    return _sheet(desk, ref, done=done)


def _sheet(
    desk: Desk, ref: str, problem: Refused | None = None, form: Form | None = None, done: int = 0
) -> Response[str]:
    with desk.work() as work:
        application = scope.application(work, ref)
        home, application_id = application.home, application.id
        item = reading.item_of(work, application).item
        needs = catalogue.needs(item, application.answers)
        subject = sharing.subject_by_id(work, home, application.subject)
        context: dict[str, Any] = {
            "application": application,
            "item": item,
            "needs": needs,
            "held": {r.material: r for r in sharing.read_held(work, home, application_id, "accept")},
            "brought": reading.brought(work, home, application_id),
            "until": work.calendar.add(work.today, catalogue.tolerance(item).n),
            "notices": reading.notices(work, home, application_id),
            "english": catalogue.english(work),
            "others": [a for a in _open_cases(work, subject) if a.id != application_id],
            "deciding": directory.authority(work, item.code, item.line, application.division, work.today),
            "places": directory.snapshot(work).organisations,
            "lines": directory.snapshot(work).lines,
        }
        if application.number:
            case = caseread.look(work, home, application_id)
            seen = view(work, case)
            context |= {"seen": seen, "steps": timeline(work, seen), "lamp": deadlines.light(work, case)}
            context["demanded"] = demands.shown(work, case)
            context["waits"] = tolerance.waiting(work, application, case)
        else:
            context |= {"seen": None, "steps": [], "lamp": None, "demanded": [], "waits": None}
    faults = desk.faults(problem) if problem else []
    for fault_at, fault in enumerate(faults):
        if fault.field in {m.code for m in needs.bring}:
            faults[fault_at] = Fault(f"brought.{fault.field}", fault.message)
    return desk.page(
        "sheet.html",
        422 if problem else 200,
        ref=ref,
        values=dict(application.form) | (dict(form.pairs) if form else {}),
        ticked=form.ticked("brought.") if form else None,
        faults=faults,
        wrong={f.field: f.message for f in faults},
        problem=problem,
        done=done,
        labels=labels(item, desk.language),
        **context,
    )


def _act(
    desk: Desk, ref: str, body: bytes, do: Callable[[Work, Form, Application], object], done: int
) -> Response[str]:
    """Do an act on an application of this centre; what was typed comes back when it is refused."""
    form = desk.form(body)

    def act(work: Work) -> dict[str, str]:
        do(work, form, scope.application(work, ref))
        return {}

    try:
        desk.once(form, body, act)
    except ValueError as error:
        raise Invalid("web.bad_request") from error
    except NotFound:
        raise
    except Refused as problem:
        attempts.write_down(desk.engine, desk.who, ref, problem)
        return _sheet(desk, ref, problem, form)
    return desk.go(f"/window/{ref}?done={done}")


def _hand_in(work: Work, form: Form, application: Application) -> None:
    """A draft taken at this window is handed in by the same act that accepts, asks or refuses."""
    if application.state != "draft":
        return
    needs = catalogue.needs(reading.item_of(work, application).item, application.answers)
    fields = {d.code: list(form.all(d.code)) if d.repeats else form.get(d.code) for d in needs.fields}
    applications.submit(
        Submit(
            home=application.home,
            id=application.id,
            form=fields,
            delivery=Delivery(form.get("delivery", "e_licence")),
            address=form.get("address")[:200],
        ),
        work,
    )
    work.save()  # what follows reads the application again


@sent("/window/{ref:str}/accept", opt=ACCEPT)
def accept(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """受理: a draft taken at this window is handed in and accepted in one act; one from the web is accepted."""

    def take_in(work: Work, form: Form, application: Application) -> None:
        _hand_in(work, form, application)
        command = Accept(
            home=application.home,
            id=application.id,
            brought={m: ticks for m, ticks in form.ticked("brought.").items() if ticks},
            tolerate=form.get("tolerate") == "1",
            undertaken=form.get("undertaken") == "1",
        )
        applications.accept(command, work)

    return _act(desk, ref, body, take_in, 1)


@sent("/window/{ref:str}/notice", opt=ACCEPT)
def notice(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """一次性告知: everything lacking in one notice. 行政许可法 32"""

    def ask(work: Work, form: Form, application: Application) -> None:
        _hand_in(work, form, application)
        lacks = [Lack(material=m, what=what.strip()[:300]) for m, what in form.under("lack.").items() if what.strip()]
        applications.ask_once(work, application.home, application.id, lacks, CORRECTION_DAYS)

    return _act(desk, ref, body, ask, 3)


@sent("/window/{ref:str}/refuse", opt=ACCEPT)
def refuse(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """不予受理: with the reason and the right authority."""

    def turn_away(work: Work, form: Form, application: Application) -> None:
        _hand_in(work, form, application)
        reason, authority = form.get("reason")[:1000], form.get("authority")[:100]
        applications.refuse(work, application.home, application.id, reason, authority)

    return _act(desk, ref, body, turn_away, 4)


@sent("/window/{ref:str}/hand-over", opt=EXIT)
def hand_over(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """出件: at the one exit. R12"""

    def give(work: Work, form: Form, application: Application) -> None:
        recipient, tracking = form.get("recipient").strip(), form.get("tracking").strip()
        delivery.hand_over(
            HandOver(home=application.home, id=application.id, recipient=recipient, tracking=tracking), work
        )

    return _act(desk, ref, body, give, 2)


# ── papers ──────────────────────────────────────────────────────────────────────────────────────────


@page("/window/{ref:str}/receipt", opt=WORK)
def receipt(ref: str, desk: Desk) -> Response[Any]:
    """受理凭证 as PDF, to print."""
    with desk.work() as work:
        application = scope.application(work, ref)
        if not application.number:
            raise NotFound("intake.unknown")
        made = receipt_pdf(work, application)
    return Response(made, media_type="application/pdf", headers={"content-disposition": "inline"})


def receipt_pdf(work: Work, application: Application) -> bytes:
    """The receipt of an application that was handed in."""
    case = caseread.look(work, application.home, application.id)
    centre = directory.organisation(work, application.receiving)
    waits, dues = tolerances.outstanding(work, application, case), caseread.dues(case, work.today, work.calendar)
    return documents.receipt(case, dues, centre.name, bundle.rows(work, case), waits)


@page("/window/{ref:str}/notices/{notice_id:uuid}", opt=WORK)
def paper(ref: str, notice_id: UUID, desk: Desk) -> Response[str]:
    """告知单: a written notice of an application — what lacks, or why it is refused — to print."""
    with desk.work() as work:
        application = scope.application(work, ref)
        item = reading.item_of(work, application).item
        found = next((n for n in reading.notices(work, application.home, application.id) if n.id == notice_id), None)
        if found is None or found.kind not in ("correction", "refusal", "revocation"):
            raise NotFound("intake.unknown")
        centre = directory.organisation(work, found.by_organisation)
    return desk.page(
        "notice.html",
        ref=ref,
        item=item,
        application=application,
        notice=found,
        centre=centre,
        materials={m.code: m for m in item.materials},
    )


ROUTES = [*tolerance.ROUTES, queue, new, begin, sheet, accept, notice, refuse, hand_over, receipt, paper]
