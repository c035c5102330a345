"""流程推进 — on any flow, whatever anybody tries: a next state or a refusal, and every state keeps its promises."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiwang.casework.messages.flow import (
    Begin,
    Cancel,
    ClockMet,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    Ended,
    Facts,
    Finish,
    Progress,
    Resume,
    Return,
    StepClosed,
    StepOpened,
    Suspend,
    TakeBack,
    Token,
)
from yiwang.casework.rules.flow import CANCELLED, OUTCOMES, RETURNED, SKIP, Compiled, advance
from yiwang.catalogue.messages import Flow, Silence, StepKind
from yiwang.catalogue.seed import demo_items
from yiwang.ground.outcome import Conflict, Refused

from tests.casework.flows import FACTS, START, compiled, flows, to_the_end, walk

thorough = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(flow: Compiled, state: Progress) -> None:
    """The promises of a state, as the docstring of the rule makes them."""
    tokens = [token.step for token in state.open]
    assert len(tokens) == len(set(tokens)), "a step is open once"
    for step in tokens:
        assert flow.steps[step].kind not in (StepKind.FORK, StepKind.JOIN), "forks and joins never hold a token"
    for branching in state.branching:
        assert 0 <= branching.arrived < branching.need
    assert set(state.suspended) <= set(tokens)
    assert len(set(state.suspended)) == len(state.suspended)
    assert bool(state.ended) != bool(state.open) or not state.done


@thorough
@given(flows(), st.data())
def test_any_event_in_any_state_gives_a_state_or_a_refusal(chart: Flow, data: Any) -> None:
    flow = compiled(chart)
    for before, _, result in walk(flow, data):
        if isinstance(result, Refused):
            check(flow, before)
        else:
            check(flow, result[0])


@thorough
@given(flows(), st.data())
def test_from_every_state_there_is_a_way_to_the_end(chart: Flow, data: Any) -> None:
    flow = compiled(chart)
    for _, _, result in walk(flow, data, 10):
        if not isinstance(result, Refused):
            assert to_the_end(flow, result[0]).ended


@thorough
@given(flows(), st.data())
def test_effects_and_states_tell_the_same_story(chart: Flow, data: Any) -> None:
    """What opened and was not closed is what is open; the clock starts and is met once, stops and goes on in turn."""
    flow = compiled(chart)
    opened: Counter[str] = Counter()
    clock: list[type] = []
    state = Progress()
    for _, _, result in walk(flow, data):
        if isinstance(result, Refused):
            continue
        state, effects = result
        for effect in effects:
            match effect:
                case StepOpened():
                    opened[effect.step] += 1
                case StepClosed():
                    opened[effect.step] -= 1
                case ClockStarted() | ClockMet() | ClockStopped() | ClockResumed():
                    clock.append(type(effect))
                case Ended():
                    assert effect.end == state.ended
    assert +opened == Counter(token.step for token in state.open)
    assert clock.count(ClockMet) <= 1
    assert clock.count(ClockStarted) <= 1
    assert clock.count(ClockStopped) - clock.count(ClockResumed) == len(state.suspended)


@thorough
@given(flows(), st.data())
def test_a_refused_event_changes_nothing_and_the_past_is_never_rewritten(chart: Flow, data: Any) -> None:
    """Only 撤回 makes something undone: the very last step, and nothing else."""
    flow = compiled(chart)
    for before, event, result in walk(flow, data):
        if isinstance(result, Refused):
            continue
        if isinstance(event, TakeBack):
            kept = [d for d in before.done if d.outcome != CANCELLED]
            assert before.done[: len(result[0].done)] == result[0].done
            assert kept[-1].step == event.step
            assert [d for d in result[0].done if d.outcome != CANCELLED] == kept[:-1]
        else:
            assert result[0].done[: len(before.done)] == before.done


@thorough
@given(flows(), st.data())
def test_taking_back_and_finishing_again_leads_to_the_same_place(chart: Flow, data: Any) -> None:
    flow = compiled(chart)
    for before, event, result in walk(flow, data):
        if isinstance(result, Refused) or not isinstance(event, TakeBack):
            continue
        last = [d for d in before.done if d.outcome != CANCELLED][-1]
        again, _ = advance(flow, result[0], Finish(step=last.step, outcome=last.outcome, at=last.at), FACTS)
        assert (set(again.open), again.branching) == (set(before.open), before.branching)


@thorough
@given(flows(), st.data())
def test_what_was_finished_says_the_whole_state(chart: Flow, data: Any) -> None:
    """`done` alone folds to the state that stands, but for the special procedures that are open."""
    flow = compiled(chart)
    for _, _, result in walk(flow, data):
        if isinstance(result, Refused) or result[0].ended:
            continue
        state = result[0]
        at = state.done[0].at if state.done else START
        again = advance(flow, Progress(), Begin(at=at), FACTS)[0]
        for d in state.done:
            if d.outcome == CANCELLED:
                continue
            event = (
                Return(step=d.step, to=d.to, at=d.at)
                if d.outcome == RETURNED
                else Finish(step=d.step, outcome=d.outcome, at=d.at)
            )
            again, _ = advance(flow, again, event, FACTS)
        if state.done:
            assert (set(again.open), again.done) == (set(state.open), state.done)
        assert Counter(again.branching) == Counter(state.branching)


@thorough
@given(flows(), st.data())
def test_an_ended_flow_hears_nothing_more(chart: Flow, data: Any) -> None:
    flow = compiled(chart)
    ended = to_the_end(flow, advance(flow, Progress(), Begin(at=START), FACTS)[0])
    step = data.draw(st.sampled_from(chart.steps))
    for event in (Begin(at=START), Finish(step=step.id, outcome="pass", at=START), Cancel(end="withdrawn", at=START)):
        with pytest.raises(Conflict, match=r"flow\.ended"):
            advance(flow, ended, event, FACTS)


# ── the charts of the founding text ─────────────────────────────────────────────────────────────────


def seed_flow(code: str) -> Compiled:
    """The chart of a demo item."""
    return compiled(next(item for item in demo_items() if item.code == code).flow)


JOINT, CONSULTING, SINGLE = "许可-90015-000", "许可-90014-000", "其他-90001-000"


def run(flow: Compiled, facts: Any, *events: Any) -> tuple[Progress, list[Any]]:
    """A history whose every event must be heard; the last state and all effects."""
    state, told = advance(flow, Progress(), Begin(at=START), facts)
    effects = list(told)
    for event in events:
        state, told = advance(flow, state, event, facts)
        effects += told
    return state, effects


def finish(step: str, outcome: str) -> Finish:
    """A step is done."""
    return Finish(step=step, outcome=outcome, at=START)


def reviewed(flow: Compiled) -> list[str]:
    """Steps of review that open together."""
    return [s.id for s in flow.flow.steps if s.kind is StepKind.REVIEW]


@pytest.mark.requirement("R48")
def test_一个部门独立办理的_一步一步走到底() -> None:
    flow = seed_flow(SINGLE)
    state, effects = run(flow, {"imports": "no"}, finish("accept", "accept"), finish("fetch", "complete"))
    assert [token.step for token in state.open] == ["decide"]
    assert ClockStarted() in effects
    state, _ = advance(flow, state, finish("decide", "grant"), {})
    assert [token.step for token in state.open] == ["deliver"]


@pytest.mark.requirement("R49")
def test_几个部门联合办理的_同时开始_都办完才往下走() -> None:
    flow = seed_flow(JOINT)
    facts: Facts = {"categories": ("cma", "food", "environment"), "premises": "owned"}
    state, _ = run(flow, facts, finish("accept", "accept"), finish("fetch", "complete"))
    together = [token.step for token in state.open]
    assert len(together) == 3, "三个部门同一时刻受理 (规定 5)"
    for number, step in enumerate(together, start=1):
        assert not state.ended
        state, effects = advance(flow, state, finish(step, "pass"), facts)
        opened = [effect.step for effect in effects if isinstance(effect, StepOpened)]
        assert bool(opened) == (number == 3)


@pytest.mark.requirement("R49")
def test_只涉及一个部门的情形_其他部门没有待办() -> None:
    flow = seed_flow(JOINT)
    facts: Facts = {"categories": ("food",), "premises": "owned"}
    state, _ = run(flow, facts, finish("accept", "accept"), finish("fetch", "complete"))
    assert len(state.open) == 1


@pytest.mark.requirement("R50")
def test_征求意见_不回复也只能按签字的图来() -> None:
    flow = seed_flow(CONSULTING)
    facts: Facts = {"categories": ("highway",), "titles": "yes"}
    state, _ = run(flow, facts, finish("accept", "accept"), finish("fetch", "complete"), finish("review", "pass"))
    consult = next(token.step for token in state.open if token.step.startswith("consult"))
    after, effects = advance(flow, state, finish(consult, "deemed"), facts)
    assert StepClosed(step=consult, outcome="deemed") in effects
    assert after.done[-1].outcome == "deemed", "记为逾期视为无意见，不记为同意"
    assert not any(isinstance(effect, ClockStopped) for effect in effects)


@given(flows())
@thorough
def test_silence_means_consent_only_where_the_signed_chart_says_so(chart: Flow) -> None:
    for step in chart.steps:
        if step.kind is StepKind.CONSULT and step.silence is Silence.WAITS:
            state = Progress(open=(Token(step=step.id, since=START),), done=())
            with pytest.raises(Refused, match=r"flow\.silence_waits"):
                advance(compiled(chart), state, finish(step.id, "deemed"), FACTS)


@pytest.mark.requirement("R26")
def test_特别程序停钟_须有法定事由和书面告知() -> None:
    flow = seed_flow(JOINT)
    facts: Facts = {"categories": ("cma",), "premises": "owned"}
    state, _ = run(flow, facts, finish("accept", "accept"), finish("fetch", "complete"))
    state, _ = advance(flow, state, finish(state.open[0].step, "pass"), facts)
    special = state.open[0].step
    assert flow.steps[special].kind is StepKind.SPECIAL
    with pytest.raises(Refused, match=r"flow\.no_notice"):
        advance(flow, state, Suspend(step=special, notice="  ", at=START), facts)
    stopped, effects = advance(flow, state, Suspend(step=special, notice="告知书 1 号", at=START), facts)
    assert [type(effect) for effect in effects] == [ClockStopped]
    withdrawn, effects = advance(flow, stopped, Cancel(end="withdrawn", at=START), facts)
    assert ClockResumed(step=special) in effects
    assert withdrawn.suspended == ()
    with pytest.raises(Conflict, match=r"flow\.already_suspended"):
        advance(flow, stopped, Suspend(step=special, notice="告知书 2 号", at=START), facts)
    ended, effects = advance(flow, stopped, finish(special, "pass"), facts)
    assert ClockResumed(step=special) in effects
    assert ended.suspended == ()


def test_only_a_special_step_stops_the_clock() -> None:
    flow = seed_flow(CONSULTING)
    state, _ = run(flow, {"categories": ("highway",), "titles": "yes"}, finish("accept", "accept"))
    with pytest.raises(Refused, match=r"flow\.not_special"):
        advance(flow, state, Suspend(step=state.open[0].step, notice="1", at=START), {})
    with pytest.raises(Conflict, match=r"flow\.not_suspended"):
        advance(flow, state, Resume(step=state.open[0].step, at=START), {})


@pytest.mark.parametrize("code", [SINGLE, JOINT, CONSULTING])
def test_what_is_optional_may_be_skipped_and_nothing_else(code: str) -> None:
    flow = seed_flow(code)
    for step in flow.flow.steps:
        if step.who is None:
            continue
        state = Progress(open=(Token(step=step.id, since=START),))
        if step.optional:
            assert advance(flow, state, finish(step.id, SKIP), FACTS)[0].done[-1].outcome == SKIP
        else:
            with pytest.raises(Refused, match=r"flow\.not_optional"):
                advance(flow, state, finish(step.id, SKIP), FACTS)


def test_an_outcome_the_step_does_not_know_is_refused() -> None:
    flow = seed_flow(SINGLE)
    for step in flow.flow.steps:
        for outcome in {"grant", "refuse", "pass", "agree", "delivered", "nonsense"} - OUTCOMES[step.kind]:
            with pytest.raises(Refused, match=r"flow\.outcome_unknown"):
                advance(flow, Progress(open=(Token(step=step.id, since=START),)), finish(step.id, outcome), {})


def test_back_to_an_earlier_step_of_the_same_branch_only() -> None:
    flow = seed_flow(CONSULTING)
    facts: Facts = {"categories": ("highway",), "titles": "yes"}
    state, _ = run(flow, facts, finish("accept", "accept"), finish("fetch", "complete"))
    for target in ("accept", "fetch"):
        with pytest.raises(Refused, match=r"flow\.cannot_return"):
            advance(flow, state, Return(step="review", to=target, at=START), facts)
    state, _ = advance(flow, state, finish("review", "pass"), facts)
    consult = state.open[0].step
    for target in ("accept", "fetch", consult, "decide"):
        with pytest.raises(Refused, match=r"flow\.cannot_return"):
            advance(flow, state, Return(step=consult, to=target, at=START), facts)
    state, _ = advance(flow, state, finish(consult, "agree"), facts)
    for step in ("examine", "check"):
        state, _ = advance(flow, state, finish(step, "pass"), facts)
    assert [token.step for token in state.open] == ["decide"]
    back, effects = advance(flow, state, Return(step="decide", to="examine", at=START), facts)
    assert [(token.step, token.round) for token in back.open] == [("examine", 1)]
    assert StepClosed(step="decide", outcome="returned") in effects


def test_withdrawing_closes_everything_and_lets_the_clock_go() -> None:
    flow = seed_flow(JOINT)
    facts: Facts = {"categories": ("cma", "food"), "premises": "owned"}
    state, _ = run(flow, facts, finish("accept", "accept"), finish("fetch", "complete"))
    after, effects = advance(flow, state, Cancel(end="withdrawn", at=START), facts)
    assert (after.open, after.branching, after.ended) == ((), (), "withdrawn")
    assert [type(effect) for effect in effects] == [StepClosed, StepClosed, ClockMet, Ended]
