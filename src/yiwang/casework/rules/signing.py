"""会签、或签、票签 — what several signatures on one step come to, and whether a task may be finished yet."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid5

from yiwang.casework.messages.case import Seat, Task
from yiwang.catalogue.messages import Signing
from yiwang.ground.outcome import Conflict

SIGNER = "signer"
ADDED = "added"
POSITIVE = frozenset({"pass", "grant", "agree", "conditional"})
"""Outcomes that carry a step on; every other one is negative."""
CONDITIONAL = "conditional"
OPINIONS = frozenset({"agree", "disagree"})
"""What an added signer may say: it binds nobody."""


def tally(signing: Signing, persons: int, votes: int, seats: Sequence[Seat]) -> str | None:
    """计票: the outcome that the signatures come to; None while it is still open, and always for a step of one.

    ALL 会签: all who were asked have signed, and at least `persons`; positive only if all are. ANY 或签: whoever signs
    first decides. VOTES 票签: positive with `votes` positive ones, negative as soon as these cannot be reached any more
    among `persons` seats. What is positive is conditional when one of its voices is. Added signers count for nothing.
    """
    asked = [s for s in seats if s.kind == SIGNER]
    said = [s.outcome for s in sorted((s for s in asked if s.at is not None), key=_when)]
    if not said:
        return None
    positive = [word for word in said if word in POSITIVE]
    negative = [word for word in said if word not in POSITIVE]
    match signing:
        case Signing.ANY:
            return said[0]
        case Signing.ALL:
            if len(said) < max(persons, len(asked)):
                return None
            return negative[0] if negative else _together(positive)
        case Signing.VOTES:
            if len(positive) >= votes:
                return _together(positive[:votes])
            return negative[0] if negative and persons - len(negative) < votes else None
        case Signing.ONE:
            return None


def _when(seat: Seat) -> float:
    return seat.at.timestamp() if seat.at is not None else 0.0


def _together(positive: Sequence[str]) -> str:
    return CONDITIONAL if CONDITIONAL in positive else positive[0]


def row_of(task: Task, person: str) -> UUID:
    """待签行: the id of the inbox row in which somebody asked to sign finds the task."""
    return uuid5(task.id, person)


def waiting(task: Task) -> tuple[Seat, ...]:
    """待签: who was asked and has not signed yet."""
    return tuple(s for s in task.seats if s.at is None)


def permit_finish(signing: Signing, task: Task, number: str) -> None:
    """可否办结: nobody alone finishes a step that several sign, nor one before every added signer has spoken.

    Conflict `case.several_sign`, `case.signers_open`.
    """
    if signing is not Signing.ONE:
        raise Conflict("case.several_sign", number=number)
    if any(s.kind == ADDED for s in waiting(task)):
        raise Conflict("case.signers_open", number=number)
