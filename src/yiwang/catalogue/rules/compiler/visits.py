"""跑一次 — at most one visit in every situation, each with its reason; computed, never believed. R01, 规定 2"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from yiwang.catalogue.messages import Finding, Item, Path, Severity, Step, StepKind
from yiwang.catalogue.rules.compiler.courses import Chart, Course, Weighing, chart_of, outcome_cases
from yiwang.catalogue.rules.compiler.situations import Span, situations
from yiwang.catalogue.rules.compiler.world import World
from yiwang.catalogue.rules.structure import problems

AT_MOST_ONCE = "规定 2"
_OF_THE_WHOLE = (StepKind.ACCEPT, StepKind.DELIVER)
"""Of a part nobody comes to hand in or to fetch: that is done for the whole."""


class Visits:
    """到场次数: of steps; a part counts for what its own chart asks, without acceptance and delivery."""

    def __init__(self, world: World, inside: tuple[str, ...] = ()) -> None:
        self.world = world
        self.inside = inside
        self.parts: dict[str, int] = {}

    def __call__(self, step: Step) -> int:
        if step.kind is not StepKind.SUBCASE:
            return step.visits
        if step.item not in self.parts:
            self.parts[step.item] = self._of_part(step.item)
        return step.visits + self.parts[step.item]

    def _of_part(self, code: str) -> int:
        item = self.world.items.get(code)
        if item is None or code in self.inside or problems(item.flow, frozenset(q.code for q in item.questions)):
            return 0
        own = Visits(self.world, (*self.inside, code))
        return most_visits(item, chart_of(item.flow), lambda s: 0 if s.kind in _OF_THE_WHOLE else own(s))[0].value


def most_visits(item: Item, chart: Chart, weigh: Callable[[Step], int]) -> tuple[Course, Path]:
    """最多到场: the way with most visits of all situations, and of those the shortest; with how to get there."""
    weighing = Weighing(chart, weigh, sum)
    worst, path = Course(), Path()
    if not any(weigh(s) for s in item.flow.steps):
        return worst, path
    most = weighing.bound()
    for answers in situations(item, Span.WIDEST):
        for outcomes in outcome_cases(chart):
            course = weighing.course(answers, outcomes)
            if (course.value, -len(course.steps)) > (worst.value, -len(worst.steps) if worst.steps else -1_000):
                worst, path = course, Path(answers=answers, outcomes=outcomes, steps=course.steps)
        if worst.value == most <= 1:
            break  # no situation comes to more, and nobody asks for a shorter way to one visit
    return _shortened(weighing, worst, path)


def _shortened(weighing: Weighing, worst: Course, path: Path) -> tuple[Course, Path]:
    """The same visits with as few answers as will do."""
    answers = dict(path.answers)
    for question, values in path.answers.items():
        for value in values:
            fewer = {**answers, question: tuple(v for v in answers[question] if v != value)}
            if fewer[question] and (course := weighing.course(fewer, path.outcomes)).value == worst.value:
                answers, worst = fewer, course
    return worst, Path(answers=answers, outcomes=path.outcomes, steps=worst.steps)


def check(item: Item, chart: Chart, world: World) -> Iterator[Finding]:
    """到场问题: a second visit with its counterexample; one without a reason; a number that is typed and not true."""
    weigh = Visits(world, (item.code,))
    yield from _reasons(item)
    yield from _circles(item, chart, weigh)
    worst, path = most_visits(item, chart, weigh)
    if worst.value > 1:
        coming = [s for s in path.steps if weigh(chart.steps[s])]
        facts: dict[str, object] = {"visits": worst.value, "ways": tuple(coming)}
        last = path.steps.index(coming[-1]) + 1
        cut = replace(path, steps=path.steps[:last])
        yield Finding("visit.second", item.code, f"flow.{coming[-1]}", facts, cut, clause=AT_MOST_ONCE)
    if worst.value != item.visits:
        facts = {"typed": item.visits, "computed": worst.value}
        yield Finding("visit.typed", item.code, "visits", facts, path if path.steps else None, clause="种子 一")


def _reasons(item: Item) -> Iterator[Finding]:
    for step in item.flow.steps:
        if step.visits and not step.visit_reason.strip():
            yield Finding("visit.no_reason", item.code, f"flow.{step.id}", {"step": step.name}, clause="V06")
        if step.visit_reason.strip() and not step.visits:
            yield Finding(
                "visit.reason_only",
                item.code,
                f"flow.{step.id}",
                {"step": step.name},
                clause="V07",
                severity=Severity.WARNING,
            )


def _circles(item: Item, chart: Chart, weigh: Visits) -> Iterator[Finding]:
    """A circle is gone round as often as somebody likes: the applicant must not come for it."""
    for circle in dict.fromkeys(chart.circles.values()):
        paid = [s for s in circle if weigh(chart.steps[s])]
        for step in paid:
            facts = {"step": chart.steps[step].name, "ways": circle}
            yield Finding("visit.circle", item.code, f"flow.{step}", facts, Path(steps=circle), clause=AT_MOST_ONCE)
