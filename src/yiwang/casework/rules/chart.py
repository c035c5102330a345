"""流程图索引 — a flow chart with its steps, edges and nesting at hand; made once a published version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from yiwang.casework.messages.flow import Facts, Progress
from yiwang.catalogue.messages import Edge, Flow, Step, StepKind
from yiwang.ground.outcome import Refused

Around = tuple[tuple[str, str], ...]
"""The forks around a step, the outermost first, each with the first step of the branch that the step is in."""

_BORDERS = (StepKind.ACCEPT, StepKind.FETCH, StepKind.DECIDE)
"""Behind these nothing goes back: an acceptance and a decision have been told to the applicant."""


OUTCOME_OF = "outcome:"


@dataclass(frozen=True, slots=True)
class Way:
    """去向: where an edge leads, and when: always, or when an answer to `question` or the last outcome of `step` is one
    of `values`.
    """

    target: str
    always: bool = True
    question: str = ""
    step: str = ""
    values: frozenset[str] = frozenset()

    def answered(self, facts: Facts) -> bool:
        """Whether the applicant's answers to its question lead this way."""
        given = facts.get(self.question, ())
        return given in self.values if isinstance(given, str) else not self.values.isdisjoint(given)


def _way(edge: Edge) -> Way:
    if edge.when is None:
        return Way(edge.target)
    asked, values = edge.when.question, frozenset(edge.when.values)
    if asked.startswith(OUTCOME_OF):
        return Way(edge.target, always=False, step=asked.removeprefix(OUTCOME_OF), values=values)
    return Way(edge.target, always=False, question=asked, values=values)


@dataclass(frozen=True, slots=True)
class Compiled:
    """流程图索引: steps, edges and ways by step; `joins` maps a fork to its join, `inside` to the steps between the
    two, `leads` to the branches of the lead's line.
    """

    flow: Flow
    steps: Mapping[str, Step]
    after: Mapping[str, tuple[Edge, ...]]
    ways: Mapping[str, tuple[Way, ...]]
    before: Mapping[str, tuple[str, ...]]
    joins: Mapping[str, str]
    around: Mapping[str, Around]
    inside: Mapping[str, frozenset[str]]
    leads: Mapping[str, frozenset[str]]
    start: str

    def step(self, step: str) -> Step:
        """A step of the flow; Refused `flow.unknown_step` for one that is not in it."""
        found = self.steps.get(step)
        if found is None:
            raise Refused("flow.unknown_step", step=step[:64])
        return found

    def branch(self, fork: str, step: str) -> str:
        """The first step of the branch of a fork in which a step lies; empty when it lies in none."""
        return next((entry for outer, entry in self.around[step] if outer == fork), "")


def compile_flow(flow: Flow) -> Compiled:
    """Index a flow that the catalogue has found well-formed."""
    steps = {s.id: s for s in flow.steps}
    after: dict[str, list[Edge]] = {s: [] for s in steps}
    before: dict[str, list[str]] = {s: [] for s in steps}
    for edge in flow.edges:
        after[edge.source].append(edge)
        before[edge.target].append(edge.source)
    start = next(s for s in steps if not before[s])
    joins = {s.opens: s.id for s in flow.steps if s.kind is StepKind.JOIN}
    around = _nesting(steps, after, start)
    inside = {fork: frozenset(s for s in steps if any(f == fork for f, _ in around.get(s, ()))) for fork in joins}
    leads = {
        fork: frozenset(
            entry for s in inside[fork] if _leads(flow, steps[s]) for outer, entry in around[s] if outer == fork
        )
        for fork in joins
    }
    return Compiled(
        flow=flow,
        steps=steps,
        after={k: tuple(v) for k, v in after.items()},
        ways={k: tuple(map(_way, v)) for k, v in after.items()},
        before={k: tuple(v) for k, v in before.items()},
        joins=joins,
        around={s: around.get(s, ()) for s in steps},
        inside=inside,
        leads=leads,
        start=start,
    )


def _leads(flow: Flow, step: Step) -> bool:
    return step.who is not None and step.who.line == flow.lead.line


def _nesting(steps: Mapping[str, Step], after: Mapping[str, list[Edge]], start: str) -> dict[str, Around]:
    """The forks around each step, by walking the chart once: a fork's branches end at its join."""
    found: dict[str, Around] = {start: ()}
    waiting = [start]
    while waiting:
        source = waiting.pop()
        for edge in after[source]:
            if edge.target in found:
                continue
            target, outer = steps[edge.target], found[source]
            if steps[source].kind is StepKind.FORK:
                outer = (*outer, (source, edge.target))
            if target.kind is StepKind.JOIN:
                outer = tuple(pair for pair in outer if pair[0] != target.opens)
            found[edge.target] = outer
            waiting.append(edge.target)
    return found


def earlier_steps(flow: Compiled, step: str) -> frozenset[str]:
    """退回范围: the steps on the way to this one to which it may be sent back: through forks and joins, but never past
    an acceptance or a decision.
    """
    seen: set[str] = set()
    waiting = list(flow.before[step])
    while waiting:
        back = waiting.pop()
        if back not in seen and flow.steps[back].kind not in _BORDERS:
            seen.add(back)
            waiting += flow.before[back]
    return frozenset(s for s in seen - {step} if flow.steps[s].who is not None)


def reachable(flow: Compiled, progress: Progress, facts: Facts) -> frozenset[str]:
    """还走得到: the steps a case may still come to from where it stands, as far as its answers and the outcomes of what
    is done say already.
    """
    said = {d.step: d.outcome for d in progress.done}
    still = {t.step for t in progress.open}
    found: set[str] = set()
    waiting = list(still)
    while waiting:
        for way in flow.ways[waiting.pop()]:
            known = way.step in said and way.step not in still | found
            holds = way.always or (not known or said[way.step] in way.values if way.step else way.answered(facts))
            if holds and way.target not in found:
                found.add(way.target)
                waiting.append(way.target)
    return frozenset(found)


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
