"""部门页面 — an inbox by true remaining time, one case on one screen, and the officials' acts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.messages import Case
from yiwang.casework.service import cases
from yiwang.casework.service import reading as caseread
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import StepKind
from yiwang.directory import service as directory
from yiwang.front.desk import Desk, Form, read_reference, reference
from yiwang.front.routes import page, sent
from yiwang.front.thread import said, view
from yiwang.ground.outcome import Forbidden, Invalid, NotFound
from yiwang.handling import service as handling
from yiwang.handling.messages import Decide, EndSpecial, MakeDocument, Reply, Review, StartSpecial
from yiwang.intake.service import reading
from yiwang.plumbing.work import Work
from yiwang.sharing.service import requests as sharing

WORK: dict[str, Any] = {"act": "case.work"}
EXTEND: dict[str, Any] = {"act": "case.extend"}


def _concerned(work: Work, desk: Desk, ref: str) -> tuple[int, UUID, Case]:
    """A case that this organisation decides, consults in or has a task of; another's is as if it were not there."""
    home, case_id = read_reference(ref)
    case = caseread.look(work, home, case_id)
    if desk.who.organisation not in cases.organisations_of(work, case):
        raise NotFound("case.unknown")
    return home, case_id, case


@page("/desk", opt=WORK)
def inbox(desk: Desk, q: str = "", offset: int = 0) -> Response[str]:
    """待办: the nearest due date first."""
    with desk.work() as work:
        page = caseread.inbox(work, desk.who.organisation, desk.who.roles, q, offset)
        today = work.today
        left = {r.id: caseread.days_left(r, today) for r in page.rows}
        place = directory.organisation(work, desk.who.organisation)
    return desk.page("inbox.html", q=q[:100], page=page, left=left, today=today, place=place, reference=reference)


@page("/desk/{ref:str}", opt=WORK)
def dossier(ref: str, desk: Desk, done: int = 0) -> Response[str]:
    """办件: materials with their sources, opinions, clock, and what can be done now."""
    with desk.work() as work:
        home, case_id, case = _concerned(work, desk, ref)
        application = reading.application(work, home, case_id)
        item = reading.item_of(work, application).item
        mine = [
            {"task": t, "step": cases.step_of(work, case, t.step)}
            for t in case.tasks.values()
            if t.desk == desk.who.organisation and t.role in desk.who.roles
        ]
        file = handling.file_of(work, home, case_id)
        context: dict[str, Any] = {
            "seen": view(work, case),
            "file": file,
            "held": sharing.read_held(work, home, case_id, "review"),
            "thread": said(work, caseread.thread(work, home, case_id), case),
            "brought": reading.brought(work, home, case_id),
            "needs": catalogue.needs(item, application.answers),
        }
        people = {o.person for o in file.opinions} | {d.person for d in file.decisions}
        names = directory.names_of(work, people)
        places = directory.snapshot(work).organisations
    materials = {m.code: m for m in item.materials}
    return desk.page(
        "dossier.html",
        ref=ref,
        application=application,
        item=item,
        mine=mine,
        materials=materials,
        names=names,
        places=places,
        done=done,
        **context,
    )


def _command(kind: StepKind, form: Form, where: dict[str, Any]) -> tuple[Any, Any]:
    """The service and the command that a form on this kind of step means."""
    words, outcome = form.get("words"), form.get("outcome")
    match kind:
        case StepKind.REVIEW:
            return handling.review, Review(**where, outcome=outcome, words=words)
        case StepKind.CONSULT:
            return handling.reply, Reply(**where, outcome=outcome, words=words, conditions=form.get("conditions"))
        case StepKind.DECIDE:
            return handling.decide, Decide(**where, outcome=outcome, reasons=words, conditions=form.get("conditions"))
        case StepKind.ISSUE:
            return handling.make_document, MakeDocument(**where)
        case StepKind.SPECIAL if outcome == "start":
            days = form.get("days_needed")
            return handling.start_special, StartSpecial(**where, days_needed=int(days[:4]) if days.isdecimal() else 0)
        case StepKind.SPECIAL:
            return handling.end_special, EndSpecial(**where, outcome=outcome, words=words)
    raise Invalid("web.bad_request")


@sent("/desk/{ref:str}/{task:uuid}", opt=WORK)
def act(ref: str, task: UUID, desk: Desk, body: bytes) -> Response[str]:
    """办理: review, reply, decide, make the document, start or end a special procedure — as the step asks."""
    form = desk.form(body)

    def do(work: Work) -> dict[str, str]:
        home, case_id, _ = _concerned(work, desk, ref)
        case = cases.hold(work, home, case_id)
        found = next((t for t in case.tasks.values() if t.id == task), None)
        if found is None:
            raise Forbidden("case.task_gone", number=case.matter.number)
        if form.get("outcome") == "return":
            cases.send_back(work, home, case_id, task, form.get("to"), form.get("words")[:1000])
            return {}
        kind = cases.step_of(work, case, found.step).kind
        service, command = _command(kind, form, {"home": home, "id": case_id, "task": task})
        service(command, work)
        return {}

    desk.once(form, body, do)
    return desk.go(f"/desk/{ref}?done=1")


@sent("/desk/{ref:str}/{task:uuid}/claim", opt=WORK)
def claim(ref: str, task: UUID, desk: Desk, body: bytes) -> Response[str]:
    """领取: so that two officers do not work one case unaware."""
    form = desk.form(body)

    def take(work: Work) -> dict[str, str]:
        home, case_id, _ = _concerned(work, desk, ref)
        cases.claim(work, home, case_id, task)
        return {}

    desk.once(form, body, take)
    return desk.go(f"/desk/{ref}")


@sent("/desk/{ref:str}/extend", opt=EXTEND)
def extend(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """延期: once, by the head, with the reason. 行政许可法 42"""
    form = desk.form(body)

    def lengthen(work: Work) -> dict[str, str]:
        home, case_id, _ = _concerned(work, desk, ref)
        cases.extend(work, home, case_id, form.get("reason")[:1000])
        return {}

    desk.once(form, body, lengthen)
    return desk.go(f"/desk/{ref}")


ROUTES = [inbox, dossier, act, claim, extend]
