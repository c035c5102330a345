"""流程推进 — a flow chart executed as drawn: one event in, the next state and what follows from it out.

`advance` is pure and total: any event in any state gives a result or a Refused, never anything else.

A state (`Progress`) holds when:
- every token stands on a step that somebody works; forks and joins never hold a token;
- for each fork that has opened, `branching` says how many branches were opened and how many have arrived;
- `suspended` names the special procedure that stops the clock, which is then an open step;
- `ended` is empty while a token is open, and the word of the end when none is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from yiwang.casework.messages import (
    Begin,
    Branching,
    Cancel,
    ClockMet,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    Done,
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
    Token,
)
from yiwang.catalogue.messages import ClockEffect, Condition, Edge, Flow, Silence, Step, StepKind
from yiwang.ground.outcome import Conflict, Refused

OUTCOMES: Mapping[StepKind, frozenset[str]] = {
    StepKind.ACCEPT: frozenset({"accept"}),
    StepKind.FETCH: frozenset({"complete", "pending"}),
    StepKind.REVIEW: frozenset({"pass", "fail"}),
    StepKind.CONSULT: frozenset({"agree", "disagree", "conditional", "no_competence", "deemed"}),
    StepKind.SPECIAL: frozenset({"pass", "fail"}),
    StepKind.DECIDE: frozenset({"grant", "refuse"}),
    StepKind.ISSUE: frozenset({"issued"}),
    StepKind.DELIVER: frozenset({"delivered"}),
    StepKind.SUPERVISE: frozenset({"created"}),
}
SKIP = "skip"
RETURNED = "returned"
CANCELLED = "cancelled"
DONE = "done"


@dataclass(frozen=True, slots=True)
class Compiled:
    """流程图索引: a flow with its steps and edges by id; made once a published version."""

    flow: Flow
    steps: Mapping[str, Step]
    after: Mapping[str, tuple[Edge, ...]]
    before: Mapping[str, tuple[str, ...]]
    joins: Mapping[str, str]  # fork → its join
    start: str

    def step(self, step: str) -> Step:
        """A step of the flow; Refused `flow.unknown_step` for one that is not in it."""
        found = self.steps.get(step)
        if found is None:
            raise Refused("flow.unknown_step", step=step[:64])
        return found


def compile_flow(flow: Flow) -> Compiled:
    """Index a flow that the catalogue has found well-formed."""
    after: dict[str, list[Edge]] = {s.id: [] for s in flow.steps}
    before: dict[str, list[str]] = {s.id: [] for s in flow.steps}
    for edge in flow.edges:
        after[edge.source].append(edge)
        before[edge.target].append(edge.source)
    return Compiled(
        flow=flow,
        steps={s.id: s for s in flow.steps},
        after={k: tuple(v) for k, v in after.items()},
        before={k: tuple(v) for k, v in before.items()},
        joins={s.opens: s.id for s in flow.steps if s.kind is StepKind.JOIN},
        start=next(s.id for s in flow.steps if not before[s.id]),
    )


@dataclass(frozen=True, slots=True)
class _ById:
    """A flow hashed by identity: published flows live as long as the process, and hashing one whole is slow."""

    flow: Flow

    def __hash__(self) -> int:
        return id(self.flow)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.flow is self.flow


@lru_cache(maxsize=4096)
def _compiled(key: _ById) -> Compiled:
    return compile_flow(key.flow)


def compiled(flow: Flow) -> Compiled:
    """The index of a flow, kept for the next time."""
    return _compiled(_ById(flow))


class _Run:
    """One advance on its way: the state being made and the effects so far."""

    __slots__ = ("at", "branching", "done", "effects", "facts", "flow", "open", "suspended")

    def __init__(self, flow: Compiled, state: Progress, facts: Facts, at: datetime) -> None:
        self.flow = flow
        self.facts = facts
        self.at = at
        self.open = list(state.open)
        self.branching = {b.fork: b for b in state.branching}
        self.done = list(state.done)
        self.suspended = state.suspended
        self.effects: list[Effect] = []

    def token(self, step: str) -> Token:
        for token in self.open:
            if token.step == step:
                return token
        self.flow.step(step)
        raise Conflict("flow.step_not_open", step=step)

    def holds(self, condition: Condition | None) -> bool:
        if condition is None:
            return True
        if condition.question.startswith("outcome:"):
            step = condition.question.removeprefix("outcome:")
            last = next((d.outcome for d in reversed(self.done) if d.step == step), "")
            return last in condition.values
        given = self.facts.get(condition.question, ())
        values = (given,) if isinstance(given, str) else given
        return any(v in condition.values for v in values)

    def close(self, token: Token, outcome: str) -> None:
        self.open.remove(token)
        self.done.append(Done(step=token.step, outcome=outcome, at=self.at, round=token.round))
        self.effects.append(StepClosed(step=token.step, outcome=outcome))

    def enter(self, step_id: str) -> None:
        """A token arrives at a step: forks and joins pass it on, other steps hold it."""
        step = self.flow.steps[step_id]
        if step.kind is StepKind.FORK:
            self._fork(step)
        elif step.kind is StepKind.JOIN:
            self._join(step)
        else:
            self._open(step)

    def _open(self, step: Step) -> None:
        rounds = sum(d.step == step.id for d in self.done)
        if step.clock is ClockEffect.AFTER and not self._met():
            self.effects.append(ClockMet())
        self.open.append(Token(step=step.id, since=self.at, round=rounds))
        self.effects.append(StepOpened(step=step.id, round=rounds))

    def _met(self) -> bool:
        """Whether a step after the limit was opened before: the clock is met once."""
        steps = self.flow.steps
        past = [d.step for d in self.done] + [t.step for t in self.open]
        return any(steps[s].clock is ClockEffect.AFTER for s in past)

    def _fork(self, fork: Step) -> None:
        targets = [e.target for e in self.flow.after[fork.id] if self.holds(e.when)]
        if not targets:
            self.leave(self.flow.joins[fork.id])
            return
        self.branching[fork.id] = Branching(fork=fork.id, branches=len(targets))
        for target in targets:
            self.enter(target)

    def _join(self, join: Step) -> None:
        waiting = self.branching[join.opens]
        arrived = replace(waiting, arrived=waiting.arrived + 1)
        self.branching[join.opens] = arrived
        if arrived.arrived == arrived.branches:
            del self.branching[join.opens]
            self.leave(join.id)

    def leave(self, step_id: str) -> None:
        """A token leaves a step along the one edge that holds; a conditional edge goes before an unconditional one."""
        edges = self.flow.after[step_id]
        if len(edges) == 1 and edges[0].when is None:
            self.enter(edges[0].target)
            return
        chosen = next((e for e in edges if e.when is not None and self.holds(e.when)), None)
        chosen = chosen or next((e for e in edges if e.when is None), None)
        if chosen is not None:
            self.enter(chosen.target)

    def result(self, ended: str = "") -> tuple[Progress, tuple[Effect, ...]]:
        if not self.open and not ended:
            ended = DONE
        if ended:
            started = any(self.flow.steps[d.step].kind is StepKind.ACCEPT for d in self.done)
            if started and not self._met() and not any(isinstance(e, ClockMet) for e in self.effects):
                self.effects.append(ClockMet())
            self.effects.append(Ended(end=ended))
        state = Progress(
            open=tuple(self.open),
            branching=tuple(self.branching.values()),
            done=tuple(self.done),
            suspended=self.suspended,
            ended=ended,
        )
        return state, tuple(self.effects)


def advance(flow: Compiled, state: Progress, event: FlowEvent, facts: Facts) -> tuple[Progress, tuple[Effect, ...]]:
    """推进: the state after an event, and what it asks for in order.

    Conflict `flow.ended`, `flow.begun`, `flow.step_not_open`, `flow.already_suspended`, `flow.not_suspended`; Refused
    `flow.not_begun`, `flow.unknown_step`, `flow.outcome_unknown`, `flow.not_optional`, `flow.not_special`,
    `flow.no_notice` (行政许可法 45), `flow.cannot_return`.
    """
    if state.ended:
        raise Conflict("flow.ended", end=state.ended)
    run = _Run(flow, state, facts, event.at)
    if isinstance(event, Begin):
        if state.open or state.done:
            raise Conflict("flow.begun")
        run.enter(flow.start)
        return run.result()
    if not state.open:
        raise Refused("flow.not_begun")
    match event:
        case Finish():
            _finish(run, event)
        case Suspend():
            _suspend(run, event)
        case Resume():
            _resume(run, event.step)
        case Return():
            _return(run, event)
        case Cancel():
            return _cancel(run, event)
    return run.result()


def _finish(run: _Run, event: Finish) -> None:
    token = run.token(event.step)
    step = run.flow.steps[event.step]
    if event.outcome == SKIP:
        if not step.optional or run.suspended == step.id:
            raise Refused("flow.not_optional", step=step.name)
    elif event.outcome not in OUTCOMES[step.kind]:
        raise Refused("flow.outcome_unknown", step=step.name, outcome=event.outcome[:40])
    elif event.outcome == "deemed" and step.silence is not Silence.DEEMED:
        raise Refused("flow.silence_waits", step=step.name)
    if run.suspended == step.id:
        _resume(run, step.id)
    run.close(token, event.outcome)
    if step.kind is StepKind.ACCEPT:
        run.effects.append(ClockStarted())
    run.leave(step.id)


def _suspend(run: _Run, event: Suspend) -> None:
    run.token(event.step)
    step = run.flow.steps[event.step]
    if step.kind is not StepKind.SPECIAL or step.clock is not ClockEffect.STOPS or step.ground is None:
        raise Refused("flow.not_special", clause="行政许可法 45", step=step.name)
    if not event.notice.strip():
        raise Refused("flow.no_notice", clause="行政许可法 45")
    if run.suspended:
        raise Conflict("flow.already_suspended", step=run.flow.steps[run.suspended].name)
    run.suspended = step.id
    run.effects.append(ClockStopped(step=step.id, ground=step.ground, notice=event.notice))


def _resume(run: _Run, step: str) -> None:
    run.token(step)
    if run.suspended != step:
        raise Conflict("flow.not_suspended", step=run.flow.steps[step].name)
    run.suspended = ""
    run.effects.append(ClockResumed(step=step))


def _return(run: _Run, event: Return) -> None:
    """Back to an earlier step of the same branch: walked back along the chart without passing a fork, a join or the
    start.
    """
    token = run.token(event.step)
    target = run.flow.step(event.to)
    if run.suspended == event.step or not _same_branch(run.flow, event.step, event.to):
        raise Refused("flow.cannot_return", step=run.flow.steps[event.step].name, to=target.name)
    if not any(d.step == event.to for d in run.done):
        raise Refused("flow.cannot_return", step=run.flow.steps[event.step].name, to=target.name)
    run.close(token, RETURNED)
    run.enter(event.to)


def _same_branch(flow: Compiled, step: str, to: str) -> bool:
    seen: set[str] = set()
    waiting = list(flow.before[step])
    while waiting:
        back = waiting.pop()
        kind = flow.steps[back].kind
        if back in seen or kind in (StepKind.FORK, StepKind.JOIN, StepKind.ACCEPT, StepKind.FETCH, StepKind.DECIDE):
            continue
        if back == to:
            return True
        seen.add(back)
        waiting += flow.before[back]
    return False


def _cancel(run: _Run, event: Cancel) -> tuple[Progress, tuple[Effect, ...]]:
    if not event.end or event.end == DONE:
        raise Refused("flow.outcome_unknown", step="", outcome=event.end)
    if run.suspended:
        _resume(run, run.suspended)
    for token in list(run.open):
        run.close(token, CANCELLED)
    run.branching = {}
    return run.result(event.end)
