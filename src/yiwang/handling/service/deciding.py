"""决定 — grant or refuse, in the department's own name; and its document."""

from __future__ import annotations

from yiwang.casework.messages import REMEDIES, Case
from yiwang.catalogue.messages import StepKind
from yiwang.ground.outcome import FieldError, Invalid
from yiwang.handling import store
from yiwang.handling.messages import Decide, MakeDocument
from yiwang.handling.service import tasks
from yiwang.handling.store import DECISION
from yiwang.plumbing.work import Work


def decide(command: Decide, work: Work) -> Case:
    """决定: in the department's own name, by its decider. 行政许可法 38, R30

    A refusal has reasons and names the remedies; what consulted departments made conditional is part of it.
    """
    _, step = tasks.at(work, command, StepKind.DECIDE)
    if command.outcome not in ("grant", "refuse"):
        raise Invalid("handling.form", errors=(FieldError("outcome", "field.choice"),))
    if command.outcome == "refuse" and not command.reasons.strip():
        raise Invalid("handling.form", errors=(FieldError("reasons", "field.required"),))
    tasks.check_words(command.reasons, command.conditions)
    conditions = [o.conditions for o in store.opinions(work, command.home, command.id) if o.conditions]
    if command.conditions:
        conditions.append(command.conditions)
    work.add(
        DECISION,
        {
            "home": command.home,
            "matter": command.id,
            "organisation": work.actor.organisation,
            "id": work.new_id(),
            "step": step.id,
            "person": work.actor.person,
            "outcome": command.outcome,
            "reasons": command.reasons,
            "remedies": REMEDIES if command.outcome == "refuse" else "",
            "conditions": "；".join(conditions) if command.outcome == "grant" else "",
            "at": work.now,
        },
    )
    return tasks.complete(work, command, step, command.outcome, command.reasons, "行政许可法 38")


def make_document(command: MakeDocument, work: Work) -> Case:
    """制证: the document of the decision is made and passed to the one exit. R12"""
    _, step = tasks.at(work, command, StepKind.ISSUE)
    return tasks.complete(work, command, step, "issued", "")
