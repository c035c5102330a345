"""流程推进 — a flow chart executed as drawn: one event in, the next state and what follows from it out.

`advance` is pure and total: any event in any state gives a result or a Refused, never anything else.

A state (`Progress`) holds when:
- every token stands on a step that somebody works; forks and joins never hold a token, and no step holds two;
- for each fork whose join has not let pass, `branching` says how many branches it waits for and how many have arrived;
- `suspended` names the special procedures that stop the clock, each of them an open step;
- `done` is all that was finished, in order: the state follows from it alone, but for `suspended`;
- `ended` is empty while a token is open, and the word of the end when none is.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from yiwang.casework.messages.flow import (
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
    TakeBack,
    Token,
)
from yiwang.casework.rules.chart import Compiled, Way, compile_flow, compiled, earlier_steps
from yiwang.catalogue.messages import OUTCOMES, ClockEffect, JoinRule, Silence, Step, StepKind
from yiwang.ground.outcome import Conflict, Refused

# One door to the flow: the chart's index is had from here.
__all__ = [
    "OUTCOMES",
    "SKIP",
    "Compiled",
    "advance",
    "compile_flow",
    "compiled",
    "earlier_steps",
    "refold",
    "takes_back",
]

SKIP = "skip"
RETURNED = "returned"
CANCELLED = "cancelled"
TAKEN_BACK = "taken_back"
DONE = "done"
MOST_ROUNDS = 100
"""A step that was opened this often is not opened again: the chart goes round in circles."""

_UNDONE = frozenset({StepKind.REVIEW, StepKind.CONSULT, StepKind.SPECIAL})
"""What may be taken back: words to colleagues; an acceptance, a decision, a delivery have reached the applicant."""


@lru_cache(maxsize=4096)
def _closed(step: str, outcome: str) -> StepClosed:
    """The same few effects in every case: making one anew costs more than finding it."""
    return StepClosed(step=step, outcome=outcome)


@lru_cache(maxsize=4096)
def _opened(step: str, rounds: int) -> StepOpened:
    return StepOpened(step=step, round=rounds)


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
        self.suspended = list(state.suspended)
        self.effects: list[Effect] = []

    def token(self, step: str) -> Token:
        for token in self.open:
            if token.step == step:
                return token
        self.flow.step(step)
        raise Conflict("flow.step_not_open", step=step)

    def holds(self, way: Way) -> bool:
        if way.always:
            return True
        if way.step:
            last = next((d.outcome for d in reversed(self.done) if d.step == way.step), "")
            return last in way.values
        return way.answered(self.facts)

    def close(self, token: Token, outcome: str, to: str = "") -> None:
        if token.step in self.suspended:
            self.resume(token.step)
        self.open = [t for t in self.open if t is not token]
        self.done.append(Done(step=token.step, outcome=outcome, at=self.at, round=token.round, to=to))
        self.effects.append(_closed(token.step, outcome))

    def close_all(self, steps: frozenset[str]) -> None:
        """Branches nobody waits for any more: their open steps end, and what they had forked."""
        for token in [t for t in self.open if t.step in steps]:
            self.close(token, CANCELLED)
        for fork in steps & self.branching.keys():
            del self.branching[fork]

    def resume(self, step: str) -> None:
        place = self.suspended.index(step)
        del self.suspended[place]
        self.effects.append(ClockResumed(step=step, place=place))

    def enter(self, step_id: str, source: str = "") -> None:
        """A token arrives at a step: forks and joins pass it on, other steps hold it."""
        step = self.flow.steps[step_id]
        if step.kind is StepKind.FORK:
            self._fork(step)
        elif step.kind is StepKind.JOIN:
            self._join(step, source)
        else:
            self._open(step)

    def _open(self, step: Step) -> None:
        rounds = len([None for d in self.done if d.step == step.id])
        if rounds >= MOST_ROUNDS or step.id in [t.step for t in self.open]:
            raise Refused("flow.in_circles", step=step.name)
        if step.clock is ClockEffect.AFTER and not self._met():
            self.effects.append(ClockMet())
        self.open.append(Token(step=step.id, since=self.at, round=rounds))
        self.effects.append(_opened(step.id, rounds))

    def _met(self) -> bool:
        """Whether a step after the limit was opened before: the clock is met once."""
        steps = self.flow.steps
        past = [d.step for d in self.done] + [t.step for t in self.open]
        return any(steps[s].clock is ClockEffect.AFTER for s in past if s in steps)

    def _fork(self, fork: Step) -> None:
        targets = [way.target for way in self.flow.ways[fork.id] if self.holds(way)]
        join = self.flow.steps[self.flow.joins[fork.id]]
        if not targets:
            self.leave(join.id)
            return
        need = min(max(join.need, 1), len(targets)) if join.rule is JoinRule.SOME else len(targets)
        self.branching[fork.id] = Branching(fork=fork.id, need=need)
        for target in targets:
            if fork.id in self.branching:
                self.enter(target, fork.id)

    def _join(self, join: Step, source: str) -> None:
        fork = join.opens
        waiting = self.branching.get(fork) or Branching(fork=fork, need=1)
        arrived = waiting.arrived + 1
        lead = join.rule is JoinRule.LEAD and self.flow.branch(fork, source) in self.flow.leads[fork]
        if arrived < waiting.need and not lead:
            self.branching[fork] = Branching(fork=fork, need=waiting.need, arrived=arrived)
            return
        self.branching.pop(fork, None)
        if join.rule is not JoinRule.ALL:
            self.close_all(self.flow.inside[fork])
        self.leave(join.id)

    def leave(self, step_id: str) -> None:
        """A token leaves a step along the one edge that holds; a conditional edge goes before an unconditional one."""
        ways = self.flow.ways[step_id]
        if not ways:
            return
        if len(ways) == 1 and ways[0].always:
            self.enter(ways[0].target, step_id)
            return
        chosen = next((way for way in ways if not way.always and self.holds(way)), None)
        chosen = chosen or next((way for way in ways if way.always), None)
        if chosen is None:
            raise Refused("flow.no_way", step=self.flow.steps[step_id].name)
        self.enter(chosen.target, step_id)

    def result(self, ended: str = "") -> tuple[Progress, tuple[Effect, ...]]:
        if not self.open and not ended:
            ended = DONE
        if ended:
            steps = self.flow.steps
            # A cancelled acceptance never started the clock.
            started = any(d.outcome == "accept" and d.step in steps for d in self.done)
            if started and not self._met() and not any(isinstance(e, ClockMet) for e in self.effects):
                self.effects.append(ClockMet())
            self.effects.append(Ended(end=ended))
        return self.state(ended), tuple(self.effects)

    def state(self, ended: str = "") -> Progress:
        return Progress(
            open=tuple(self.open),
            branching=tuple(self.branching.values()),
            done=tuple(self.done),
            suspended=tuple(self.suspended),
            ended=ended,
        )


def advance(flow: Compiled, state: Progress, event: FlowEvent, facts: Facts) -> tuple[Progress, tuple[Effect, ...]]:
    """推进: the state after an event, and what it asks for in order.

    Conflict `flow.ended`, `flow.begun`, `flow.step_not_open`, `flow.already_suspended`, `flow.not_suspended`; Refused
    `flow.not_begun`, `flow.unknown_step`, `flow.outcome_unknown`, `flow.not_optional`, `flow.not_special`,
    `flow.no_notice` (行政许可法 45), `flow.silence_waits`, `flow.cannot_return`, `flow.cannot_take_back`,
    `flow.no_way`, `flow.in_circles`.
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
        case TakeBack():
            return _take_back(flow, state, event, facts)
        case Cancel():
            return _cancel(run, event)
    return run.result()


