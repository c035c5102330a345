"""特别程序 — what stops the clock, told to the applicant in writing; and its end."""

from __future__ import annotations

from yiwang.casework.messages.case import Case
from yiwang.casework.service import cases
from yiwang.catalogue.messages import StepKind
from yiwang.ground.outcome import FieldError, Invalid
from yiwang.handling.messages import EndSpecial, StartSpecial
from yiwang.handling.rules import writing
from yiwang.handling.service import documents, experts, tasks
from yiwang.handling.store import SPECIAL
from yiwang.plumbing.work import Work


def start_special(command: StartSpecial, work: Work) -> Case:
    """启动特别程序: stop the clock with a numbered written notice of the days needed. 行政许可法 45, 规定 28"""
    case, step = tasks.at(work, command, StepKind.SPECIAL)
    if not 1 <= command.days_needed <= 365:
        raise Invalid("handling.form", errors=(FieldError("days_needed", "field.range"),))
    assert step.ground is not None, step.id
    ground = step.ground
    of = documents.occasion(work, case)
    paper = writing.special(of, ground=ground.label, clause=ground.clause or step.basis, days=command.days_needed)
    notice = documents.issue(work, case, paper, step.id, step.basis).paper.number
    work.add(
        SPECIAL,
        {
            "home": command.home,
            "matter": command.id,
            "id": work.new_id(),
            "step": step.id,
            "ground": step.ground,
            "days_needed": command.days_needed,
            "number": notice,
            "organisation": work.actor.organisation,
            "person": work.actor.person,
            "at": work.now,
        },
    )
    return cases.suspend(work, command.home, command.id, step.id, notice)


def end_special(command: EndSpecial, work: Work) -> Case:
    """结束特别程序: the clock goes on, the step is done with its outcome; or it is passed over when not needed.

    Refused `flow.not_optional` when it has stopped the clock already: then it has an outcome.
    """
    case, step = tasks.at(work, command, StepKind.SPECIAL)
    if command.outcome != "skip":
        tasks.keep_chair_apart(work, case, step)
        if step.experts:
            experts.hear(work, case, step, command.opinions)
        if step.id in case.progress.suspended:
            cases.resume(work, command.home, command.id, step.id)
        tasks.opine(work, case, step, command.outcome, command.words)
    return tasks.complete(work, command, step, command.outcome, command.words)
