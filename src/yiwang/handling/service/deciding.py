"""决定 — grant or refuse, in the department's own name; and its document."""

from __future__ import annotations

from collections.abc import Sequence

from yiwang.casework.messages.case import REMEDIES, Case
from yiwang.casework.service import holding
from yiwang.catalogue.messages import StepKind
from yiwang.ground.outcome import FieldError, Invalid
from yiwang.handling import store
from yiwang.handling.messages import Decide, MakeDocument, Paper, RecordDecision
from yiwang.handling.service import documents, tasks
from yiwang.handling.store import DECISION, Opinion
from yiwang.plumbing.work import Work


def decide(command: Decide, work: Work) -> Case:
    """决定: in the department's own name, by its decider. 行政许可法 38, R30

    A refusal has reasons and names the remedies; what consulted departments made conditional is part of it.
    """
    case, step = tasks.at(work, command, StepKind.DECIDE)
    paper, conditions = _drafted(command, work, case)
    _file(work, command, step.id, work.actor.person, command.reasons, conditions)
    documents.issue(work, case, paper, step.id, "行政许可法 38")
    return tasks.complete(work, command, step, command.outcome, command.reasons, "行政许可法 38")


def record(command: RecordDecision, work: Work) -> None:
    """集体决定: what the signatures of several deciders came to, with the words of those who carried it. R30"""
    work.save()  # the last signature was only just written
    case = holding.hold(work, command.home, command.id)
    opinions = store.opinions(work, command.home, command.id)
    said = {o.person: o for o in opinions if o.step == command.step and o.person in command.signers}  # the last of each
    voices = [said[person] for person in command.signers]
    carried = [o.words for o in voices if (o.outcome == "grant") == (command.outcome == "grant") and o.words]
    conditions = "；".join(_conditions(opinions))
    paper = documents.draft_decision(work, case, command.outcome, "；".join(carried), conditions)
    _file(work, command, command.step, command.signers[-1], "；".join(carried), conditions)
    documents.issue(work, case, paper, command.step, "行政许可法 38")


def _file(work: Work, command: Decide | RecordDecision, step: str, person: str, reasons: str, conditions: str) -> None:
    granted = command.outcome == "grant"
    work.add(
        DECISION,
        {
            "home": command.home,
            "matter": command.id,
            "organisation": work.actor.organisation,
            "id": work.new_id(),
            "step": step,
            "person": person,
            "outcome": command.outcome,
            "reasons": reasons,
            "remedies": "" if granted else REMEDIES,
            "conditions": conditions if granted else "",
            "at": work.now,
        },
    )


def _conditions(opinions: Sequence[Opinion]) -> list[str]:
    """What consulted departments made a condition and have not taken back. R50"""
    return [o.conditions for o in opinions if o.conditions and o.taken_back_at is None]


def drafted(command: Decide, work: Work) -> Paper:
    """决定书预览: what the decision would say, word for word; nothing is done.

    Conflict when the task is gone or no decision; Invalid `handling.form` for what could not be decided so.
    """
    case, _ = tasks.at(work, command, StepKind.DECIDE)
    return _drafted(command, work, case)[0]


def _drafted(command: Decide, work: Work, case: Case) -> tuple[Paper, str]:
    """The decision's paper, and the conditions in it: what consulted departments and the decider made one. R50"""
    if command.outcome not in ("grant", "refuse"):
        raise Invalid("handling.form", errors=(FieldError("outcome", "field.choice"),))
    if command.outcome == "refuse" and not command.reasons.strip():
        raise Invalid("handling.form", errors=(FieldError("reasons", "field.required"),))
    tasks.check_words(command.reasons, command.conditions)
    asked = _conditions(store.opinions(work, command.home, command.id))
    conditions = "；".join([*asked, command.conditions] if command.conditions else asked)
    return documents.draft_decision(work, case, command.outcome, command.reasons, conditions), conditions


def make_document(command: MakeDocument, work: Work) -> Case:
    """制证: the document of the decision is made and passed to the one exit. R12"""
    _, step = tasks.at(work, command, StepKind.ISSUE)
    return tasks.complete(work, command, step, "issued", "")
