"""随机流程 — flows as a catalogue might publish them, and histories as people might make them, for hypothesis."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st

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
from yiwang.casework.rules.flow import OUTCOMES, SKIP, Compiled, advance, compiled, earlier_steps
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
from yiwang.ground.clock import Ground, Limit
from yiwang.ground.outcome import Refused
from yiwang.plumbing.work import SHANGHAI

START = datetime(2017, 8, 14, 9, tzinfo=SHANGHAI)
FACTS: Facts = {"situation": "a", "several": ("x", "y")}
CONDITIONS = (
    Condition(question="situation", values=("a",)),
    Condition(question="situation", values=("b",)),
    Condition(question="several", values=("y", "z")),
)
WORKED = (
    StepKind.REVIEW,
    StepKind.REVIEW,
    StepKind.CONSULT,
    StepKind.SPECIAL,
    StepKind.SPECIAL,
    StepKind.DECIDE,
    StepKind.WAIT,
    StepKind.SUBCASE,
)
LINES = ("X", "Y", "Z")


class _Drawing:
    """A chart being drawn: blocks in a row, a fork among them with blocks in its branches."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.steps: list[Step] = []
        self.edges: list[Edge] = []
        self.numbers = count(1)

    def step(self, kind: StepKind, **more: Any) -> str:
        name = f"{kind.value}{next(self.numbers)}"
        line = self.draw(st.sampled_from(LINES))
        who = None if kind in (StepKind.FORK, StepKind.JOIN) else Who(line=line, at=At.DECIDING, role="handler")
        self.steps.append(Step(id=name, name=name, kind=kind, who=who, **more))
        return name

    def link(self, source: str, target: str, when: Condition | None = None) -> None:
        self.edges.append(Edge(source=source, target=target, when=when))

    def blocks(self, source: str, depth: int, when: Condition | None = None) -> str:
        """A row of blocks after a step; its last step."""
        last = source
        for _ in range(self.draw(st.integers(1, 3))):
            fork = depth > 0 and self.draw(st.booleans())
            first, end = self.forked(depth) if fork else self.worked()
            self.link(last, first, when)
            last, when = end, None
        return last

    def worked(self) -> tuple[str, str]:
        kind = self.draw(st.sampled_from(WORKED))
        more: dict[str, Any] = {"optional": self.draw(st.booleans())}
        if kind is StepKind.SPECIAL:
            more |= {"clock": ClockEffect.STOPS, "ground": Ground.EXPERT_REVIEW}
        if kind is StepKind.CONSULT:
            more["silence"] = self.draw(st.sampled_from(Silence))
        if kind is StepKind.WAIT:
            more["limit"] = Limit.parse("7d")
        if kind is StepKind.SUBCASE:
            more["item"] = "许可-1"
        name = self.step(kind, **more)
        if kind is not StepKind.REVIEW or not self.draw(st.booleans()):
            return name, name
        again = self.step(StepKind.REVIEW)  # what fails here goes back to the step before
        self.link(name, again)
        self.link(again, name, Condition(question=f"outcome:{again}", values=("fail",)))
        return name, again

    def forked(self, depth: int) -> tuple[str, str]:
        fork = self.step(StepKind.FORK)
        ends = [
            self.blocks(fork, depth - 1, self.draw(st.sampled_from((None, *CONDITIONS))))
            for _ in range(self.draw(st.integers(1, 3)))
        ]
        rule = self.draw(st.sampled_from(JoinRule))
        need = self.draw(st.integers(1, 3)) if rule is JoinRule.SOME else 0
        join = self.step(StepKind.JOIN, opens=fork, rule=rule, need=need)
        for end in ends:
            self.link(end, join)
        if self.draw(st.integers(0, 4)) == 0:
            self.link(fork, join, self.draw(st.sampled_from((None, *CONDITIONS))))  # a branch without work
        return fork, join


