"""批量办理 — many decisions at one click: each case its own act with its own reason, and a report of every one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from yiwang.casework.service import holding
from yiwang.catalogue.messages import StepKind
from yiwang.front import scope
from yiwang.front.refusals import field_sentence, sentence
from yiwang.ground.actor import Actor
from yiwang.ground.outcome import Conflict, Invalid, Refused
from yiwang.handling.messages import Decide, Review
from yiwang.handling.service import deciding, reviewing
from yiwang.plumbing.i18n import Language
from yiwang.plumbing.idempotency import digest_of, once
from yiwang.plumbing.work import Engine, Work, encode

MOST = 100
"""How many cases are decided at one click: each of them was read by somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """一件的处理: which task of which case, with what outcome, in which words."""

    ref: str
    task: UUID
    outcome: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """一件的结果: done, or why not: the refusal's code, its words and those of each field."""

    ref: str
    task: UUID
    code: str = ""
    detail: str = ""

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return not self.code


def decide_many(engine: Engine, actor: Actor, language: Language, key: str, choices: Sequence[Choice]) -> list[Told]:
    """批量决定: reviews and decisions, one transaction each; what is refused holds up no other. R52

    Sent again with the same key, what was done is not done twice and what was refused is tried again.
    Invalid `case.too_many` above MOST; Refused `idempotency.key` for a key that is none.
    """
    if not 1 <= len(choices) <= MOST:
        raise Invalid("case.too_many", most=MOST)
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise Refused("idempotency.key")
    root = sha256(key.encode()).hexdigest()
    return [_one(engine, actor, language, f"{root}:{c.ref}:{c.task}"[:200], c) for c in choices]


def _one(engine: Engine, actor: Actor, language: Language, key: str, choice: Choice) -> Told:
    try:
        once(engine, actor, key, digest_of(b"batch", encode(choice)), _act(choice), language)
    except Refused as refusal:
        errors = refusal.errors if isinstance(refusal, Invalid) else ()
        words = (sentence(refusal, language), *(field_sentence(e, language) for e in errors))
        return Told(ref=choice.ref, task=choice.task, code=refusal.code, detail="".join(words))
    return Told(ref=choice.ref, task=choice.task)


def _act(choice: Choice) -> Callable[[Work], tuple[int, object]]:
    def act(work: Work) -> tuple[int, object]:
        case = scope.case(work, choice.ref)
        home, case_id = case.matter.home, case.matter.id
        case = holding.hold(work, home, case_id)
        step = holding.step_of(work, case, holding.find_task(case, choice.task).step)
        match step.kind:
            case StepKind.REVIEW:
                command = Review(home=home, id=case_id, task=choice.task, outcome=choice.outcome, words=choice.words)
                reviewing.review(command, work)
            case StepKind.DECIDE:
                decision = Decide(home=home, id=case_id, task=choice.task, outcome=choice.outcome, reasons=choice.words)
                deciding.decide(decision, work)
            case _:
                raise Conflict("handling.other_step", step=step.name)
        return 200, {}

    return act
