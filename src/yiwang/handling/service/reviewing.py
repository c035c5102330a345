"""审查 — an opinion on a case, and on it goes."""

from __future__ import annotations

from yiwang.casework.messages import Case
from yiwang.catalogue.messages import StepKind
from yiwang.handling.messages import Review
from yiwang.handling.service import tasks
from yiwang.plumbing.work import Work


def review(command: Review, work: Work) -> Case:
    """审查: write the opinion and pass the case on along its flow."""
    case, step = tasks.at(work, command, StepKind.REVIEW)
    tasks.opine(work, case, step, command.outcome, command.words)
    return tasks.complete(work, command, step, command.outcome, command.words)
