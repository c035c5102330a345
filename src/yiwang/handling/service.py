"""审批的门 — the door of handling: review, consultation, special procedure, decision, document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import sha256
from uuid import UUID

from yiwang.casework.messages import REMEDIES, Case, CompleteStep
from yiwang.casework.service import cases
from yiwang.catalogue.messages import Silence, Step, StepKind
from yiwang.ground.audit import Difference, Key, Stretch
from yiwang.ground.outcome import Conflict, FieldError, Invalid
from yiwang.handling import store
from yiwang.handling.messages import (
    Decide,
    EndSpecial,
    MakeDocument,
    OnTask,
    Reply,
    Review,
    StartSpecial,
    WatchConsultation,
)
from yiwang.handling.store import DECISION, OPINION, SPECIAL, Decision, Opinion, SpecialNotice
from yiwang.plumbing import outbox
from yiwang.plumbing.outbox import Errand, Runner
from yiwang.plumbing.work import SHANGHAI, Work

SILENCE = "handling.consultation_silence"
WORDS_LIMIT = 4000

REPLIES = ("agree", "disagree", "conditional", "no_competence")


def review(command: Review, work: Work) -> Case:
    """审查: write the opinion and pass the case on along its flow."""
    case, step = _at(work, command, StepKind.REVIEW)
    _opine(work, case, step, command.outcome, command.words)
    return _complete(work, command, step, command.outcome, command.words)


def reply(command: Reply, work: Work) -> Case:
    """复函: answer a consultation for one's department; conditions are carried into the decision. R50"""
    case, step = _at(work, command, StepKind.CONSULT)
    if command.outcome not in REPLIES:
        raise Invalid("handling.form", errors=(FieldError("outcome", "field.choice"),))
    if command.outcome == "conditional" and not command.conditions.strip():
        raise Invalid("handling.form", errors=(FieldError("conditions", "field.required"),))
    _opine(work, case, step, command.outcome, command.words, command.conditions)
    return _complete(work, command, step, command.outcome, command.words)


def start_special(command: StartSpecial, work: Work) -> Case:
    """启动特别程序: stop the clock with a numbered written notice of the days needed. 行政许可法 45, 规定 28"""
    case, step = _at(work, command, StepKind.SPECIAL)
    if not 1 <= command.days_needed <= 365:
        raise Invalid("handling.form", errors=(FieldError("days_needed", "field.range"),))
    assert step.ground is not None, step.id
    notice = f"{case.matter.number}-{step.id}"
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
    case, step = _at(work, command, StepKind.SPECIAL)
    if command.outcome != "skip":
        if case.progress.suspended == step.id:
            cases.resume(work, command.home, command.id, step.id)
        _opine(work, case, step, command.outcome, command.words)
    return _complete(work, command, step, command.outcome, command.words)


def decide(command: Decide, work: Work) -> Case:
    """决定: in the department's own name, by its decider. 行政许可法 38, R30

    A refusal has reasons and names the remedies; what consulted departments made conditional is part of it.
    """
    _, step = _at(work, command, StepKind.DECIDE)
    if command.outcome not in ("grant", "refuse"):
        raise Invalid("handling.form", errors=(FieldError("outcome", "field.choice"),))
    if command.outcome == "refuse" and not command.reasons.strip():
        raise Invalid("handling.form", errors=(FieldError("reasons", "field.required"),))
    _check_words(command.reasons, command.conditions)
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
    return _complete(work, command, step, command.outcome, command.reasons, "行政许可法 38")


def make_document(command: MakeDocument, work: Work) -> Case:
    """制证: the document of the decision is made and passed to the one exit. R12"""
    _, step = _at(work, command, StepKind.ISSUE)
    return _complete(work, command, step, "issued", "")


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
        case = cases.hold(work, errand.home, case_id)
        task = next((t for t in case.tasks.values() if t.id == task_id), None)
        if task is None:
            return
        step = cases.step_of(work, case, task.step)
        if step.silence is Silence.DEEMED:
            cases.deem_silent(work, case, task, step.basis)
        else:
            cases.note_on(work, errand.home, case_id, "consultation.silent", {"step": step.id})

    return Runner(inside=inside)


@dataclass(frozen=True, slots=True)
class File:
    """审批卷: what was said, decided and noticed in a case."""

    opinions: list[Opinion]
    decisions: list[Decision]
    notices: list[SpecialNotice]


def file_of(work: Work, home: int, case_id: UUID) -> File:
    """All that departments have said in a case."""
    return File(
        store.opinions(work, home, case_id),
        store.decisions(work, home, case_id),
        store.special_notices(work, home, case_id),
    )


def differences(work: Work, stretch: Stretch, held: Mapping[Key, Case]) -> Iterator[Difference]:
    """差异: decisions that the flow knows nothing of or that are not on file; consultations nobody watches."""
    decided = store.decided(work, stretch)
    timers = outbox.waiting(work, SILENCE, stretch)
    for key in sorted(decided.keys() | held.keys()):
        case, on_file = held.get(key), decided.get(key, {})
        expected = _decisions(work, case) if case is not None else {}
        if on_file != expected:
            yield Difference("decision.not_as_in_flow", *key, {"stored": on_file, "expected": expected})
        for task in case.tasks.values() if case is not None else ():
            step = cases.step_of(work, case, task.step) if case is not None else None
            watched = step is not None and step.silence is Silence.DEEMED and task.due is not None
            if watched and (key[0], str(task.id)) not in timers:
                yield Difference("timer.missing", *key, {"kind": SILENCE, "step": task.step})


def _decisions(work: Work, case: Case) -> dict[str, str]:
    done = [d for d in case.progress.done if d.outcome in ("grant", "refuse")]
    return {d.step: d.outcome for d in done if cases.step_of(work, case, d.step).kind is StepKind.DECIDE}


def _at(work: Work, command: OnTask, kind: StepKind) -> tuple[Case, Step]:
    case = cases.hold(work, command.home, command.id)
    task = next((t for t in case.tasks.values() if t.id == command.task), None)
    if task is None:
        raise Conflict("case.task_gone", number=case.matter.number)
    step = cases.step_of(work, case, task.step)
    if step.kind is not kind:
        raise Conflict("handling.other_step", step=step.name)
    return case, step


def _check_words(*words: str) -> None:
    if any(len(w) > WORDS_LIMIT for w in words):
        raise Invalid("handling.form", errors=(FieldError("words", "field.too_long", {"limit": WORDS_LIMIT}),))


def _opine(work: Work, case: Case, step: Step, outcome: str, words: str, conditions: str = "") -> None:
    _check_words(words, conditions)
    work.add(
        OPINION,
        {
            "home": case.matter.home,
            "matter": case.matter.id,
            "id": work.new_id(),
            "step": step.id,
            "step_kind": step.kind,
            "organisation": work.actor.organisation,
            "person": work.actor.person,
            "outcome": outcome,
            "words": words,
            "conditions": conditions,
            "at": work.now,
        },
    )


def _complete(work: Work, command: OnTask, step: Step, outcome: str, words: str, clause: str = "") -> Case:
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
