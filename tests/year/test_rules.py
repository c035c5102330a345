"""一年·规则 — years of the rules alone run clean, can be played again, and find every bug planted in the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from yiwang.casework.messages.flow import Begin, Branching, Cancel, ClockMet, Finish, Progress, Suspend
from yiwang.casework.rules import flow, separation, timing
from yiwang.catalogue.messages import Step
from yiwang.commands.year import mix, pure
from yiwang.commands.year.figures import Figures
from yiwang.commands.year.lives import Broken
from yiwang.ground import clock, workdays
from yiwang.ground.clock import Limit

CASES, DAYS = 1_000, 250
FAILED_ONCE = (1, 2, 3, 4, 5)
"""Seeds: whatever has once found something stays here."""


def year(seed: int, cases: int = 400, days: int = 60, sample: int = 5) -> Figures:
    return pure.play(seed, days, cases, sample=sample, processes=1, told=lambda _: None)


@pytest.mark.slow
@pytest.mark.requirement("R52")
@pytest.mark.parametrize("seed", FAILED_ONCE)
def test_a_year_of_the_rules_runs_clean(seed: int) -> None:
    figures = year(seed, CASES, DAYS, sample=10)
    report = figures.report()
    assert report["received"] == CASES
    assert sum(report["ended"].values()) + report["open"] == CASES
    assert set(figures.visits) <= {0, 1}
    for what in (
        "sent back",
        "silent",
        "lapsed",
        "deemed accepted",
        "correction",
        "forbidden",
        "twice",
        "special",
        "taken back",
    ):
        assert figures.acts[what] > 0, what


def test_the_same_seed_is_the_same_year_and_another_seed_another() -> None:
    first, again, other = year(7), year(7), year(8)
    assert first.digest() == again.digest()
    assert first.digest() != other.digest()


@pytest.mark.slow
def test_how_many_processes_play_it_changes_nothing() -> None:
    alone = year(7)
    together = pure.play(7, 60, 400, sample=5, processes=2, told=lambda _: None)
    assert alone.digest() == together.digest()


def test_an_application_that_was_never_accepted_has_no_clock_to_be_met() -> None:
    """Found on 2017-08-28 of the first year that was played: refused before acceptance, and yet its limit was met."""
    compiled = mix.kinds(Random(1))[0].flow
    at = datetime(2017, 8, 14, tzinfo=UTC)
    begun, _ = flow.advance(compiled, Progress(), Begin(at=at), {})
    _, effects = flow.advance(compiled, begun, Cancel(end="refused", at=at), {})
    assert not any(isinstance(effect, ClockMet) for effect in effects)


# ── planted bugs: the year must find each ───────────────────────────────────────────────────────────

Patch = pytest.MonkeyPatch


def a_join_lets_one_pass_early(patch: Patch) -> None:
    """Joins leave as soon as all but one have arrived."""

    original = flow._Run._fork

    def early(run: Any, fork: Step) -> None:
        original(run, fork)
        if (waiting := run.branching.get(fork.id)) and waiting.need > 1:
            run.branching[fork.id] = Branching(fork=fork.id, need=waiting.need - 1)

    patch.setattr(flow._Run, "_fork", early)
    patch.setattr(flow._Run, "close_all", lambda *_: None)


def a_fork_forgets_a_branch(patch: Patch) -> None:
    """Of several branches the last one is never opened."""

    def forgetful(run: Any, fork: Step) -> None:
        targets = [way.target for way in run.flow.ways[fork.id] if run.holds(way)]
        kept = targets[:-1] or targets
        if not kept:
            run.leave(run.flow.joins[fork.id])
            return
        run.branching[fork.id] = Branching(fork=fork.id, need=len(kept))
        for target in kept:
            run.enter(target, fork.id)

    patch.setattr(flow._Run, "_fork", forgetful)


def a_situation_is_overlooked(patch: Patch) -> None:
    """Whatever depends on an answer is passed by."""
    original = flow._Run.holds
    patch.setattr(flow._Run, "holds", lambda run, way: original(run, way) and way.always)


def a_stop_needs_no_notice(patch: Patch) -> None:
    original = flow._suspend

    def lax(run: Any, event: Suspend) -> None:
        original(run, replace(event, notice=event.notice.strip() or "-"))

    patch.setattr(flow, "_suspend", lax)


def a_task_is_dropped(patch: Patch) -> None:
    """Once a year one of several open steps is gone without anybody having closed it."""
    original, left = flow.advance, [60]

    def forgetful(compiled: Any, state: Progress, event: Any, facts: Any) -> Any:
        after, effects = original(compiled, state, event, facts)
        left[0] -= 1
        if left[0] < 0 and len(after.open) > 1 and isinstance(event, Finish):
            left[0] = 1_000_000
            return after._replace(open=after.open[:-1]), effects
        return after, effects

    patch.setattr(pure, "advance", forgetful)


def a_step_is_opened_twice(patch: Patch) -> None:
    original = flow._Run._open

    def twice(run: Any, step: Step) -> None:
        original(run, step)
        if step.id == "check":
            run.open.append(run.open[-1])
            run.effects.append(run.effects[-1])

    patch.setattr(flow._Run, "_open", twice)


def an_acceptance_counts_twice(patch: Patch) -> None:
    """The same acceptance delivered again is taken again, and starts the flow anew."""
    original = flow.advance

    def trusting(compiled: Any, state: Progress, event: Any, facts: Any) -> Any:
        if isinstance(event, Finish) and event.outcome == "accept" and any(d.outcome == "accept" for d in state.done):
            return state, ()
        return original(compiled, state, event, facts)

    patch.setattr(pure, "advance", trusting)


def a_promise_is_a_day_longer(patch: Patch) -> None:
    original = clock.reckon

    def longer(start: Any, limit: Limit, *rest: Any, **named: Any) -> Any:
        return original(start, replace(limit, n=limit.n + 1) if limit.n > 1 else limit, *rest, **named)

    patch.setattr(timing, "reckon", longer)


def the_day_a_stop_ends_counts(patch: Patch) -> None:
    original = timing.resume

    def hasty(clock_: Any, on: Any, *rest: Any) -> Any:
        found = original(clock_, on, *rest)
        early = tuple(
            replace(s, end=max(s.start, s.end - timedelta(days=1))) if s.end == on else s for s in found.stops
        )
        return replace(found, stops=early)

    patch.setattr(timing, "resume", hasty)


def the_calendar_skips_a_working_day(patch: Patch) -> None:
    original = workdays.Calendar.rank
    skipped = date(2017, 9, 1).toordinal()
    patch.setattr(workdays.Calendar, "rank", lambda calendar, day: original(calendar, day) - (day >= skipped))


def anybody_may_do_anything(patch: Patch) -> None:
    patch.setattr(separation, "permit", lambda *_: None)
    patch.setattr(pure, "permit", lambda *_: None)


def an_extension_comes_twice(patch: Patch) -> None:
    patch.setattr(clock, "extend", lambda _granted, new: new)


PLANTED: dict[Callable[[Patch], None], str] = {
    a_join_lets_one_pass_early: "a join waits for all",
    a_fork_forgets_a_branch: "a fork opens every branch",
    a_situation_is_overlooked: "every step was done",
    a_stop_needs_no_notice: "what no rule allows is refused",
    a_task_is_dropped: "none lost",
    a_step_is_opened_twice: "none doubled",
    an_acceptance_counts_twice: "what no rule allows is refused",
    a_promise_is_a_day_longer: "the promised day",
    the_day_a_stop_ends_counts: "the promised day",
    the_calendar_skips_a_working_day: "the legal day",
    anybody_may_do_anything: "what no rule allows is refused",
    an_extension_comes_twice: "what no rule allows is refused",
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_the_year_finds_a_planted_bug(plant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    plant(monkeypatch)
    with pytest.raises(Broken) as found:
        year(3, 2_000, 60, sample=3)
    assert found.value.invariant == PLANTED[plant]
    assert found.value.day is not None
