"""经手 — the task an official works: its step, the opinion written in it, its end."""

from __future__ import annotations

from hashlib import sha256

from yiwang.casework.messages.case import Case, CompleteStep
from yiwang.casework.service import cases, holding
from yiwang.catalogue.messages import Step, StepKind
from yiwang.ground.clock import Ground
from yiwang.ground.outcome import Conflict, FieldError, Forbidden, Invalid
from yiwang.handling import store
from yiwang.handling.messages import OnTask
from yiwang.handling.store import OPINION
from yiwang.plumbing.work import Work

WORDS_LIMIT = 4000


def at(work: Work, command: OnTask, kind: StepKind) -> tuple[Case, Step]:
    """待办与环节: the case, locked, and the step of the task; Conflict when it is gone or of another kind."""
    case = holding.hold(work, command.home, command.id)
    task = next((t for t in case.tasks.values() if t.id == command.task), None)
    if task is None:
        raise Conflict("case.task_gone", number=case.matter.number)
    step = holding.step_of(work, case, task.step)
    if step.kind is not kind:
        raise Conflict("handling.other_step", step=step.name)
    return case, step


def keep_chair_apart(work: Work, case: Case, step: Step) -> None:
    """听证主持人与审查人员分开: who reviewed does not chair the hearing, nor the other way round (SOD8).

    Forbidden `handling.chair_reviews`. No query where the chart has no hearing. 行政许可法 48
    """
    hearings = {s.id for s in holding.flow_of(work, case).flow.steps if s.ground is Ground.HEARING}
    if not hearings or (step.kind is not StepKind.REVIEW and step.id not in hearings):
        return
    me = {work.actor.person, case.stands_for}
    for said in store.opinions(work, case.matter.home, case.matter.id):
        other = said.step_kind == StepKind.REVIEW if step.id in hearings else said.step in hearings
        if other and said.person in me:
            raise Forbidden("handling.chair_reviews", clause="行政许可法 48")


def check_words(*words: str) -> None:
    """字数: Invalid when an official writes more than anybody reads."""
    if any(len(w) > WORDS_LIMIT for w in words):
        raise Invalid("handling.form", errors=(FieldError("words", "field.too_long", {"limit": WORDS_LIMIT}),))


def opine(work: Work, case: Case, step: Step, outcome: str, words: str, conditions: str = "", expert: str = "") -> None:
    """写意见: what the actor says in a step, in the department's name; or writes down for a drawn expert."""
    check_words(words, conditions)
    work.add(
        OPINION,
        {
            "home": case.matter.home,
            "matter": case.matter.id,
            "id": work.new_id(),
            "step": step.id,
            "step_kind": "expert" if expert else step.kind,
            "organisation": work.actor.organisation,
            "person": expert or work.actor.person,
            "outcome": outcome,
            "words": words,
            "conditions": conditions,
            "at": work.now,
        },
    )


def complete(work: Work, command: OnTask, step: Step, outcome: str, words: str, clause: str = "") -> Case:
    """办结环节: finish the task; the words stay out of the journal, their digest is in it."""
    return cases.complete(
        CompleteStep(
            home=command.home,
            id=command.id,
            task=command.task,
            outcome=outcome,
            facts={"words": sha256(words.encode()).hexdigest()} if words else {},
            clause=clause or step.basis,
        ),
        work,
    )
