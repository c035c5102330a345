"""模型检验 — every state that small charts can reach, whatever anybody does: each keeps its promises and has an end."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import Any

import pytest

from yiwang.casework.messages.flow import (
    Begin,
    Cancel,
    Facts,
    Finish,
    FlowEvent,
    Progress,
    Resume,
    Return,
    Suspend,
    TakeBack,
)
from yiwang.casework.rules.flow import OUTCOMES, SKIP, Compiled, advance, earlier_steps
from yiwang.catalogue.messages import StepKind
from yiwang.ground.outcome import Refused

from tests.casework.flows import START
from tests.casework.golden import golden

SMALL = [
    path for path in golden() if len(path.flow.steps) <= 12 and "反复" not in path.name and "没有路" not in path.name
]
MOST = 4_000
Key = tuple[Any, ...]


def key(flow: Compiled, state: Progress) -> Key:
    """A state without its times and rounds: where the tokens are, and what conditions may look at."""
    asked = {e.when.question.removeprefix("outcome:") for e in flow.flow.edges if e.when}
    last = {d.step: d.outcome for d in state.done}
    finished = frozenset(d.step for d in state.done)
    tokens = frozenset(t.step for t in state.open)
    known = frozenset((s, o) for s, o in last.items() if s in asked)
    return (tokens, frozenset(state.branching), state.suspended, finished, known, state.ended)


def tries(flow: Compiled, state: Progress) -> list[FlowEvent]:
    """All that could be done in a state by anybody who may."""
    at = START + timedelta(hours=len(state.done))
    found: list[FlowEvent] = [Cancel(end="withdrawn", at=at)]
    finished = {d.step for d in state.done}
    for token in state.open:
        step = flow.steps[token.step]
        found += [Finish(step=step.id, outcome=o, at=at) for o in (*OUTCOMES[step.kind], SKIP)]
        found += [Return(step=step.id, to=to, at=at) for to in earlier_steps(flow, step.id) & finished]
        if step.kind is StepKind.SPECIAL:
            found += [Suspend(step=step.id, notice="通知", at=at), Resume(step=step.id, at=at)]
    return found + [TakeBack(step=d.step, at=at) for d in state.done[-1:]]


def explore(flow: Compiled, facts: Facts) -> tuple[dict[Key, Progress], dict[Key, set[Key]]]:
    """All reachable states up to MOST, each with those that follow it."""
    first, _ = advance(flow, Progress(), Begin(at=START), facts)
    states = {key(flow, first): first}
    after: dict[Key, set[Key]] = {}
    waiting = deque(states)
    while waiting and len(states) < MOST:
        here = waiting.popleft()
        after[here] = set()
        if states[here].ended:
            continue
        for event in tries(flow, states[here]):
            try:
                state, _ = advance(flow, states[here], event, facts)
            except Refused:
                continue
            there = key(flow, state)
            after[here].add(there)
            if there not in states:
                states[there] = state
                waiting.append(there)
    return states, after


@pytest.mark.parametrize("path", SMALL, ids=lambda p: p.name)
def test_从每个能到的状态都能办结_没有一个环节开两次(path: Any) -> None:
    states, after = explore(path.flow, path.facts)
    assert len(states) > 2
    ends = {k for k, state in states.items() if state.ended == "done"}
    assert ends, "办得完"
    can_end, grown = set(ends), True
    while grown:
        more = {k for k, follow in after.items() if k not in can_end and follow & can_end}
        can_end |= more
        grown = bool(more)
    for k, state in states.items():
        tokens = [t.step for t in state.open]
        assert len(tokens) == len(set(tokens))
        assert set(state.suspended) <= set(tokens)
        assert all(path.flow.steps[s].who is not None for s in tokens), "分流和汇合不留办件"
        assert bool(state.ended) != bool(tokens)
        for waits in state.branching:
            inside = path.flow.inside[waits.fork]
            assert waits.arrived < waits.need
            assert any(s in inside for s in tokens), "等的分支总有人在办"
        if not state.ended and k in after:
            assert k in can_end, f"到不了办结：{tokens}"
