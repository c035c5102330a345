"""审查 — an opinion on a case, and on it goes."""

from __future__ import annotations

from yiwang.casework.messages.case import Case
from yiwang.catalogue.messages import Signing, StepKind
from yiwang.handling.messages import Review, Sign
from yiwang.handling.service import signing, tasks
from yiwang.plumbing.work import Work


def review(command: Review, work: Work) -> Case:
    """审查: write the opinion and pass the case on along its flow; where several sign the step it is one signature."""
    case, step = tasks.at(work, command, StepKind.REVIEW)
    tasks.keep_chair_apart(work, case, step)
    if step.signing is not Signing.ONE and command.outcome != "skip":
        said = {"outcome": command.outcome, "words": command.words}
        return signing.sign(Sign(home=command.home, id=command.id, task=command.task, **said), work)
    tasks.opine(work, case, step, command.outcome, command.words)
    return tasks.complete(work, command, step, command.outcome, command.words)
