"""黄金路径 — reads the charts and walks of tests/casework/golden, and walks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

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
    Suspend,
    TakeBack,
)
from yiwang.casework.rules.flow import Compiled, advance, compiled
from yiwang.catalogue.messages import (
    At,
    ClockEffect,
    Condition,
    Edge,
    Flow,
    FlowKind,
    JoinRule,
    Silence,
    Step,
    StepKind,
    Who,
)
from yiwang.catalogue.rules.structure import problems
from yiwang.catalogue.seed import demo_items
from yiwang.ground.clock import Ground, Limit
from yiwang.ground.outcome import Refused

from tests.casework.flows import START

FOLDER = Path(__file__).parent / "golden"
TOLD = {ClockStarted: "started", ClockMet: "met", ClockStopped: "stopped", ClockResumed: "resumed", Ended: "ended"}


@dataclass(frozen=True, slots=True)
class Golden:
    """黄金路径: a chart, the facts of a case, and what must happen."""

    name: str
    flow: Compiled
    facts: Facts
    walk: tuple[str, ...]
    patterns: Mapping[str, str]
    requirement: str


def _step(text: str) -> Step:
    name, kind, *options = text.split()
    kind, _, line = kind.partition(":")
    found = StepKind(kind)
    more: dict[str, Any] = dict(option.split("=") for option in options)
    given: dict[str, Any] = {k: v for k, v in more.items() if k in ("opens", "item")}
    if found is StepKind.SPECIAL:
        given |= {"clock": ClockEffect.STOPS, "ground": Ground[more["ground"]]}
    if found in (StepKind.DELIVER, StepKind.SUPERVISE):
        given["clock"] = ClockEffect.AFTER
    if found not in (StepKind.FORK, StepKind.JOIN):
        given["who"] = Who(line=line or "A", at=At.DECIDING, role="handler")
    if "limit" in more:
        given["limit"] = Limit.parse(more["limit"])
    return Step(
        id=name,
        name=name,
        kind=found,
        optional="optional" in more,
        silence=Silence(more.get("silence", "waits")),
        rule=JoinRule(more.get("rule", "all")),
        need=int(more.get("need", 0)),
        **given,
    )


def _edge(text: str) -> Edge:
    way, _, when = text.partition(" ? ")
    source, target = way.split(">")
    question, _, values = when.partition("=")
    condition = Condition(question=question, values=tuple(values.split(","))) if when else None
    return Edge(source=source, target=target, when=condition)


def _chart(raw: Mapping[str, Any]) -> Compiled:
    if "item" in raw:
        return compiled(next(i for i in demo_items() if i.code == raw["item"]).flow)
    lead = Who(line=raw.get("lead", "Z"), at=At.DECIDING, role="handler")
    flow = Flow(
        kind=FlowKind.JOINT,
        lead=lead,
        steps=tuple(map(_step, raw["steps"].split("; "))),
        edges=tuple(map(_edge, raw["edges"].split("; "))),
    )
    questions = frozenset(raw.get("facts", {}))
    assert set(problems(flow, questions)) <= {"flow.no_default"}, (raw["name"], problems(flow, questions))
    return compiled(flow)


def _walk(raw: Mapping[str, Any]) -> Iterator[str]:
    for line in raw["walk"]:
        if line != "...":
            yield line
            continue
        again = raw["repeat"]
        for _ in range(again["times"]):
            yield from (again["from"], again["then"])


@cache
def golden() -> tuple[Golden, ...]:
    """All of them, in the order of the files."""
    files = sorted(FOLDER.glob("*.yaml"))
    return tuple(_golden(raw) for f in files for raw in yaml.safe_load_all(f.read_text("utf-8")) if raw)


def _golden(raw: Mapping[str, Any]) -> Golden:
    return Golden(
        name=raw["name"],
        flow=_chart(raw),
        facts={k: tuple(v) if isinstance(v, list) else v for k, v in raw.get("facts", {}).items()},
        walk=tuple(_walk(raw)),
        patterns=raw.get("patterns", {}),
        requirement=raw.get("requirement", ""),
    )


def _event(words: list[str], number: int) -> FlowEvent:
    at = START + timedelta(hours=number)
    match words:
        case ["begin"]:
            return Begin(at=at)
        case ["return", step, to]:
            return Return(step=step, to=to, at=at)
        case ["stop", step, *rest]:
            return Suspend(step=step, notice="" if rest else f"告知书 {number} 号", at=at)
        case ["go", step]:
            return Resume(step=step, at=at)
        case ["back", step]:
            return TakeBack(step=step, at=at)
        case ["cancel", end]:
            return Cancel(end=end, at=at)
        case [step, outcome]:
            return Finish(step=step, outcome=outcome, at=at)
    raise AssertionError(words)


def _told(effects: tuple[Effect, ...], before: Progress) -> list[str]:
    """What the clock and the end say; a stop or a resumption that is not the first open one with its place."""
    said = []
    for effect in effects:
        word = TOLD.get(type(effect), "")
        place = effect.place if isinstance(effect, ClockResumed) else 0
        if isinstance(effect, ClockStopped):
            place = len(before.suspended)
        said.append(f"{word}:{place}" if place else word)
    return [word for word in said if word]


def walked(path: Golden) -> Iterator[tuple[str, FlowEvent, Progress, Progress, tuple[Effect, ...]]]:
    """Walk it and hold every line; yields what happened: line, event, state before, state after, effects."""
    state = Progress()
    for number, line in enumerate(path.walk):
        did, arrow, expected = line.partition(" -> ")
        if not arrow and " ! " not in line:
            expected = "*"
        did, _, refusal = did.partition(" ! ")
        event = _event(did.split(), number)
        said = ""
        try:
            after, effects = advance(path.flow, state, event, path.facts)
        except Refused as refused:
            said = refused.code
        assert said == refusal, (path.name, line, said)
        if said:
            continue
        if expected != "*":
            steps, _, told = expected.partition("|")
            assert sorted(t.step for t in after.open) == sorted(steps.split()), (path.name, line)
            assert _told(effects, state) == told.split(), (path.name, line)
        yield line, event, state, after, effects
        state = after
