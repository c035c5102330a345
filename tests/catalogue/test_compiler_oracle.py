"""编译器与引擎 — what the compiler computes over all ways is what the engine does when every way is really walked."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from yiwang.casework.messages.flow import Begin, Finish, Progress
from yiwang.casework.rules.flow import OUTCOMES, SKIP, advance, compiled
from yiwang.catalogue.messages import CaseType, Condition, Flow, Item, JoinRule, Option, Question, Step
from yiwang.catalogue.rules.compiler.courses import Weighing, chart_of, outcome_cases, reached
from yiwang.catalogue.rules.compiler.situations import Span, situations

from tests.casework.flows import START, flows

QUESTIONS = (
    Question(code="situation", text="情形", options=tuple(Option(value=v, label=v) for v in "abc")),
    Question(code="several", text="类别", several=True, options=tuple(Option(value=v, label=v) for v in "wxyz")),
)
MOST_STATES = 4_000


@st.composite
def items(draw: Any) -> Item:
    flow: Flow = draw(flows())
    assume(len(flow.steps) <= 14)
    first = flow.steps[1]
    if first.who is not None and draw(st.booleans()):  # some edges ask how the first step ended
        said = st.sampled_from((*sorted(OUTCOMES[first.kind]), SKIP))
        asks = [e.when is not None and e.when.question in ("situation", "several") for e in flow.edges]
        edges = tuple(
            replace(e, when=Condition(question=f"outcome:{first.id}", values=(draw(said),)))
            if ask and draw(st.booleans())
            else e
            for e, ask in zip(flow.edges, asks, strict=True)
        )
        flow = replace(flow, edges=edges)
    steps = tuple(replace(s, visits=draw(st.integers(0, 1)) if s.who else 0, visit_reason="核验") for s in flow.steps)
    return Item(
        code="X",
        name="甲事项",
        line="X",
        type="01",
        sector="",
        case_type=CaseType.PROMISED,
        flow=replace(flow, steps=steps),
        questions=QUESTIONS,
    )


def every_answer() -> list[dict[str, tuple[str, ...]]]:
    """By brute force: one of three, and every choice of some of four."""
    several = [chosen for n in range(1, 5) for chosen in combinations("wxyz", n)]
    return [{"situation": (one,), "several": some} for one in "abc" for some in several]


def walk_all(item: Item, answers: dict[str, tuple[str, ...]]) -> tuple[int, set[str]]:
    """Every way the engine can go in a situation: the most visits of one way, and the steps opened on any."""
    flow = compiled(item.flow)
    visits = {s.id: s.visits for s in item.flow.steps}
    first, _ = advance(flow, Progress(), Begin(at=START), answers)
    waiting = [(first, frozenset(t.step for t in first.open))]
    seen: set[Any] = set()
    worst, opened_ever = 0, set(waiting[0][1])
    while waiting:
        state, opened = waiting.pop()
        last = {d.step: d.outcome for d in state.done}
        key = (frozenset(t.step for t in state.open), state.branching, tuple(sorted(last.items())), opened)
        if key in seen:
            continue
        seen.add(key)
        assume(len(seen) <= MOST_STATES)
        worst = max(worst, sum(visits[s] for s in opened))
        opened_ever |= opened
        for token in state.open:
            step: Step = flow.steps[token.step]
            if token.round > 1:
                continue
            for outcome in (*OUTCOMES[step.kind], *((SKIP,) if step.optional else ())):
                if outcome == "deemed" and step.silence.value != "deemed":
                    continue
                after, _ = advance(flow, state, Finish(step=step.id, outcome=outcome, at=START), answers)
                waiting.append((after, opened | {t.step for t in after.open}))
    return worst, opened_ever


def most(item: Item, answers: dict[str, tuple[str, ...]]) -> tuple[int, set[str]]:
    """What the compiler says of the same situation."""
    chart = chart_of(item.flow)
    weighing = Weighing(chart, lambda s: s.visits, sum)
    cases = list(outcome_cases(chart))
    steps = set().union(*(reached(chart, answers, outcomes) for outcomes in cases))
    return max(weighing.course(answers, outcomes).value for outcomes in cases), steps


SLOW = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(items())
def test_到场次数与逐条走法一致(item: Item) -> None:
    chart = chart_of(item.flow)
    kinds = list(situations(item))
    exact = all(s.rule is JoinRule.ALL for s in item.flow.steps)
    brute = {}
    for answers in kinds:
        computed, steps = most(item, answers)
        walked, opened = walk_all(item, answers)
        assert computed >= walked
        worked = {s for s in steps if chart.steps[s].who is not None}
        assert worked >= opened
        if exact:
            assert computed == walked
            assert worked == opened
        brute[tuple(sorted(answers.items()))] = walked
    # What situations leave out makes no difference: no other answer comes to more.
    if exact:
        assert max(most(item, answers)[0] for answers in every_answer()) == max(brute.values())
        assert max(most(item, answers)[0] for answers in situations(item, Span.WIDEST)) == max(brute.values())
