"""基准·流程 — a step of the joint example through `advance`, beside a bare token game on the same chart.

Both read the state from JSON, move it by one event and write it as JSON again. The bare game knows tokens, forks and
joins and nothing else: no clock, no refusals, no rounds, no returns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from yiwang.casework.messages.flow import Begin, Facts, Finish, Progress
from yiwang.casework.rules.flow import Compiled, advance, compiled
from yiwang.catalogue.messages import Flow, StepKind
from yiwang.catalogue.seed import demo_items
from yiwang.plumbing.work import SHANGHAI

JOINT = "许可-90015-000"
FACTS: Facts = {"categories": ("cma", "food", "environment"), "premises": "owned"}
WALK = (
    "accept accept,fetch complete,review_cma pass,review_food pass,review_environment pass,expert skip,"
    "decide_cma grant,decide_food grant,decide_environment grant,issue issued,deliver delivered,supervise created"
)
ROUNDS, REPEATS = 40, 25
MICRO = 1e6


class _Token(msgspec.Struct):
    step: str
    since: datetime


class _Done(msgspec.Struct):
    step: str
    outcome: str
    at: datetime


class _State(msgspec.Struct):
    open: list[_Token]
    waiting: dict[str, int]
    done: list[_Done]


class BareGame:
    """裸令牌: tokens along the edges of a chart."""

    def __init__(self, flow: Flow, facts: Facts) -> None:
        self.start = flow.steps[0].id
        self.kinds: Mapping[str, StepKind] = {s.id: s.kind for s in flow.steps}
        self.joins = {s.opens: s.id for s in flow.steps if s.kind is StepKind.JOIN}
        self.forks = {join: fork for fork, join in self.joins.items()}
        self.after: dict[str, list[str]] = {s.id: [] for s in flow.steps}
        for edge in flow.edges:
            given = facts.get(edge.when.question, ()) if edge.when else ()
            if edge.when is None or set(edge.when.values) & set(given):
                self.after[edge.source].append(edge.target)

    def enter(self, state: _State, step: str, at: datetime) -> None:
        """A token arrives."""
        kind = self.kinds[step]
        if kind is StepKind.FORK:
            state.waiting[step] = len(self.after[step])
            for target in self.after[step]:
                self.enter(state, target, at)
        elif kind is StepKind.JOIN:
            fork = self.forks[step]
            state.waiting[fork] -= 1
            if not state.waiting[fork]:
                del state.waiting[fork]
                self.enter(state, self.after[step][0], at)
        else:
            state.open.append(_Token(step, at))

    def finish(self, state: _State, step: str, outcome: str, at: datetime) -> None:
        """A step is done."""
        state.open = [t for t in state.open if t.step != step]
        state.done.append(_Done(step, outcome, at))
        for target in self.after[step]:
            self.enter(state, target, at)


def measure() -> dict[str, float]:
    """Microseconds of processor time a step, ours and bare, the best of some rounds, and the ratio of the two."""
    flow = next(item for item in demo_items() if item.code == JOINT).flow
    at = datetime(2017, 8, 14, 9, tzinfo=SHANGHAI)
    events = [_finish(word, at + timedelta(hours=n)) for n, word in enumerate(WALK.split(","))]
    ours, bare = _ours(compiled(flow), events, at), _bare(BareGame(flow, FACTS), events, at)
    bare()
    ours()
    pairs = [(_best(ours), _best(bare)) for _ in range(3)]
    mine, theirs = min(a for a, _ in pairs), min(b for _, b in pairs)
    count = len(events)
    return {
        "us": round(mine / count * MICRO, 2),
        "bare_us": round(theirs / count * MICRO, 2),
        "ratio": round(mine / theirs, 2),
    }


def _finish(word: str, at: datetime) -> Finish:
    step, outcome = word.split()
    return Finish(step=step, outcome=outcome, at=at)


def _ours(flow: Compiled, events: list[Finish], at: datetime) -> Callable[[], object]:
    encode, decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(Progress).decode
    first = encode(advance(flow, Progress(), Begin(at=at), FACTS)[0])

    def walk() -> Progress:
        text = first
        for event in events:
            state, _ = advance(flow, decode(text), event, FACTS)
            text = encode(state)
        assert state.ended == "done"
        return state

    return walk


def _bare(game: BareGame, events: list[Finish], at: datetime) -> Callable[[], object]:
    encode, decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(_State).decode
    begun = _State([], {}, [])
    game.enter(begun, game.start, at)
    first = encode(begun)

    def walk() -> _State:
        text = first
        for event in events:
            state = decode(text)
            game.finish(state, event.step, event.outcome, event.at)
            text = encode(state)
        assert not state.open
        return state

    return walk


def _best(walk: Callable[[], object]) -> float:
    """The best of some rounds: what else the machine does only ever adds."""
    found = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(REPEATS):
            walk()
        found.append((time.process_time() - started) / REPEATS)
    return min(found)
