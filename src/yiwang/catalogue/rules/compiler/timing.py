"""时限 — promised within legal, steps within the promise along the longest way, a ground for every stop. V18 V21"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from yiwang.catalogue.messages import ClockEffect, Finding, FlowKind, Item, Path, Severity, Step, StepKind
from yiwang.catalogue.rules.compiler.courses import Chart, Course, Weighing, outcome_cases
from yiwang.catalogue.rules.compiler.situations import Span, situations
from yiwang.catalogue.rules.publishing import JOINT_CEILING, shorter
from yiwang.ground.clock import Ground, Limit, Unit

WITHIN = "规定 12"
_HOURS_A_DAY = 24


def days(limit: Limit | None) -> int:
    """A limit in working days, at least: five of seven days, and an hour begins one."""
    if limit is None or limit.unit is Unit.SPOT:
        return 0
    if limit.unit is Unit.WORKDAY:
        return limit.n
    if limit.unit is Unit.CALENDAR:
        return limit.n * 5 // 7
    if limit.unit is Unit.HOUR:
        return ceil(limit.n / _HOURS_A_DAY)
    return limit.n * (20 if limit.unit is Unit.MONTH else 240)


def _counts(step: Step) -> int:
    """Days of a step on the case's clock; calendar days where the promise is in them."""
    return days(step.limit) if step.clock is ClockEffect.RUNS else 0


def _calendar(step: Step) -> int:
    if step.clock is not ClockEffect.RUNS or step.limit is None or step.limit.unit is Unit.SPOT:
        return 0
    return step.limit.n if step.limit.unit is Unit.CALENDAR else ceil(days(step.limit) * 7 / 5)


def check(item: Item, chart: Chart) -> Iterator[Finding]:
    """时限问题, with the longest way where the steps do not fit."""
    if item.promised and item.legal and not shorter(item.promised, item.legal):
        facts = {"promised": str(item.promised), "legal": str(item.legal)}
        yield Finding("time.promise_over_legal", item.code, "promised", facts, clause=WITHIN)
    joint = item.flow.kind is FlowKind.JOINT
    if joint and item.promised and days(item.promised) > JOINT_CEILING:
        yield Finding("time.joint_ceiling", item.code, "promised", {"limit": JOINT_CEILING}, clause="行政许可法 42")
    if item.promised is None:
        yield Finding("time.no_promise", item.code, "promised", clause=WITHIN)
    if item.legal is not None and item.legal.unit is not Unit.SPOT and not item.legal_basis.strip():
        yield Finding("time.no_basis", item.code, "legal_basis", clause="规定 4")
    if item.extension is not None and not shorter(item.extension, Limit(15 if joint else 10, Unit.WORKDAY)):
        yield Finding(
            "time.extension_too_long",
            item.code,
            "extension",
            {"extension": str(item.extension)},
            clause="行政许可法 42",
        )
    for step in item.flow.steps:
        yield from _stop(item, step)
    yield from _fits(item, chart)


def _stop(item: Item, step: Step) -> Iterator[Finding]:
    facts = {"step": step.name}
    place = f"flow.{step.id}"
    if step.clock is ClockEffect.STOPS and step.ground is Ground.OTHER and not step.basis.strip():
        yield Finding("time.stop_without_clause", item.code, place, facts, clause="规定 28")
    if step.clock is ClockEffect.STOPS and step.kind is StepKind.CONSULT:
        yield Finding("time.consultation_stops", item.code, place, facts, clause="行政许可法 45")
    if step.kind is StepKind.SPECIAL and step.clock is ClockEffect.RUNS and step.ground is not None:
        yield Finding("time.special_runs", item.code, place, facts, clause="行政许可法 45", severity=Severity.WARNING)


def _fits(item: Item, chart: Chart) -> Iterator[Finding]:
    promised = item.promised
    if promised is None or promised.unit not in (Unit.WORKDAY, Unit.CALENDAR, Unit.SPOT):
        return
    weighing = Weighing(chart, _calendar if promised.unit is Unit.CALENDAR else _counts, max)
    if weighing.bound() <= promised.n:
        return
    worst, path = Course(), Path()
    for answers in situations(item, Span.WIDEST):
        for outcomes in outcome_cases(chart):
            course = weighing.course(answers, outcomes)
            if course.value > worst.value:
                worst, path = course, Path(answers=answers, outcomes=outcomes, steps=course.steps)
    if worst.value > promised.n:
        facts = {"promised": str(promised), "days": worst.value, "ways": _counted(chart, path)}
        yield Finding("time.steps_over_promise", item.code, "promised", facts, path, clause=WITHIN)


def _counted(chart: Chart, path: Path) -> tuple[str, ...]:
    return tuple(s for s in path.steps if _counts(chart.steps[s]))
