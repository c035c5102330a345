"""走法 — the costliest way through a chart in one situation: visits add up over branches, days run side by side.

A well-formed chart (structure.problems is empty) nests forks in joins, so its ways can be weighed from the end without
walking each. Steps on a circle are weighed once, together; what may happen on a circle is looked at for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType

from yiwang.catalogue.messages import OUTCOMES, Condition, Edge, Flow, Step, StepKind
from yiwang.catalogue.rules.compiler.situations import OUTCOME_OF, Answers
from yiwang.catalogue.rules.structure import reach

Outcomes = Mapping[str, str]
SKIP = "skip"
ANY: Answers = MappingProxyType({})
"""Answers that nobody has given yet: every condition may hold."""


@dataclass(frozen=True, slots=True)
class Course:
    """走法: what it comes to, and the steps in their order."""

    value: int = 0
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """流程图: steps and edges at hand; `circles` maps a step to all the steps it can come back through."""

    flow: Flow
    steps: Mapping[str, Step]
    after: Mapping[str, tuple[Edge, ...]]
    joins: Mapping[str, str]
    circles: Mapping[str, tuple[str, ...]]
    start: str
    backwards: tuple[str, ...]
    """The steps, those behind a step before it."""
    plain: Mapping[str, list[tuple[str, dict[str, str]]]]
    """Where a step without conditions goes."""
    remembered: tuple[str, ...] = field(default=())
    """Steps off the circles whose outcome is asked for later, not only where it comes about."""


def chart_of(flow: Flow) -> Chart:
    """Index a chart that `structure.problems` has nothing against."""
    steps = {s.id: s for s in flow.steps}
    after: dict[str, list[Edge]] = {s: [] for s in steps}
    for edge in flow.edges:
        after[edge.source].append(edge)
    ends = {s: [e.target for e in edges] for s, edges in after.items()}
    joins = {s.opens: s.id for s in flow.steps if s.kind is StepKind.JOIN}
    start = next(s for s in steps if all(e.target != s for e in flow.edges))
    circles = _circles(ends)
    later = {_asked_elsewhere(e) for e in flow.edges}
    return Chart(
        flow=flow,
        steps=steps,
        after={s: tuple(edges) for s, edges in after.items()},
        joins=joins,
        circles=circles,
        start=start,
        backwards=_backwards({s: [*ends[s], *filter(None, [joins.get(s)])] for s in steps}, start),
        plain=_plain_ways(flow, after),
        remembered=tuple(s for s in steps if s in later and s not in circles),
    )


def _asked_elsewhere(edge: Edge) -> str:
    """The step whose outcome an edge asks for, when the edge does not leave that very step."""
    asked = edge.when.question if edge.when is not None else ""
    step = asked.removeprefix(OUTCOME_OF) if asked.startswith(OUTCOME_OF) else ""
    return step if step != edge.source else ""


def _circles(after: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Strongly connected steps, by step; steps on no circle are not in it. Charts are small: reach and be reached."""
    within = {s: reach(after, after[s]) for s in after}
    found = {}
    for step in after:
        if step in within[step]:
            found[step] = tuple(other for other in after if other in within[step] and step in within[other])
    return found


def _backwards(after: Mapping[str, Sequence[str]], start: str) -> tuple[str, ...]:
    """Depth first, without recursion: a chart may be two hundred steps long."""
    seen, order = {start}, []
    waiting = [(start, iter(after[start]))]
    while waiting:
        step, ways = waiting[-1]
        following = next((t for t in ways if t not in seen), None)
        if following is None:
            order.append(step)
            waiting.pop()
        else:
            seen.add(following)
            waiting.append((following, iter(after[following])))
    return tuple(order)


def outcomes_of(step: Step) -> tuple[str, ...]:
    """How a step can end, in a fixed order."""
    return (*sorted(OUTCOMES.get(step.kind, ())), *((SKIP,) if step.optional else ()))


def outcome_cases(chart: Chart) -> Iterator[dict[str, str]]:
    """结果组合: how the steps end that are asked for later; outcomes that no edge tells apart count as one."""
    kinds = []
    for step in chart.remembered:
        asked = [frozenset(e.when.values) for e in chart.flow.edges if e.when and e.when.question == OUTCOME_OF + step]
        told: dict[frozenset[int], str] = {}
        for outcome in outcomes_of(chart.steps[step]):
            told.setdefault(frozenset(n for n, values in enumerate(asked) if outcome in values), outcome)
        kinds.append(list(told.values()))
    for chosen in product(*kinds):
        yield dict(zip(chart.remembered, chosen, strict=True))


def _holds(when: Condition, answers: Answers, outcomes: Outcomes) -> bool | None:
    """Whether an edge's condition holds; None where it hangs on an outcome that nobody has fixed."""
    if not when.question.startswith(OUTCOME_OF):
        if answers is ANY:
            return None
        return not frozenset(when.values).isdisjoint(answers.get(when.question, ()))
    outcome = outcomes.get(when.question.removeprefix(OUTCOME_OF))
    return None if outcome is None else outcome in when.values