def _finish(run: _Run, event: Finish) -> None:
    token = run.token(event.step)
    step = run.flow.step(event.step)
    if event.outcome == SKIP:
        if not step.optional or step.id in run.suspended:
            raise Refused("flow.not_optional", step=step.name)
    elif event.outcome not in OUTCOMES[step.kind]:
        raise Refused("flow.outcome_unknown", step=step.name, outcome=event.outcome[:40])
    elif event.outcome == "deemed" and step.silence is not Silence.DEEMED:
        raise Refused("flow.silence_waits", step=step.name)
    run.close(token, event.outcome)
    if step.kind is StepKind.ACCEPT:
        run.effects.append(ClockStarted())
    run.leave(step.id)


def _suspend(run: _Run, event: Suspend) -> None:
    run.token(event.step)
    step = run.flow.step(event.step)
    if step.kind is not StepKind.SPECIAL or step.clock is not ClockEffect.STOPS or step.ground is None:
        raise Refused("flow.not_special", clause="行政许可法 45", step=step.name)
    if not event.notice.strip():
        raise Refused("flow.no_notice", clause="行政许可法 45")
    if step.id in run.suspended:
        raise Conflict("flow.already_suspended", step=step.name)
    run.suspended.append(step.id)
    run.effects.append(ClockStopped(step=step.id, ground=step.ground, notice=event.notice))


