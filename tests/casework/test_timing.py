"""办件时限 — the clock of a case: stopped, resumed, extended, met; its lights and the limits of its steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from yiwang.casework.messages.case import Timing
from yiwang.casework.messages.desk import Light
from yiwang.casework.rules import timing
from yiwang.catalogue.messages import Step, StepKind
from yiwang.ground.clock import Extension, Ground, Limit
from yiwang.ground.outcome import Conflict, Invalid
from yiwang.ground.workdays import CALENDAR

START = date(2017, 8, 14)


def accepted(promised: str = "25wd", legal: str = "") -> Timing:
    """A clock that runs from the seed's day."""
    clock = Timing(promised=Limit.parse(promised), legal=Limit.parse(legal) if legal else None)
    return timing.start(clock, START)


def step(limit: str = "", kind: StepKind = StepKind.REVIEW) -> Step:
    """A step with a limit of its own, or without."""
    return Step(id="s", name="s", kind=kind, limit=Limit.parse(limit) if limit else None)


def reviewed() -> Timing:
    """Expert review from 21 August to 1 September."""
    stopped = timing.stop(accepted(), Ground.EXPERT_REVIEW, date(2017, 8, 21))
    return timing.resume(stopped, date(2017, 9, 1))


def light(clock: Timing, month: int, day: int) -> Light:
    """The light on a day of 2017."""
    return timing.dues(clock, CALENDAR, date(2017, month, day)).light


@pytest.mark.requirement("K1")
def test_25_working_days() -> None:
    assert timing.dues(accepted(), CALENDAR, START).promised == date(2017, 9, 18)


@pytest.mark.requirement("K2", "K3")
def test_expert_review_is_not_counted() -> None:
    dues = timing.dues(reviewed(), CALENDAR, date(2017, 9, 1))
    assert dues.promised == date(2017, 9, 29)
    assert 25 - dues.left == 5


def test_while_the_clock_stands_the_due_day_moves_with_today() -> None:
    stopped = timing.stop(accepted(), Ground.EXPERT_REVIEW, date(2017, 8, 21))
    assert timing.dues(stopped, CALENDAR, date(2017, 8, 21)).promised == date(2017, 9, 18)
    assert timing.dues(stopped, CALENDAR, date(2017, 9, 1)).promised == date(2017, 9, 29)
    assert light(stopped, 9, 1) is Light.PAUSED


def test_without_acceptance_there_is_no_date() -> None:
    clock = Timing(promised=Limit.parse("25wd"))
    assert timing.dues(clock, CALENDAR, START) == timing.NOTHING
    with pytest.raises(Conflict, match="not_accepted"):
        timing.extend(clock, Extension(Limit.parse("10wd"), "head", "难", START))


@pytest.mark.requirement("SOD13", "K5")
def test_one_extension_lengthens_promise_and_legal_limit() -> None:
    by = Extension(Limit.parse("10wd"), "head", "样品复杂", date(2017, 9, 1))
    longer = timing.extend(accepted("20wd", "20wd"), by)
    dues = timing.dues(longer, CALENDAR, START)
    assert dues.promised == dues.legal == CALENDAR.add(START, 30)
    with pytest.raises(Conflict, match="already_extended"):
        timing.extend(longer, by)


def test_an_extension_after_the_limit_is_too_late() -> None:
    by = Extension(Limit.parse("10wd"), "head", "样品复杂", date(2017, 9, 19))
    with pytest.raises(Invalid, match="extension_late"):
        timing.dues(timing.extend(accepted(), by), CALENDAR, date(2017, 9, 19))


def test_lights_turn_at_nine_tenths_and_after_the_day() -> None:
    clock = accepted("20wd")  # due 2017-09-11
    assert light(clock, 9, 6) is Light.GREEN
    assert light(clock, 9, 7) is Light.YELLOW
    assert light(clock, 9, 11) is Light.YELLOW
    assert light(clock, 9, 12) is Light.RED


def test_a_met_clock_stands_for_ever() -> None:
    met = replace(accepted("20wd"), met_on=date(2017, 9, 5))
    assert light(met, 12, 1) is Light.MET
    assert timing.dues(met, CALENDAR, date(2017, 12, 1)) == timing.dues(met, CALENDAR, date(2017, 9, 5))
    late = replace(accepted("20wd"), met_on=date(2017, 9, 13))
    assert timing.dues(late, CALENDAR, date(2017, 12, 1)).overdue == 2


def test_a_step_has_a_date_only_with_a_limit_of_its_own() -> None:
    stops = reviewed().stops
    assert timing.step_due(step(), START, CALENDAR, (), START) is None
    assert timing.step_due(step("spot"), START, CALENDAR, (), START) is None
    assert timing.step_due(step("5wd"), date(2017, 8, 18), CALENDAR, stops, START) == date(2017, 9, 7)
    assert timing.step_due(step("5wd"), date(2017, 9, 1), CALENDAR, stops, START) == date(2017, 9, 8)
