"""征求意见 — the answers of consulted departments; what their silence means is casework's to watch."""

from __future__ import annotations

from yiwang.casework.messages.case import Case
from yiwang.catalogue.messages import StepKind
from yiwang.ground.outcome import FieldError, Invalid
from yiwang.handling.messages import Reply
from yiwang.handling.service import tasks
from yiwang.plumbing.work import Work

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
