"""在办 — who works an open step, for whom, with whose signatures: made again from the acts of the journal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from yiwang.casework.messages.case import Seat, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """在办: a task as far as its case's journal tells of it. All that officials' verbs change of a task is here."""

    due: date | None
    holder: str = ""
    lenders: tuple[str, ...] = ()
    seats: tuple[Seat, ...] = ()
    urged: int = 0


def working(task: Task) -> Working:
    """在办 of a task as it is kept."""
    return Working(due=task.due, holder=task.holder, lenders=task.lenders, seats=task.seats, urged=task.urged)


def after(one: Working, act: str, person: str, at: datetime, facts: Mapping[str, Any]) -> Working:
    """其后: after an act on this task by `person`; acts that change nothing of this leave it as it is."""
    match act:
        case "task.claimed" | "step.taken_back":
            return replace(one, holder=person)
        case "task.released":
            return replace(one, holder="", lenders=())
        case "task.transferred":
            return replace(one, holder=facts["to"], lenders=())
        case "task.delegated":
            return replace(one, holder=facts["to"], lenders=(*one.lenders, person))
        case "task.handed_back":
            return replace(one, holder=facts["to"], lenders=one.lenders[:-1] if facts["to"] else ())
        case "task.urged":
            return replace(one, urged=one.urged + 1)
        case "signer.added":
            seat = Seat(person=facts["person"], kind=facts["kind"], by=person)
            return replace(one, seats=(*one.seats, seat))
        case "signer.dropped":
            return replace(one, seats=_others(one, facts["person"]))
        case "step.signed":
            asked = next(
                (s for s in one.seats if s.person == person), Seat(person=person, kind=facts["kind"], by=person)
            )
            return replace(one, seats=(*_others(one, person), replace(asked, outcome=facts["outcome"], at=at)))
    return one


def without(one: Working, person: str) -> Working:
    """回避后: without somebody who must not work it any more, in whatever part."""
    if person == one.holder or person in one.lenders:
        one = replace(one, holder="", lenders=())
    return replace(one, seats=_others(one, person))


def gone_along(one: Working, stayed: Collection[str]) -> Working:
    """移交后: at the heir's desk, where those who stayed behind hold nothing; what they have signed stands."""
    if one.holder in stayed:
        one = replace(one, holder="", lenders=())
    return replace(one, seats=tuple(s for s in one.seats if s.at is not None or s.person not in stayed))


def _others(one: Working, person: str) -> tuple[Seat, ...]:
    return tuple(s for s in one.seats if s.person != person)
