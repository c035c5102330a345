"""换版规则 — whether a running case fits a new chart, and what would be different for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiwang.casework.messages.flow import Begin, Facts, Finish, Progress
from yiwang.casework.rules.chart import compile_flow
from yiwang.casework.rules.flow import Compiled, advance
from yiwang.casework.rules.rebasing import changes, moved
from yiwang.catalogue.messages import At, Edge, Flow, Step, StepKind, Who
from yiwang.catalogue.seed import demo_items
from yiwang.ground.clock import Limit
from yiwang.ground.outcome import Refused

from tests.casework.flows import FACTS, START, compiled, flows, walk

FLOW = next(i for i in demo_items() if i.code == "许可-90014-000").flow
HIGHWAY: Facts = {"categories": ("highway",), "titles": "yes"}


def at(flow: Compiled, *done: str) -> Progress:
    """A case that has come so far."""
    state, _ = advance(flow, Progress(), Begin(at=START), HIGHWAY)
    for word in done:
        step, outcome = word.split()
        state, _ = advance(flow, state, Finish(step=step, outcome=outcome, at=START), HIGHWAY)
    return state


def without(flow: Flow, step: str) -> Flow:
    """The chart with a step taken out and its neighbours joined."""
    into = [e for e in flow.edges if e.target == step]
    out = next(e for e in flow.edges if e.source == step)
    kept = [e for e in flow.edges if step not in (e.source, e.target)]
    joined = [Edge(source=e.source, target=out.target, when=e.when) for e in into]
    return replace(flow, steps=tuple(s for s in flow.steps if s.id != step), edges=(*kept, *joined))


def with_step(flow: Flow, new: Step, before: str) -> Flow:
    """The chart with a step put before another."""
    edges = [replace(e, target=new.id) if e.target == before else e for e in flow.edges]
    return replace(flow, steps=(*flow.steps, new), edges=(*edges, Edge(source=new.id, target=before)))


def changed(flow: Flow, step: str, **values: object) -> Flow:
    """The chart with something else in a step."""
    return replace(flow, steps=tuple(replace(s, **values) if s.id == step else s for s in flow.steps))  # type: ignore[arg-type]  # any field may change


LEGAL = Step(id="legal", name="法制审核", kind=StepKind.REVIEW, who=Who(line="JST", at=At.PROVINCE, role="reviewer"))
START_OF_HANDLING = ("accept accept", "fetch complete")
AT_CHECK = (*START_OF_HANDLING, "review pass", "consult_highway agree", "examine skip")


def test_前面还没有办到的环节可以新增_办件带着走() -> None:
    old, new = compile_flow(FLOW), compile_flow(with_step(FLOW, LEGAL, "decide"))
    state = at(old, *AT_CHECK)
    after = moved(old, new, state, HIGHWAY)
    assert (after.open, after.done) == (state.open, state.done)
    assert changes(old, new, state, HIGHWAY).added == ("legal",)
    then, _ = advance(new, after, Finish(step="check", outcome="pass", at=START), HIGHWAY)
    assert [t.step for t in then.open] == ["legal"]


def test_新增的环节在办件身后_不能装作办过() -> None:
    old, new = compile_flow(FLOW), compile_flow(with_step(FLOW, LEGAL, "consulting"))
    with pytest.raises(Refused, match=r"rebase\.history_differs"):
        moved(old, new, at(old, *AT_CHECK), HIGHWAY)
    assert moved(old, new, at(old, *START_OF_HANDLING), HIGHWAY).open


def test_办过的环节新版没有了_按原版办完() -> None:
    old, new = compile_flow(FLOW), compile_flow(without(FLOW, "review"))
    with pytest.raises(Refused, match=r"rebase\.history_differs"):
        moved(old, new, at(old, *AT_CHECK), HIGHWAY)


@pytest.mark.requirement("R51")
def test_另一个部门签过字的环节还在前面_不能略过它() -> None:
    shorter = without(FLOW, "consult_highway")
    old, new = compile_flow(FLOW), compile_flow(shorter)
    with pytest.raises(Refused, match=r"rebase\.signed_step_gone"):
        moved(old, new, at(old, *START_OF_HANDLING), HIGHWAY)


def test_在办的环节换了人_不能中途换() -> None:
    other = changed(FLOW, "check", who=Who(line="JST", at=At.PROVINCE, role="handler"))
    old, new = compile_flow(FLOW), compile_flow(other)
    with pytest.raises(Refused, match=r"rebase\.other_duty"):
        moved(old, new, at(old, *AT_CHECK), HIGHWAY)


def test_期限变了说得出来() -> None:
    old, new = compile_flow(FLOW), compile_flow(changed(FLOW, "check", limit=Limit.parse("2wd")))
    found = changes(old, new, at(old, *AT_CHECK), HIGHWAY)
    assert found.changed == {"check": {"limit": ("3wd", "2wd")}}
    assert (found.added, found.gone) == ((), ())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flows(), st.data())
def test_同一张图换到同一张图_什么都不变(chart: Flow, data: object) -> None:
    flow = compiled(chart)
    for _, _, result in walk(flow, data, 12):
        if isinstance(result, Refused) or result[0].ended:
            continue
        state = result[0]
        after = moved(flow, flow, state, FACTS)
        assert (after.open, after.done, after.suspended) == (state.open, state.done, state.suspended)
        assert set(after.branching) == set(state.branching)
        found = changes(flow, flow, state, FACTS)
        assert (found.added, found.gone, found.changed) == ((), (), {})
