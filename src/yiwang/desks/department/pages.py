"""部门页面 — an inbox by true remaining time, one case on one screen, and the officials' acts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.messages import Case, Task
from yiwang.casework.service import cases, holding, verbs
from yiwang.casework.service import reading as caseread
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import StepKind
from yiwang.desks.department import papers, reviewers
from yiwang.desks.department.inbox import asked_of, shown
from yiwang.desks.department.reach import WORK, concerned
from yiwang.directory import service as directory
from yiwang.front import lights
from yiwang.front.delays import bar
from yiwang.front.desk import Desk, Form
from yiwang.front.look.parts import Light
from yiwang.front.picture import picture
from yiwang.front.records import labels
from yiwang.front.routes import page, sent
from yiwang.front.sheets import sheet
from yiwang.front.thread import said, timeline, view
from yiwang.ground.number import show
from yiwang.ground.outcome import Conflict, FieldError, Invalid, NotFound, Refused
from yiwang.handling.messages import Decide, EndSpecial, MakeDocument, Reply, Review, StartSpecial
from yiwang.handling.service import consulting, deciding, documents, reviewing, special
from yiwang.handling.service import reading as opinions
from yiwang.intake.service import reading
from yiwang.plumbing.i18n import mark, translator
from yiwang.plumbing.work import Work
from yiwang.sharing.service import requests as sharing

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
    return _dossier(ref, desk, done=done)


def _dossier(
    ref: str,
    desk: Desk,
    done: int = 0,
    problem: Refused | None = None,
    sent: Form | None = None,
    at: UUID | None = None,
) -> Response[str]:
    faults = desk.faults(problem) if problem else []
    with desk.work() as work:
        home, case_id, case = concerned(work, ref)
        application = reading.application(work, home, case_id)
        item = reading.item_of(work, application).item
        file = opinions.file_of(work, home, case_id)
        seen, acts = view(work, case), caseread.thread(work, home, case_id)
        people = {o.person for o in file.opinions} | {d.person for d in file.decisions}
        people |= {t.holder for t in case.tasks.values() if t.holder}
        context: dict[str, Any] = {
            "seen": seen,
            "steps": timeline(work, case),
            "lamp": lights.of_case(case, seen.dues),
            "file": file,
            "papers": documents.of_case(work, home, case_id),
            "held": sharing.read_held(work, home, case_id, "review"),
            "thread": said(work, acts, case),
            "life": bar(work, case, acts),
            "brought": reading.brought(work, home, case_id),
            "needs": catalogue.needs(item, application.answers),
            "mine": [_task(work, desk, case, t) for t in case.tasks.values() if _ours(desk, t)],
            "names": directory.names_of(work, people) | opinions.expert_names(work, file),
            "places": directory.snapshot(work).organisations,
            "lines": directory.snapshot(work).lines,
            "picture": picture(work, case, acts),
            **shown(work, desk, asked_of(desk), ref),
        }
    return desk.page(
        "dossier.html",
        422 if problem else 200,
        ref=ref,
        application=application,
        item=item,
        materials={m.code: m for m in item.materials},
        done=done,
        problem=problem,
        labels=labels(item, desk.language),
        faults=faults,
        wrong={f.field: f.message for f in faults},
        sent=sent,
        at=at,
        **context,
    )


def _ours(desk: Desk, task: Task) -> bool:
    return task.desk == desk.who.organisation and task.role in desk.who.roles


def _task(work: Work, desk: Desk, case: Case, task: Task) -> dict[str, Any]:
    """What waits for the actor in a case: the task, its step, the earlier steps it may go back to."""
    flow = holding.published_of(work, case).item.flow
    finished = {d.step for d in case.progress.done if d.outcome != "skip"}
    back = [s for s in flow.steps if s.id in finished and s.id != task.step and s.kind is StepKind.REVIEW]
    return {
        "task": task,
        "step": holding.step_of(work, case, task.step),
        "back": back,
        "light": _light(work, case, task),
        **reviewers.shown(work, case, holding.step_of(work, case, task.step)),
        "taken": bool(task.holder) and task.holder != desk.who.person,
    }


def _light(work: Work, case: Case, task: Task) -> Light | None:
    """A task's light against its own limit, which leads to why it is that day."""
    why = lights.explanation(case.matter.home, case.matter.id, task.step)
    return lights.towards(task.due, task.opened_at, work.today, work.calendar, why) if task.due else None


def _command(kind: StepKind, form: Form, where: dict[str, Any]) -> tuple[Any, Any]:
    """The service and the command that a form on this kind of step means."""
    words, outcome = form.get("words"), form.get("outcome")
    match kind:
        case StepKind.REVIEW:
            return reviewing.review, Review(**where, outcome=outcome, words=words)
        case StepKind.CONSULT:
            return consulting.reply, Reply(**where, outcome=outcome, words=words, conditions=form.get("conditions"))
        case StepKind.DECIDE:
            return deciding.decide, Decide(**where, outcome=outcome, reasons=words, conditions=form.get("conditions"))
        case StepKind.ISSUE:
            return deciding.make_document, MakeDocument(**where)
        case StepKind.SPECIAL if outcome == "start":
            days = form.get("days_needed").strip()
            number = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
            return special.start_special, StartSpecial(**where, days_needed=number)
        case StepKind.SPECIAL:
            return special.end_special, EndSpecial(
                **where, outcome=outcome, words=words, opinions=reviewers.opinions(form)
            )
    raise Invalid("web.bad_request")


@sent("/desk/{ref:str}/{task:uuid}", opt=WORK)
def act(ref: str, task: UUID, desk: Desk, body: bytes) -> Response[str]:
    """办理: review, reply, decide, make the document, start or end a special procedure — as the step asks."""
    form = desk.form(body)

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
        service, command = _command(kind, form, {"home": home, "id": case_id, "task": task})
        service(command, work)
        return {}

    try:
        desk.once(form, body, do)
    except NotFound:
        raise
    except Refused as problem:
        return _dossier(ref, desk, problem=problem, sent=form, at=task)
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
        return _dossier(ref, desk, problem=problem)
    return desk.go(asked_of(desk).link(f"/desk/{ref}"))


@sent("/desk/{ref:str}/extend", opt=EXTEND)
def extend(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """延期: once, by the head, with the reason. 行政许可法 42"""
    form = desk.form(body)

    def lengthen(work: Work) -> dict[str, str]:
        home, case_id, _ = concerned(work, ref)
        if not form.get("reason").strip():
            raise Invalid("handling.form", errors=(FieldError("reason", "field.required"),))
        cases.extend(work, home, case_id, form.get("reason")[:1000])
        return {}

    try:
        desk.once(form, body, lengthen)
    except NotFound:
        raise
    except Refused as problem:
        return _dossier(ref, desk, problem=problem, sent=form)
    return desk.go(asked_of(desk).link(f"/desk/{ref}"))


ROUTES = [inbox, exported, dossier, act, claim, extend, *papers.ROUTES, *reviewers.ROUTES]