def _resume(run: _Run, step: str) -> None:
    run.token(step)
    if step not in run.suspended:
        raise Conflict("flow.not_suspended", step=run.flow.step(step).name)
    run.resume(step)


def _return(run: _Run, event: Return) -> None:
    """Back to a step on the way to this one. Out of a fork, its other branches end with it; into a fork whose join has
    let pass, that one branch is worked again and nothing else.
    """
    flow, token = run.flow, run.token(event.step)
    step, target = flow.step(event.step), flow.step(event.to)
    finished = any(d.step == target.id for d in run.done)
    if step.id in run.suspended or not finished or target.id not in earlier_steps(flow, step.id):
        raise Refused("flow.cannot_return", step=step.name, to=target.name)
    run.close(token, RETURNED, target.id)
    around, inner = dict(flow.around[step.id]), dict(flow.around[target.id])
    for fork, _ in flow.around[step.id]:
        if inner.get(fork) != around[fork]:
            run.close_all(flow.inside[fork])
            run.branching.pop(fork, None)
            break
    for fork, _ in flow.around[target.id]:
        if fork not in run.branching:
            run.branching[fork] = Branching(fork=fork, need=1)
    run.enter(target.id)


def _cancel(run: _Run, event: Cancel) -> tuple[Progress, tuple[Effect, ...]]:
    if not event.end or event.end == DONE:
        raise Refused("flow.outcome_unknown", step="", outcome=event.end)
    for token in list(run.open):
        run.close(token, CANCELLED)
    run.branching = {}
    return run.result(event.end)


def _take_back(flow: Compiled, state: Progress, event: TakeBack, facts: Facts) -> tuple[Progress, tuple[Effect, ...]]:
    """The state before the last step was finished, refolded from all that was finished before it."""
    step = flow.step(event.step)
    last = next((d for d in reversed(state.done) if d.outcome != CANCELLED), None)
    no = Refused("flow.cannot_take_back", step=step.name)
    if last is None or last.step != step.id or last.outcome == RETURNED or step.kind not in _UNDONE:
        raise no
    try:
        before = refold(flow, state.done[: state.done.index(last)], facts, last.at)
        before = before._replace(suspended=state.suspended)
        after, effects = advance(flow, before, Finish(step=step.id, outcome=last.outcome, at=last.at), facts)
    except Refused as refusal:
        raise no from refusal
    opened = [e for e in effects if isinstance(e, StepOpened)]
    told = [e for e in effects if not isinstance(e, StepOpened | StepClosed)]
    stopped = set(state.suspended) - {t.step for t in before.open}
    if told or stopped or len(effects) != len(opened) + 1 or set(after.open) != set(state.open):
        raise no
    undone: list[Effect] = [StepClosed(step=e.step, outcome=TAKEN_BACK) for e in opened]
    token = next(t for t in before.open if t.step == step.id)
    return before, (*undone, StepOpened(step=step.id, round=token.round))


def takes_back(flow: Compiled, state: Progress, step: str, facts: Facts) -> bool:
    """可否撤回: whether a step can be taken back in this state, as far as the flow is concerned."""
    if state.ended or not state.done:
        return False
    try:
        advance(flow, state, TakeBack(step=step, at=state.done[-1].at), facts)
    except Refused:
        return False
    return True


def refold(flow: Compiled, done: tuple[Done, ...], facts: Facts, at: datetime) -> Progress:
    """重走: the state that follows from what was finished; cancelled steps follow from the others. Refused where the
    chart could not have gone so.
    """
    state, _ = advance(flow, Progress(), Begin(at=done[0].at if done else at), facts)
    for d in done:
        if d.outcome == CANCELLED:
            continue
        if d.outcome == RETURNED:
            state, _ = advance(flow, state, Return(step=d.step, to=d.to, at=d.at), facts)
        else:
            state, _ = advance(flow, state, Finish(step=d.step, outcome=d.outcome, at=d.at), facts)
    return state
