"""办件动作的话 — the events that officials' verbs say beside those of the flow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from yiwang.casework.messages.case import CaseEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTerminated(CaseEvent):
    """已终止办理: why, and by which clause; the applicant is told."""

    reason: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSettled(CaseEvent):
    """签署已定: what the signatures of `signers` on a step came to; said before the step is finished."""

    step: str
    step_kind: str
    outcome: str
    signers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBack(CaseEvent):
    """被退回: the work of this step came back from a later one, to be done again; `person` did it (R76)."""

    step: str
    desk: str
    post: str
    person: str
    on: date
    rule: str
    division: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered(CaseEvent):
    """督办逾期未答: the post that was named has said nothing by the day; the demand has gone up."""

    demand: UUID
    desk: str
    post: str
    since: date
    due: date
    rule: str
    division: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandLapsed(CaseEvent):
    """督办随办结了结: the case is over and nobody had answered."""

    demand: UUID
