"""批量办理 — cases of one kind of step, one outcome, a reason for each; each its own act, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.service import holding
from yiwang.catalogue.messages import Step
from yiwang.desks.department import phrasebook
from yiwang.desks.department.commands import command_of
from yiwang.desks.department.inbox import asked_of
from yiwang.desks.department.reach import WORK, concerned
from yiwang.front import lights
from yiwang.front.desk import Desk, Form, read_reference
from yiwang.front.routes import page, sent
from yiwang.front.words import WORDS
from yiwang.ground.outcome import Conflict, Invalid, Refused
from yiwang.handling.messages import Phrase
from yiwang.handling.service.phrases import OUTCOMES
from yiwang.plumbing.i18n import translator
from yiwang.plumbing.idempotency import digest_of, once
from yiwang.plumbing.work import Work

MOST = 30
MARK = "."  # between the case and the task in a field's name


@dataclass(frozen=True, slots=True)
class Chosen:
    """选中的一件: case, task, step, what may be said, the light."""

    name: str
    ref: str
    case: Case
    task: Task
    step: Step
    phrases: list[Phrase]
    light: Any


def _split(name: str) -> tuple[str, UUID]:
    """The case and the task that a field names; NotFound for what names none."""
    ref, _, task = name.partition(MARK)
    read_reference(ref)
    try:
        return ref, UUID(task)
    except ValueError as error:
        raise Invalid("web.bad_request") from error


def _chosen(work: Work, desk: Desk, name: str) -> Chosen | None:
    """A selected row, if its task is still open and the actor's to work; None when it is gone by now."""
    ref, task_id = _split(name)
    _, _, case = concerned(work, ref)
    task = next((t for t in case.tasks.values() if t.id == task_id), None)
    if task is None or task.desk != desk.who.organisation or task.role not in desk.who.roles:
        return None
    step = holding.step_of(work, case, task.step)
    why = lights.explanation(case.matter.home, case.matter.id, task.step)
    light = lights.towards(task.due, task.opened_at, work.today, work.calendar, why) if task.due else None
    return Chosen(name, ref, case, task, step, phrasebook.fitting(work, case, step.kind), light)


@page("/desk/batch", opt=WORK)
def choose(desk: Desk) -> Response[str]:
    """批量办理: what was selected, put together by kind of step; one kind is worked at a time."""
    names = list(dict.fromkeys(desk.request.query_params.getall("task", [])))[:MOST]
    kind = desk.request.query_params.get("kind", "")
    outcome = desk.request.query_params.get("outcome", "")
    translate = translator(desk.language).gettext
    with desk.work() as work:
        found = [one for name in names if (one := _chosen(work, desk, name))]
    kinds = list(dict.fromkeys(one.step.kind for one in found if one.step.kind in OUTCOMES))
    here = next((k for k in kinds if k == kind), kinds[0] if kinds else None)
    outcomes = OUTCOMES[here] if here else ()
    outcome = outcome if outcome in outcomes else next(iter(outcomes), "")
    return desk.page(
        "batch.html",
        chosen=[one for one in found if one.step.kind == here],
        others=[(k, translate(WORDS.kind[k]), _address(found, k)) for k in kinds if k != here],
        left_out=len(names) - sum(one.step.kind in OUTCOMES for one in found),
        kind=here,
        outcomes=[(o, translate(WORDS.outcome[o])) for o in outcomes],
        outcome=outcome,
        back=asked_of(desk).tail,
    )


def _address(found: list[Chosen], kind: str) -> str:
    return "/desk/batch?" + "&".join(f"task={one.name}" for one in found if one.step.kind == kind)


@sent("/desk/batch", opt=WORK)
def done(desk: Desk, body: bytes) -> Response[str]:
    """办理: each case in an act of its own, under a key of its own; what is refused says why and stops nobody else."""
    form = desk.form(body)
    words = form.under("words.")
    results = [_one(desk, form, name, text) for name, text in list(words.items())[:MOST]]
    failed = [r for r in results if r["problem"]]
    return desk.page("batch_done.html", 422 if failed and len(failed) == len(results) else 200, results=results)


def _one(desk: Desk, form: Form, name: str, words: str) -> dict[str, Any]:
    """One of them: the same door as the form of a single case."""
    ref, task_id = _split(name)
    outcome, conditions = form.get("outcome"), form.get(f"conditions.{name}")
    told: dict[str, Any] = {"ref": ref, "problem": None, "words": words}

    def act(work: Work) -> tuple[int, object]:
        home, case_id, _ = concerned(work, ref)
        case = holding.hold(work, home, case_id)
        task = next((t for t in case.tasks.values() if t.id == task_id), None)
        if task is None:
            raise Conflict("case.task_gone", number=case.matter.number)
        kind = holding.step_of(work, case, task.step).kind
        own = Form([("outcome", outcome), ("words", words), ("conditions", conditions)])
        service, command = command_of(kind, own, {"home": home, "id": case_id, "task": task_id})
        service(command, work)
        return 200, {}

    key = f"{form.get('key')}/{task_id}"
    try:
        digest = digest_of(b"/desk/batch", outcome.encode(), words.encode(), conditions.encode())
        once(desk.engine, desk.who, key, digest, act, desk.language)
    except Refused as problem:
        told["problem"] = problem
    with desk.work() as work:
        *_, told["case"] = concerned(work, ref)
    return told


ROUTES = [choose, done]
