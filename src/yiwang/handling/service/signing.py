"""签署 — opinions of those who sign a step together, were added to it or worked it for another; what is taken back."""

from __future__ import annotations

from uuid import UUID

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding, signers, verbs
from yiwang.ground.outcome import FieldError, Invalid
from yiwang.handling import store
from yiwang.handling.messages import HandBack, Sign
from yiwang.handling.service import tasks
from yiwang.handling.store import TAKEN_BACK
from yiwang.plumbing.work import Work

HANDED_BACK = "handed_back"
"""What the opinion of a delegate is called on file: it decides nothing."""


def sign(command: Sign, work: Work) -> Case:
    """签署: the words go on file, the signature into the case (casework.signers.sign says who may)."""
    case = holding.hold(work, command.home, command.id)
    task = holding.find_task(case, command.task)
    if command.outcome == "conditional" and not command.conditions.strip():
        raise Invalid("handling.form", errors=(FieldError("conditions", "field.required"),))
    step = holding.step_of(work, case, task.step)
    tasks.opine(work, case, step, command.outcome, command.words, command.conditions)
    return signers.sign(work, command.home, command.id, task.id, command.outcome, command.words)


def hand_back(command: HandBack, work: Work) -> Case:
    """委派交回: the delegate's words go on file, the task back to who delegated it."""
    case = holding.hold(work, command.home, command.id)
    task = holding.find_task(case, command.task)
    if verbs.is_delegate(work, task):
        tasks.opine(work, case, holding.step_of(work, case, task.step), HANDED_BACK, command.words)
    return verbs.hand_back(work, command.home, command.id, task.id, command.words)


def take_back(work: Work, home: int, case_id: UUID, step: str, reason: str) -> Case:
    """撤回: the step is open again; what was said in it stays on file, marked, and goes into no decision."""
    done = holding.hold(work, home, case_id).progress.done
    said_at = next((d.at for d in reversed(done) if d.step == step), None)
    case = verbs.take_back(work, home, case_id, step, reason)
    assert said_at is not None, step
    for opinion in store.said_at(work, home, case_id, step, work.actor.person, said_at):
        work.add(TAKEN_BACK, {"home": home, "matter": case_id, "opinion": opinion, "at": work.now})
    return case
