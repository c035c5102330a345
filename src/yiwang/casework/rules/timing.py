"""办件时限 — the dates of a case from its clock: promised, legal, step; what is left; which light."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from yiwang.casework.messages.case import Timing
from yiwang.casework.messages.desk import Dues, Light
from yiwang.catalogue.messages import Step, StepKind
from yiwang.ground import clock
from yiwang.ground.clock import Extension, Ground, Ledger, Limit, Stop, Unit, reckon
from yiwang.ground.ledger import yellow_after
from yiwang.ground.outcome import Conflict
from yiwang.ground.workdays import Calendar

ISSUE_WITHIN = Limit(10, Unit.WORKDAY)
"""发证期限: the licence is issued and delivered within ten working days of the decision. 行政许可法 44"""
NOTHING = Dues(None, None, False, False, 0, 0, Light.NONE)


def start(timing: Timing, on: date) -> Timing:
    """受理: the clock starts on this day, which itself is not counted (民法典 201)."""
    return replace(timing, accepted_on=on)


def stop(timing: Timing, ground: Ground, on: date) -> Timing:
    """停: from this day, told in writing the same day (行政许可法 45)."""
    return replace(timing, stops=(*timing.stops, Stop(on, None, ground, on)))


def resume(timing: Timing, on: date, place: int = 0) -> Timing:
    """续: of the open stops the one at this place, counted from 0, ends on this day."""
    still = [n for n, s in enumerate(timing.stops) if s.end is None]
    stops = tuple(replace(s, end=on) if n == still[place] else s for n, s in enumerate(timing.stops))
    return replace(timing, stops=stops)


def extend(timing: Timing, by: Extension) -> Timing:
    """延期: once (行政许可法 42); Conflict `clock.already_extended`, `case.not_accepted`."""
    if timing.accepted_on is None:
        raise Conflict("case.not_accepted")
    return replace(timing, extension=clock.extend(timing.extension, by))


def ledger(timing: Timing, limit: Limit, calendar: Calendar, today: date) -> Ledger:
    """时限账 of an accepted case for one of its limits: every day with why it counts or not, as of a day."""
    assert timing.accepted_on is not None
    extension = timing.extension if timing.extension and timing.extension.limit.unit is limit.unit else None
    return reckon(timing.accepted_on, limit, calendar, timing.stops, extension, today)


def dues(timing: Timing, calendar: Calendar, today: date) -> Dues:
    """时限: all the dates of a case as of a day. Before acceptance there are none."""
    if timing.accepted_on is None or timing.promised is None:
        return NOTHING
    on = timing.met_on or today
    promise = ledger(timing, timing.promised, calendar, on)
    legal = ledger(timing, timing.legal, calendar, on) if timing.legal else None
    left, overdue = promise.left(on), promise.overdue(on)
    return Dues(
        promised=promise.due,
        legal=legal.due if legal else None,
        provisional=promise.provisional or (legal is not None and legal.provisional),
        paused=any(s.end is None for s in timing.stops),
        left=left,
        overdue=overdue,
        light=_light(timing, left, overdue, promise.elapsed(on)),
        legal_left=legal.left(on) if legal else 0,
        legal_overdue=legal.overdue(on) if legal else 0,
    )


def _light(timing: Timing, left: int, overdue: int, used: int) -> Light:
    if timing.met_on is not None:
        return Light.MET
    if any(s.end is None for s in timing.stops):
        return Light.PAUSED
    if overdue:
        return Light.RED
    if used >= yellow_after(used + left):
        return Light.YELLOW
    return Light.GREEN


def issue_ledger(decided_on: date, calendar: Calendar) -> Ledger:
    """发证期限账: until when what was decided on a day is issued and delivered. 行政许可法 44"""
    return reckon(decided_on, ISSUE_WITHIN, calendar)


def yellow_on(promise: Ledger) -> date:
    """黄灯日: the first day on which the light of a promise is yellow."""
    return promise.reached(yellow_after(promise.elapsed(promise.due)))


def has_own_time(step: Step) -> bool:
    """另有期间: a special procedure has the time its notice told, a wait its own; a stop of the case moves neither."""
    return step.kind in (StepKind.SPECIAL, StepKind.WAIT)


def step_ledger(step: Step, since: date, calendar: Calendar, stops: Iterable[Stop], today: date) -> Ledger | None:
    """环节时限账: of a step that opened on a day, with what stopped the case since; none without its own limit."""
    if step.limit is None or step.limit.unit is Unit.SPOT:
        return None
    stood = () if has_own_time(step) else tuple(stops)
    return reckon(since, step.limit, calendar, stood, today=max(today, since))


def step_due(step: Step, since: date, calendar: Calendar, stops: Iterable[Stop], today: date) -> date | None:
    """环节期限: when a step that opened on a day is due, as of a day; while a stop stands it moves on with it. R48"""
    book = step_ledger(step, since, calendar, stops, today)
    return book.due if book else None