@st.composite
def flows(draw: Any) -> Flow:
    """A well-formed flow: accepted first, supervised last, forks and joins in pairs."""
    drawing = _Drawing(draw)
    accept = drawing.step(StepKind.ACCEPT, clock=ClockEffect.BEFORE)
    last = drawing.blocks(accept, 2)
    for kind in (StepKind.DELIVER, StepKind.SUPERVISE):
        after = drawing.step(kind, clock=ClockEffect.AFTER)
        drawing.link(last, after)
        last = after
    lead = Who(line="X", at=At.DECIDING, role="decider")
    return Flow(kind=FlowKind.JOINT, lead=lead, steps=tuple(drawing.steps), edges=tuple(drawing.edges))


@st.composite
def events(draw: Any, flow: Flow, number: int) -> FlowEvent:
    """Anything anybody might try, at the right moment or not."""
    step = draw(st.sampled_from([s.id for s in flow.steps] + ["nowhere"]))
    words = sorted({word for known in OUTCOMES.values() for word in known} | {SKIP, "nonsense"})
    at = START + timedelta(hours=number)
    kind = draw(st.sampled_from((Finish, Finish, Finish, Finish, Suspend, Resume, Return, TakeBack, Cancel, Begin)))
    if kind is Finish:
        return Finish(step=step, outcome=draw(st.sampled_from(words)), at=at)
    if kind is Suspend:
        return Suspend(step=step, notice=draw(st.sampled_from(("通知 1 号", " "))), at=at)
    if kind is Resume:
        return Resume(step=step, at=at)
    if kind is TakeBack:
        return TakeBack(step=step, at=at)
    if kind is Return:
        return Return(step=step, to=draw(st.sampled_from([s.id for s in flow.steps])), at=at)
    return Cancel(end=draw(st.sampled_from(("withdrawn", "done", ""))), at=at) if kind is Cancel else Begin(at=at)


def walk(flow: Compiled, data: Any, events_at_most: int = 25) -> Iterator[tuple[Progress, FlowEvent, Any]]:
    """A history: (state before, event, what came of it: the next state with effects, or the refusal)."""
    state = Progress()
    tried: FlowEvent = Begin(at=START)
    for number in range(events_at_most):
        try:
            result: Any = advance(flow, state, tried, FACTS)
        except Refused as refusal:
            result = refusal
        yield state, tried, result
        if not isinstance(result, Refused):
            state = result[0]
        tried = data.draw(likely(flow, state, number + 1) | events(flow.flow, number + 1))


def likely(flow: Compiled, state: Progress, number: int) -> st.SearchStrategy[FlowEvent]:
    """An event that fits the state, so that histories get somewhere."""
    at = START + timedelta(hours=number)
    fitting: list[FlowEvent] = [
        Finish(step=token.step, outcome=outcome, at=at)
        for token in state.open
        for outcome in sorted(OUTCOMES[flow.steps[token.step].kind])
    ]
    fitting += [TakeBack(step=d.step, at=at) for d in state.done[-1:]]
    fitting += [
        Suspend(step=token.step, notice="通知 2 号", at=at)
        for token in state.open
        if flow.steps[token.step].kind is StepKind.SPECIAL
    ]
    fitting += [
        Return(step=token.step, to=to, at=at)
        for token in state.open
        for to in sorted(earlier_steps(flow, token.step) & {d.step for d in state.done})
    ]
    return st.sampled_from(fitting or [Begin(at=at)])


def to_the_end(flow: Compiled, state: Progress) -> Progress:
    """Finish what is open with its first fitting outcome, again and again; the state at the end.

    A state without a way to the end, or that goes round in circles, is an assertion.
    """
    for number in range(500):
        if state.ended:
            return state
        assert state.open, state
        token = state.open[0]
        step = flow.steps[token.step]
        outcome = max(OUTCOMES[step.kind])  # what passes
        state, _ = advance(flow, state, Finish(step=step.id, outcome=outcome, at=START + timedelta(days=number)), FACTS)
    raise AssertionError("no end in 500 events")


__all__ = ["FACTS", "START", "compiled", "events", "flows", "to_the_end", "walk"]
