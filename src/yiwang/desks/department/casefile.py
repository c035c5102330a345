"""办件页 — one case on one screen, beside the list it was chosen from: its file, its clock, what can be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.service import holding, verbs
from yiwang.casework.service import reading as caseread
from yiwang.catalogue import service as catalogue
from yiwang.desks.department import inquiries, phrasebook, reviewers
from yiwang.desks.department.inbox import asked_of, shown
from yiwang.desks.department.offers import held_by_other, on_case, on_others, on_task, ours
from yiwang.desks.department.reach import concerned
from yiwang.directory import service as directory
from yiwang.front import deadlines, demands, lights
from yiwang.front.delays import bar
from yiwang.front.desk import Desk, Form
from yiwang.front.look.parts import Light
from yiwang.front.picture import picture
from yiwang.front.records import labels
from yiwang.front.thread import said, timeline, view
from yiwang.ground.outcome import Refused
from yiwang.handling.service import consultations, documents
from yiwang.handling.service import reading as opinions
from yiwang.handling.service.consultations import Consultation
from yiwang.intake.service import reading, tolerances
from yiwang.plumbing.work import Work
from yiwang.sharing.service import requests as sharing


def case_page(
    ref: str,
    desk: Desk,
    done: int = 0,
    problem: Refused | None = None,
    sent: Form | None = None,
    at: UUID | None = None,
) -> Response[str]:
    """办件页: everything of a case that its desk may see; after a refusal with what was written and what was wrong."""
    faults = desk.faults(problem) if problem else []
    with desk.work() as work:
        context = _context(work, desk, ref)
    if sent and (chosen := sent.get("phrase")):
        phrases = [p.words for m in context["mine"] for p in m["phrases"] if str(p.id) == chosen]
        sent = Form([("words", "\n".join(filter(None, (sent.get("words").strip(), *phrases)))), *sent.pairs])
    return desk.page(
        "dossier.html",
        422 if problem else 200,
        ref=ref,
        done=done,
        problem=problem,
        faults=faults,
        wrong={f.field: f.message for f in faults},
        sent=sent,
        at=at,
        **context,
    )


def _context(work: Work, desk: Desk, ref: str) -> dict[str, Any]:
    """What the page shows of a case, and of the list beside it."""
    home, case_id, case = concerned(work, ref)
    filed = case.matter.parent or case_id
    application = reading.application(work, home, filed)
    item, asked = holding.published_of(work, case).item, reading.item_of(work, application).item
    only = catalogue.shared(asked, item) if case.matter.parent else None
    shown_of = asked if only is None else replace(asked, materials=tuple(m for m in asked.materials if m.code in only))
    file = opinions.file_of(work, home, case_id)
    seen, acts = view(work, case), caseread.thread(work, home, case_id)
    people = {o.person for o in file.opinions} | {d.person for d in file.decisions}
    people |= {t.holder for t in case.tasks.values() if t.holder}
    names = directory.names_of(work, people) | opinions.expert_names(work, file)
    snapshot, brought = directory.snapshot(work), reading.brought(work, home, filed)
    out = desk.who.person in case.recused
    return {
        "application": application,
        "item": item,
        "materials": {m.code: m for m in asked.materials},
        "labels": labels(asked, desk.language),
        "seen": seen,
        "steps": timeline(work, seen),
        "lamp": deadlines.light(work, case),
        "file": file,
        "papers": documents.of_case(work, home, case_id),
        "held": sharing.read_held(work, home, filed, "review", only),
        "consultations": [_asked(work, case, c) for c in consultations.listed(work, case, acts, file.opinions)],
        "thread": said(work, acts, case),
        "life": bar(work, case, acts),
        "brought": brought,
        "statements": reading.statements(work, home, filed, brought),
        "waits": tolerances.outstanding(work, application, None if case.matter.parent else case),
        "needs": catalogue.needs(shown_of, application.answers),
        "mine": [_task(work, desk, case, t, names) for t in case.tasks.values() if ours(desk.who, t) and not out],
        "out": out,
        "open": [_open(work, case, t) for t in case.tasks.values()],
        "whole": on_case(work, case, acts, names),
        "names": names,
        "lines": snapshot.lines,
        "picture": picture(work, case, acts),
        "demanded": demands.shown(work, case),
        **inquiries.shown(work, case),
        **shown(work, desk, asked_of(desk), ref),
    }


def _task(work: Work, desk: Desk, case: Case, task: Task, names: dict[str, str]) -> dict[str, Any]:
    """What waits for the actor in a case: the task, its step, the earlier steps it may go back to."""
    return {
        "task": task,
        "step": holding.step_of(work, case, task.step),
        "back": verbs.returns(work, case, task),
        "light": _light(work, case, task),
        "phrases": phrasebook.fitting(work, case, holding.step_of(work, case, task.step).kind),
        **reviewers.shown(work, case, holding.step_of(work, case, task.step)),
        "taken": held_by_other(desk.who, task),
        **on_task(work, case, task, names),
    }


def _open(work: Work, case: Case, task: Task) -> dict[str, Any]:
    """An open step: who holds it until when, and what the actor may do about that."""
    why = lights.explanation(case.matter.home, case.matter.id, task.step)
    return {"task": task, "step": holding.step_of(work, case, task.step), "why": why, **on_others(work, case, task)}


def _asked(work: Work, case: Case, asked: Consultation) -> dict[str, Any]:
    """A consultation with why it is due that day; while it is waited for with its light."""
    light = _towards(work, case, asked.step, asked.due, asked.asked_at) if asked.task else None
    return {"asked": asked, "light": light, "why": lights.explanation(case.matter.home, case.matter.id, asked.step)}


def _light(work: Work, case: Case, task: Task) -> Light | None:
    """A task's light against its own limit, which leads to why it is that day."""
    return _towards(work, case, task.step, task.due, task.opened_at)


def _towards(work: Work, case: Case, step: str, due: date | None, since: datetime) -> Light | None:
    why = lights.explanation(case.matter.home, case.matter.id, step)
    return lights.towards(due, since, work.today, work.calendar, why) if due else None
