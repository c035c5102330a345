"""征求意见 — the answers of consulted departments, and what their silence means."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from yiwang.casework.messages import Case
from yiwang.casework.service import cases, holding, running
from yiwang.catalogue.messages import Silence, StepKind
from yiwang.ground.outcome import FieldError, Invalid
from yiwang.handling.messages import Reply, WatchConsultation
from yiwang.handling.service import tasks
from yiwang.plumbing.outbox import Errand, Runner
from yiwang.plumbing.work import SHANGHAI, Work

SILENCE = "handling.consultation_silence"
REPLIES = ("agree", "disagree", "conditional", "no_competence")


def reply(command: Reply, work: Work) -> Case:
    """复函: answer a consultation for one's department; conditions are carried into the decision. R50"""
    case, step = tasks.at(work, command, StepKind.CONSULT)
    if command.outcome not in REPLIES:
        raise Invalid("handling.form", errors=(FieldError("outcome", "field.choice"),))
    if command.outcome == "conditional" and not command.conditions.strip():
        raise Invalid("handling.form", errors=(FieldError("conditions", "field.required"),))
    tasks.opine(work, case, step, command.outcome, command.words, command.conditions)
    return tasks.complete(work, command, step, command.outcome, command.words)


def watch(command: WatchConsultation, work: Work) -> None:
    """盯复函: set the timer that acts when the limit of a consultation has passed."""
    work.later(
        SILENCE,
        {"id": str(command.id), "task": str(command.task), "step": command.step},
        home=command.home,
        due=datetime.combine(work.calendar.add(command.due, 1), time.min, SHANGHAI),
        lane="clock",
        key=str(command.task),
    )


def silence_runner() -> Runner:
    """逾期未复: silence counts only as the signed flow says, and is written down as deemed, never as agreed. R50"""

    def inside(work: Work, errand: Errand, _: object) -> None:
        case_id, task_id = UUID(errand.payload["id"]), UUID(errand.payload["task"])
        case = holding.hold(work, errand.home, case_id)
        task = next((t for t in case.tasks.values() if t.id == task_id), None)
        if task is None:
            return
        step = holding.step_of(work, case, task.step)
        if step.silence is Silence.DEEMED:
            cases.deem_silent(work, case, task, step.basis)
        else:
            running.note_on(work, errand.home, case_id, "consultation.silent", {"step": step.id})

    return Runner(inside=inside)
