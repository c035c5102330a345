"""重演 — a case made again from its journal alone: flow, status, clock and who had a hand in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from yiwang.casework.messages.case import Status, Timing
from yiwang.casework.messages.flow import (
    Begin,
    Cancel,
    ClockMet,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    Effect,
    Ended,
    Facts,
    Finish,
    FlowEvent,
    Progress,
    Resume,
    Return,
    StepClosed,
    StepOpened,
    Suspend,
    TakeBack,
)
from yiwang.casework.rules import timing, tolerating
from yiwang.casework.rules.flow import Compiled, advance
from yiwang.casework.rules.working import Working, after, gone_along, without
from yiwang.catalogue.messages import Item, StepKind
from yiwang.ground.clock import Extension, Limit
from yiwang.ground.workdays import Calendar
from yiwang.ground.zone import day_of

HANDED = frozenset(
    {"step.finished", "step.returned", "clock.stopped", "clock.resumed", "case.refused", "case.terminated"}
)
"""Acts by which a person works a task of the case."""
HELPED = frozenset({"correction.asked", "experts.drawn"})
"""Acts beside the flow by which a person has had a hand in the case."""
NOBODYS = frozenset({"deemed", "recalled"})
"""Outcomes by which nobody lends a hand."""
ENDS = {
    "done": Status.CLOSED,
    "withdrawn": Status.WITHDRAWN,
    "refused": Status.REFUSED,
    "acceptance_revoked": Status.ACCEPTANCE_REVOKED,
}


@dataclass(frozen=True, slots=True)
class Act:
    """一幕: an entry of the journal as far as a replay needs it; `day` is the day of `at` in Shanghai."""

    at: datetime
    day: date
    act: str
    person: str
    facts: Mapping[str, Any]
    post: str = ""


@dataclass(slots=True)
class Replayed:
    """重演结果: what the case must look like; `tasks` are its open steps."""

    timing: Timing
    progress: Progress = field(default_factory=Progress)
    status: Status = Status.SUBMITTED
    tasks: dict[str, Working] = field(default_factory=dict)
    recused: tuple[str, ...] = ()
    hands: set[str] = field(default_factory=set)
    asides: dict[str, str] = field(default_factory=dict)  # questions beside the flow that wait: id → desk
    tolerated: str = ""  # which of them waits for what was tolerated
    warned: tuple[str, ...] = ()
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None


def replay(flow: Compiled, item: Item, facts: Facts, acts: Iterable[Act], calendar: Calendar) -> Replayed:
    """重演: from the first act to the last. Refused and Conflict where the flow could not have gone so."""
    case = Replayed(Timing(promised=item.promised, legal=item.legal))
    as_of = date.min
    for act, _ in follow(case, flow, facts, acts):
        as_of = act.day
    for token in case.progress.open:
        if token.step in case.tasks:
            step = flow.step(token.step)
            since = tolerating.since(step, day_of(token.since), case.timing)
            due = timing.step_due(step, since, calendar, case.timing.stops, as_of)
            case.tasks[token.step] = replace(case.tasks[token.step], due=due)
    return case


def follow(
    case: Replayed, flow: Compiled, facts: Facts, acts: Iterable[Act]
) -> Iterator[tuple[Act, tuple[Effect, ...]]]:
    """逐幕: each act with what it made the flow do, once the case stands as that act left it; steps not yet dated."""
    for act in acts:
        if "warned" in act.facts:
            case.warned = (*case.warned, act.facts["warned"])
        event = _event(flow, case.progress, act)
        effects: tuple[Effect, ...] = ()
        if event is None:
            _beside(case, act)
        else:
            case.progress, effects = advance(flow, case.progress, event, facts)
            if act.act in HANDED and "by" not in act.facts and act.facts.get("outcome") not in NOBODYS:
                case.hands |= _hands(act)
            case.hands |= set(act.facts.get("acceptors", ()))
        for effect in effects:
            _follow(case, flow, act, effect)
        if act.act == "step.taken_back":
            _on_task(case, act)
        yield act, effects


def _hands(act: Act) -> set[str]:
    """Whoever worked it, and the principal whose deputy that was."""
    return {act.person, act.facts.get("for", act.person)}


def _event(flow: Compiled, progress: Progress, act: Act) -> FlowEvent | None:
    """What an entry meant to the flow; None when it meant nothing."""
    facts, at = act.facts, act.at
    match act.act:
        case "case.opened":
            return Begin(at=at)
        case "step.finished":
            return Finish(step=facts["step"], outcome=facts["outcome"], at=at)
        case "case.deemed_accepted":
            step = next((t.step for t in progress.open if flow.step(t.step).kind is StepKind.ACCEPT), "")
            return Finish(step=step, outcome="accept", at=at)
        case "clock.stopped":
            return Suspend(step=facts["step"], notice=facts["notice"], at=at)
        case "clock.resumed":
            return Resume(step=facts["step"], at=at)
        case "step.returned":
            return Return(step=facts["step"], to=facts["to"], at=at)
        case "step.taken_back":
            return TakeBack(step=facts["step"], at=at)
        case "case.closed" | "case.moved" | "case.rebased":
            return None
    place, _, word = act.act.partition(".")
    return Cancel(end=word, at=at) if place == "case" else None


def _beside(case: Replayed, act: Act) -> None:
    """Acts that leave the flow where it is."""
    _asked(case, act)
    match act.act:
        case "correction.asked":
            case.status = Status.CORRECTION
        case "case.rebased":
            promised, legal = (Limit.parse(act.facts[k]) if act.facts[k] else None for k in ("promised", "legal"))
            case.timing = replace(case.timing, promised=promised, legal=legal)
        case "correction.received":
            case.status = Status.SUBMITTED
        case "tolerance.asked" | "tolerance.supplied":
            _tolerate(case, act)
        case "person.recused":
            case.recused = (*case.recused, act.facts["person"])
            case.tasks = {step: without(one, act.facts["person"]) for step, one in case.tasks.items()}
        case "case.moved":
            for step, moved in act.facts["tasks"].items():
                case.tasks[step] = gone_along(case.tasks[step], moved["stayed"])
            case.asides |= {aside: moved["to"] for aside, moved in act.facts.get("asides", {}).items()}
        case "clock.extended":
            extension = Extension(Limit.parse(act.facts["limit"]), act.person, act.facts["reason"], act.day)
            case.timing = replace(case.timing, extension=extension)
        case _ if act.facts.get("step") in case.tasks:
            _on_task(case, act)


def _asked(case: Replayed, act: Act) -> None:
    """What waits beside the flow, and who has had a hand in the case there."""
    if aside := act.facts.get("aside"):
        case.asides.pop(aside, None)
        if "desk" in act.facts:  # asked, or gone up to another
            case.asides[aside] = act.facts["desk"]
    if act.act in HELPED:
        case.hands |= _hands(act)


def _on_task(case: Replayed, act: Act) -> None:
    """What an official's verb does to a task; who signs it or hands it back lends a hand."""
    step = act.facts["step"]
    one = case.tasks[step]
    if act.act == "step.signed" or (act.act == "task.handed_back" and one.holder in _hands(act)):
        case.hands |= _hands(act)
    case.tasks[step] = after(one, act.act, act.person, act.at, act.facts)