def _plain_ways(flow: Flow, after: Mapping[str, Sequence[Edge]]) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """Where no condition stands, a step goes the same way in every situation: all edges of a fork, else the one."""
    found: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for step in flow.steps:
        edges = after[step.id]
        if all(e.when is None for e in edges):
            found[step.id] = [(e.target, {}) for e in (edges if step.kind is StepKind.FORK else edges[:1])]
    return found


def next_steps(chart: Chart, step: str, answers: Answers, outcomes: Outcomes) -> list[tuple[str, dict[str, str]]]:
    """去向: where a case may go from a step, each with the outcome of the step that leads there.

    As executed: out of a fork every edge that holds; else the first condition that holds, before the edge without one.
    """
    plain = chart.plain.get(step)
    if plain is not None:
        return plain
    edges = chart.after[step]
    if chart.steps[step].kind is StepKind.FORK:
        return [(e.target, {}) for e in edges if e.when is None or _holds(e.when, answers, outcomes) is not False]
    own = any(e.when is not None and e.when.question == OUTCOME_OF + step for e in edges)
    ways: dict[str, dict[str, str]] = {}
    for said in outcomes_of(chart.steps[step]) if own and step not in outcomes else ("",):
        known = {**outcomes, step: said} if said else outcomes
        for target in _chosen(edges, answers, known):
            ways.setdefault(target, {step: said} if said else {})
    return list(ways.items())


def _chosen(edges: Iterable[Edge], answers: Answers, outcomes: Outcomes) -> Iterator[str]:
    for edge in edges:
        if edge.when is not None:
            held = _holds(edge.when, answers, outcomes)
            if held is not False:
                yield edge.target
            if held:
                return
    default = next((e.target for e in edges if e.when is None), None)
    if default is not None:
        yield default


class Weighing:
    """权衡: the costliest way of one situation, or with `best=min` the cheapest. `side_by_side` says what the branches
    of a fork come to: `sum` for visits, `max` for days. A step's course ends where its branch joins; weighed once each.
    """

    def __init__(
        self,
        chart: Chart,
        weigh: Callable[[Step], int],
        side_by_side: Callable[[Iterable[int]], int],
        best: Callable[..., Course] = max,
    ) -> None:
        self.chart = chart
        self.weigh = weigh
        self.side_by_side = side_by_side
        self.best = best
        self.answers: Answers = {}
        self.outcomes: Outcomes = {}
        self.known: dict[str, Course] = {}

    def course(self, answers: Answers, outcomes: Outcomes) -> Course:
        """From the start to the end in this situation."""
        self.answers, self.outcomes, self.known = answers, outcomes, {}
        for step in self.chart.backwards:
            self._from(step)
        return self._from(self.chart.start)

    def bound(self) -> int:
        """What no situation goes beyond: the costliest way if every condition may hold."""
        return self.course(ANY, {}).value

    def _from(self, step: str) -> Course:
        found = self.known.get(step)
        if found is None:
            found = self.known[step] = self._weighed(step)
        return found

    def _weighed(self, step: str) -> Course:
        chart = self.chart
        circle = chart.circles.get(step)
        if circle:
            own = Course(sum(self.weigh(chart.steps[s]) for s in circle), circle)
            out = [t for s in circle for t, _ in next_steps(chart, s, self.answers, self.outcomes) if t not in circle]
            return _then(own, self._choose(out))
        targets = [t for t, _ in next_steps(chart, step, self.answers, self.outcomes)]
        if chart.steps[step].kind is not StepKind.FORK:
            return _then(Course(self.weigh(chart.steps[step]), (step,)), self._choose(targets))
        parts = [self._from(t) for t in targets if chart.steps[t].kind is not StepKind.JOIN]
        value = self.side_by_side([part.value for part in parts] or [0])
        own = Course(value, (step, *(s for part in parts for s in part.steps)))
        return _then(own, self._from(chart.joins[step]))

    def _choose(self, targets: Iterable[str]) -> Course:
        ways = [Course() if self.chart.steps[t].kind is StepKind.JOIN else self._from(t) for t in targets]
        return self.best(ways, key=lambda course: course.value) if ways else Course()


def _then(first: Course, second: Course) -> Course:
    return Course(first.value + second.value, first.steps + second.steps)


def reached(chart: Chart, answers: Answers, outcomes: Outcomes) -> set[str]:
    """可达环节: the steps that a case of this situation can come to."""
    seen: set[str] = set()
    waiting = [chart.start]
    while waiting:
        step = waiting.pop()
        if step in seen:
            continue
        seen.add(step)
        targets = [t for t, _ in next_steps(chart, step, answers, outcomes)]
        if chart.steps[step].kind is StepKind.FORK and not targets:
            targets = [chart.joins[step]]
        waiting += targets
    return seen
