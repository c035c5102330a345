"""流程 — every way ends in a decision and its delivery, no step in vain; whoever accepts never handles. R13 R48–R50"""

from __future__ import annotations

from collections.abc import Iterator

from yiwang.catalogue.messages import OUTCOMES, Finding, Item, Path, Severity, Step, StepKind
from yiwang.catalogue.rules.compiler.courses import Chart, Weighing, outcome_cases, outcomes_of, reached
from yiwang.catalogue.rules.compiler.situations import OUTCOME_OF, Span, situations
from yiwang.catalogue.rules.compiler.world import World
from yiwang.catalogue.rules.structure import CENTRE, SYSTEM_LINE

APART = "种子 受办分离"
HANDLING = (StepKind.REVIEW, StepKind.CONSULT, StepKind.SPECIAL, StepKind.DECIDE, StepKind.ISSUE)
AT_THE_CENTRE = (StepKind.ACCEPT, StepKind.DELIVER)
WINDOW_ROLES = ("clerk", "issuer")
RATERS = ("rater",)


def check(item: Item, chart: Chart, world: World) -> Iterator[Finding]:
    """流程问题 over all situations."""
    yield from _ends(item, chart)
    yield from _edges(item, chart)
    for step in item.flow.steps:
        yield from _duty(item, step)
        yield from _known(item, step, world)


def _ends(item: Item, chart: Chart) -> Iterator[Finding]:
    """Each way decides and hands over; a step that no situation comes to is a step in vain."""
    deciding = Weighing(chart, lambda s: s.kind in (StepKind.DECIDE, StepKind.SUBCASE), sum, min)
    handing = Weighing(chart, lambda s: s.kind is StepKind.DELIVER, sum, min)
    come_to: set[str] = set()
    undecided: Path | None = None
    unhanded: Path | None = None
    for answers in situations(item, Span.WIDEST):
        for outcomes in outcome_cases(chart):
            come_to |= reached(chart, answers, outcomes)
        if len(come_to) == len(chart.steps):
            break
    for answers in situations(item, Span.NARROWEST):
        for outcomes in outcome_cases(chart):
            course = deciding.course(answers, outcomes)
            if course.value == 0 and (undecided is None or len(course.steps) < len(undecided.steps)):
                undecided = Path(answers=answers, outcomes=outcomes, steps=course.steps)
            course = handing.course(answers, outcomes)
            if course.value == 0 and (unhanded is None or len(course.steps) < len(unhanded.steps)):
                unhanded = Path(answers=answers, outcomes=outcomes, steps=course.steps)
    if undecided is not None:
        yield Finding("flow.undecided", item.code, "flow", {}, undecided, clause="行政许可法 38")
    elif unhanded is not None and item.result_kind != "none":
        yield Finding("flow.not_handed_over", item.code, "flow", {}, unhanded, clause="种子 统一出件")
    for step in item.flow.steps:
        if step.id not in come_to:
            yield Finding("flow.never_reached", item.code, f"flow.{step.id}", {"step": step.name}, clause="种子 二(二)")


def _edges(item: Item, chart: Chart) -> Iterator[Finding]:
    """An edge that asks for an outcome asks for one that can be."""
    for edge in item.flow.edges:
        if edge.when is None or not edge.when.question.startswith(OUTCOME_OF):
            continue
        asked = edge.when.question.removeprefix(OUTCOME_OF)
        step = chart.steps.get(asked)
        for value in edge.when.values:
            if step is None or value not in outcomes_of(step):
                facts = {"step": step.name if step else asked, "outcome": value}
                yield Finding("flow.unknown_outcome", item.code, f"flow.{edge.source}", facts)


def _duty(item: Item, step: Step) -> Iterator[Finding]:
    """受办分离、办评分离: in the chart, before anybody holds a post."""
    if step.who is None:
        if step.kind in OUTCOMES and step.kind not in (StepKind.WAIT, StepKind.SUBCASE):
            yield Finding("duty.nobody", item.code, f"flow.{step.id}", {"step": step.name}, clause="种子 二(二)")
        return
    place, facts = f"flow.{step.id}", {"step": step.name, "line": step.who.line, "role": step.who.role}
    if step.kind in HANDLING and (step.who.line == CENTRE or step.who.role in WINDOW_ROLES):
        yield Finding("duty.acceptor_handles", item.code, place, facts, clause=APART)
    if step.kind in AT_THE_CENTRE and step.who.line not in (CENTRE, SYSTEM_LINE):
        yield Finding("duty.department_accepts", item.code, place, facts, clause=APART)
    if step.who.role in RATERS:
        yield Finding("duty.handler_rates", item.code, place, facts, clause="种子 办理与评价分离")
    if step.kind is StepKind.DECIDE and step.who.role != "decider":
        yield Finding("duty.not_the_decider", item.code, place, facts, clause="SOD3", severity=Severity.WARNING)


def _known(item: Item, step: Step, world: World) -> Iterator[Finding]:
    place = f"flow.{step.id}"
    if step.who is not None and step.who.line not in ("*", SYSTEM_LINE) and step.who.line not in world.lines:
        yield Finding(
            "flow.unknown_line", item.code, place, {"step": step.name, "line": step.who.line}, clause="种子 二(二)"
        )
    if step.kind is StepKind.SUBCASE and step.item not in world.items:
        yield Finding("flow.unknown_part", item.code, place, {"step": step.name, "part": step.item}, clause="规定 2")
    if step.kind is StepKind.SUBCASE and item.code in _inside(world, step.item):
        yield Finding("flow.part_of_itself", item.code, place, {"step": step.name}, clause="规定 2")


def _inside(world: World, code: str) -> set[str]:
    """All items that are parts of this one, it among them."""
    seen: set[str] = set()
    waiting = [code]
    while waiting:
        one = waiting.pop()
        if one in seen or one not in world.items:
            continue
        seen.add(one)
        waiting += [s.item for s in world.items[one].flow.steps if s.kind is StepKind.SUBCASE]
    return seen
