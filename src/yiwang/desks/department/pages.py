"""部门页面 — an inbox by true remaining time, one case on one screen, and the officials' acts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.service import cases, holding, verbs, watching
from yiwang.casework.service import reading as caseread
from yiwang.catalogue import service as catalogue
from yiwang.desks.department import batch, inquiries, papers, phrasebook, reviewers
from yiwang.desks.department import verbs as actions
from yiwang.desks.department.casefile import case_page
from yiwang.desks.department.commands import command_of
from yiwang.desks.department.inbox import asked_of, shown
from yiwang.desks.department.reach import WORK, concerned
from yiwang.front.desk import Desk
from yiwang.front.routes import page, sent
from yiwang.front.sheets import sheet
from yiwang.ground.number import show
from yiwang.ground.outcome import Conflict, FieldError, Invalid, NotFound, Refused
from yiwang.handling.messages import Extend
from yiwang.handling.service import inquiries as extending
from yiwang.plumbing.i18n import mark, translator
from yiwang.plumbing.work import Work

EXTEND: dict[str, Any] = {"act": "case.extend"}


@page("/desk", opt=WORK)
def inbox(desk: Desk) -> Response[str]:
    """待办: the least time left first, in groups, filtered and put together as the address says, page by page."""
    asked = asked_of(desk)
    with desk.work() as work:
        listed = shown(work, desk, asked)
    return desk.page("inbox.html", **listed)


@page("/desk.csv", opt=WORK)
def exported(desk: Desk) -> Response[bytes]:
    """导出: the inbox as it is filtered, for Excel."""
    asked = asked_of(desk).query
    translate = translator(desk.language).gettext
    head = (
        mark("办件编号"),
        mark("事项"),
        mark("申请人"),
        mark("环节"),
        mark("到我单位"),
        mark("环节期限"),
        mark("承诺期限"),
        mark("剩余工作日"),
    )
    with desk.work() as work:
        rows = caseread.inbox(work, desk.who.organisation, desk.who.roles, asked, 0, caseread.MOST).rows
        english, calendar = catalogue.english(work), work.calendar
    cells = [
        (
            show(r.number),
            english.get((r.item, ""), r.item_name),
            r.applicant,
            english.get((r.item, r.step), r.step_name),
            f"{r.opened_at:%Y-%m-%d}",
            r.step_due,
            r.promised_due,
            translate(mark("停钟")) if r.paused else caseread.days_left(r, desk.today, calendar),
        )
        for r in rows
    ]
    return sheet("inbox", [translate(label) for label in head], cells)


@page("/desk/{ref:str}", opt=WORK)
def dossier(ref: str, desk: Desk, done: int = 0) -> Response[str]:
    """办件: materials with their sources, opinions, clock, and what can be done now."""
    return case_page(ref, desk, done=done)


@page("/desk/{ref:str}/watching", opt=WORK)
def beside(ref: str, desk: Desk) -> Response[str]:
    """谁在看: who else has this case before them right now; a piece of the page that asks again by itself."""
    with desk.work() as work:
        home, case_id, _ = concerned(work, ref)
        others = watching.present(work, home, case_id)
    return desk.page("watching.html", others=others)


@sent("/desk/{ref:str}/{task:uuid}", opt=WORK)
def act(ref: str, task: UUID, desk: Desk, body: bytes) -> Response[str]:
    """办理: review, reply, decide, make the document, start or end a special procedure — as the step asks."""
    form = desk.form(body)
    if form.get("phrase"):  # without a script a phrase is put in by the server
        return case_page(ref, desk, sent=form, at=task)

    def do(work: Work) -> dict[str, str]:
        home, case_id, _ = concerned(work, ref)
        case = holding.hold(work, home, case_id)
        found = next((t for t in case.tasks.values() if t.id == task), None)
        if found is None:
            raise Conflict("case.task_gone", number=case.matter.number)
        if form.get("outcome") == "return":
            if not form.get("words").strip():
                raise Invalid("handling.form", errors=(FieldError("words", "field.required"),))
            cases.send_back(work, home, case_id, task, form.get("to"), form.get("words")[:1000])
            return {}
        kind = holding.step_of(work, case, found.step).kind
        service, command = command_of(kind, form, {"home": home, "id": case_id, "task": task})
        service(command, work)
        return {}

    try:
        desk.once(form, body, do)
    except NotFound:
        raise
    except Refused as problem:
        return case_page(ref, desk, problem=problem, sent=form, at=task)
    return desk.go(asked_of(desk).link(f"/desk/{ref}", done="1"))


@sent("/desk/{ref:str}/{task:uuid}/claim", opt=WORK)
def claim(ref: str, task: UUID, desk: Desk, body: bytes) -> Response[str]:
    """领取: so that two officers do not work one case unaware."""
    form = desk.form(body)

    def take(work: Work) -> dict[str, str]:
        home, case_id, _ = concerned(work, ref)
        verbs.claim(work, home, case_id, task)
        return {}

    try:
        desk.once(form, body, take)
    except NotFound:
        raise
    except Refused as problem:
        return case_page(ref, desk, problem=problem)
    return desk.go(asked_of(desk).link(f"/desk/{ref}"))


@sent("/desk/{ref:str}/extend", opt=EXTEND)
def extend(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """延期: once, by the head, with the reason. 行政许可法 42"""
    form = desk.form(body)

    def lengthen(work: Work) -> dict[str, str]:
        home, case_id, _ = concerned(work, ref)
        extending.extend(Extend(home=home, id=case_id, reason=form.get("reason")[:1000]), work)
        return {}

    try:
        desk.once(form, body, lengthen)
    except NotFound:
        raise
    except Refused as problem:
        return case_page(ref, desk, problem=problem, sent=form)
    return desk.go(inquiries.back(desk, ref))


ROUTES = [
    inbox,
    exported,
    dossier,
    beside,
    act,
    claim,
    extend,
    *actions.ROUTES,
    *papers.ROUTES,
    *batch.ROUTES,
    *phrasebook.ROUTES,
    *reviewers.ROUTES,
    *inquiries.ROUTES,
]