def _follow(case: Replayed, flow: Compiled, act: Act, effect: Effect) -> None:
    match effect:
        case StepOpened():
            _opened(case, flow, act, effect.step)
        case StepClosed():
            case.tasks.pop(effect.step, None)
        case ClockStarted():
            as_of = act.facts.get("as_of")
            case.timing = timing.start(case.timing, date.fromisoformat(as_of) if as_of else act.day)
            case.status, case.accepted_at = Status.HANDLING, act.at
        case ClockStopped():
            case.timing = timing.stop(case.timing, effect.ground, act.day)
            case.status = Status.SUSPENDED
        case ClockResumed():
            case.timing = timing.resume(case.timing, act.day, effect.place)
            case.status = Status.SUSPENDED if case.progress.suspended else Status.HANDLING
        case ClockMet():
            case.timing = replace(case.timing, met_on=act.day)
        case Ended():
            _nothing_to_come(case, act)
            case.asides.clear()
            case.status, case.closed_at = ENDS.get(effect.end, Status.TERMINATED), act.at


def _opened(case: Replayed, flow: Compiled, act: Act, step_id: str) -> None:
    step = flow.step(step_id)
    if step.who is None:
        return
    case.tasks[step_id] = Working(due=None)  # dated at the end, by the stops that came after
    if step.kind in (StepKind.ISSUE, StepKind.DELIVER) and case.decided_at is None:
        case.decided_at, case.status = act.at, Status.DECIDED
        _nothing_to_come(case, act)
    if step.kind is StepKind.DELIVER:
        case.status = Status.READY


def _tolerate(case: Replayed, act: Act) -> None:
    """Something may come after acceptance, or has come; a clerk who takes it in lends a hand."""
    if act.act == "tolerance.asked":
        lacking, until = act.facts["lacking"], date.fromisoformat(act.facts["until"])
        case.timing = tolerating.tolerate(case.timing, lacking, Limit.parse(act.facts["limit"]), act.day, until)
        case.tolerated = act.facts["aside"]
        return
    case.timing = tolerating.supply(case.timing, act.facts["materials"], act.day)
    if act.facts["how"] != "online":
        case.hands |= _hands(act)


def _nothing_to_come(case: Replayed, act: Act) -> None:
    """Decided, or ended: what was tolerated is waited for no more."""
    case.timing = tolerating.close(case.timing, act.day)
    case.asides.pop(case.tolerated, None)
