"""容缺规则 — what may come after acceptance: until when, what is still to come, when it is over. 规定 11"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from yiwang.casework.messages.case import Timing, Tolerance
from yiwang.catalogue.messages import Step, StepKind
from yiwang.ground.clock import Ledger, Limit, reckon
from yiwang.ground.outcome import Conflict
from yiwang.ground.workdays import Calendar

TOLERANCE = "tolerance"
"""容缺待补: the kind of what waits beside the flow for it."""


def tolerate(timing: Timing, lacking: Iterable[str], limit: Limit, on: date, told: date) -> Timing:
    """容缺受理: accepted although these materials are still to come; once in a case (Conflict `tolerance.given`)."""
    if timing.tolerance is not None:
        raise Conflict("tolerance.given")
    return replace(timing, tolerance=Tolerance(limit=limit, since=on, told=told, lacking=tuple(sorted(lacking))))


def ledger(tolerance: Tolerance, calendar: Calendar) -> Ledger:
    """容缺期限账: day by day; the applicant's time, so no stop of the authority's clock stops it."""
    return reckon(tolerance.since, tolerance.limit, calendar)


def due(tolerance: Tolerance, calendar: Calendar) -> date:
    """补齐末日: the last day under this calendar, and never before the day that was told in writing."""
    return max(tolerance.told, ledger(tolerance, calendar).due)


def supply(timing: Timing, materials: Iterable[str], on: date) -> Timing:
    """补交: these have come; with the last of them it is over. Conflict `tolerance.not_lacking` for anything else."""
    tolerance, came = outstanding(timing), frozenset(materials)
    if tolerance is None or not came or not came <= set(tolerance.lacking):
        raise Conflict("tolerance.not_lacking")
    lacking = tuple(m for m in tolerance.lacking if m not in came)
    return replace(timing, tolerance=replace(tolerance, lacking=lacking, ended_on=None if lacking else on))


def close(timing: Timing, on: date) -> Timing:
    """了结: decided, or ended: nothing is to come any more; what was lacking stands as it was."""
    tolerance = outstanding(timing)
    return timing if tolerance is None else replace(timing, tolerance=replace(tolerance, ended_on=on))


def outstanding(timing: Timing) -> Tolerance | None:
    """待补: the tolerance of a case, while something is still to come."""
    return timing.tolerance if timing.tolerance is not None and timing.tolerance.outstanding else None


def since(step: Step, opened: date, timing: Timing) -> date:
    """起算日 of an open step's own limit: a step that decides could not grant before what was tolerated had come."""
    tolerance = timing.tolerance
    if step.kind is not StepKind.DECIDE or tolerance is None or tolerance.lacking or tolerance.ended_on is None:
        return opened
    return max(opened, tolerance.ended_on)
