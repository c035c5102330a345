"""各部门受理时间的测试 — side by side with the centre; in a row, when the one before is done in writing. 规定 5(3)"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from yiwang.casework.messages.flow import Begin, Finish, Progress
from yiwang.casework.rules.acceptance import Acceptance, acceptances
from yiwang.casework.rules.flow import advance, compile_flow
from yiwang.catalogue.messages import At, Edge, Flow, FlowKind, Step, StepKind, Who
from yiwang.plumbing.work import SHANGHAI

START = datetime(2017, 8, 14, 9, tzinfo=SHANGHAI)
HANDLER = Who(line="*", at=At.DECIDING, role="handler")


def box(step: str, kind: StepKind, opens: str = "") -> Step:
    who = None if kind in (StepKind.FORK, StepKind.JOIN) else HANDLER
    return Step(id=step, name=step, kind=kind, who=who, opens=opens)


def flow(steps: list[Step], *edges: str) -> Flow:
    pairs = [edge.split(">") for edge in edges]
    return Flow(
        kind=FlowKind.JOINT, lead=HANDLER, steps=tuple(steps), edges=tuple(Edge(source=a, target=b) for a, b in pairs)
    )


def walk(chart: Flow, *finished: tuple[str, str, int]) -> Progress:
    """The flow after these steps were finished, each with its outcome on the so many-th day."""
    made = compile_flow(chart)
    state, _ = advance(made, Progress(), Begin(at=START), {})
    for step, outcome, after in finished:
        state, _ = advance(made, state, Finish(step=step, outcome=outcome, at=START + timedelta(after)), {})
    return state


PARALLEL = flow(
    [
        box("accept", StepKind.ACCEPT),
        box("fork", StepKind.FORK),
        box("fire", StepKind.REVIEW),
        box("water", StepKind.REVIEW),
        box("join", StepKind.JOIN, "fork"),
        box("decide", StepKind.DECIDE),
        box("deliver", StepKind.DELIVER),
    ],
    *("accept>fork", "fork>fire", "fork>water", "fire>join", "water>join", "join>decide", "decide>deliver"),
)
ROW = flow(
    [
        box("accept", StepKind.ACCEPT),
        box("land", StepKind.REVIEW),
        box("plan", StepKind.REVIEW),
        box("plan_decide", StepKind.DECIDE),
        box("deliver", StepKind.DELIVER),
    ],
    *("accept>land", "land>plan", "plan>plan_decide", "plan_decide>deliver"),
)
DESKS = {s: s.split("_", maxsplit=1)[0].upper() for s in ("fire", "water", "decide", "land", "plan", "plan_decide")}


@pytest.mark.requirement("R17")
def test_并联部门与中心同时受理() -> None:
    state = walk(PARALLEL, ("accept", "accept", 0), ("water", "pass", 3))
    found = acceptances(compile_flow(PARALLEL), state, START, DESKS)
    assert found == (Acceptance("FIRE", START, "fire"), Acceptance("WATER", START, "water"))


def test_汇合之后的部门_自最后一个部门办结时受理() -> None:
    state = walk(PARALLEL, ("accept", "accept", 0), ("water", "pass", 3), ("fire", "pass", 5))
    found = acceptances(compile_flow(PARALLEL), state, START, DESKS)
    assert found[-1] == Acceptance("DECIDE", START + timedelta(5), "decide", "fire")


@pytest.mark.requirement("R17")
def test_串联部门自收到上一部门书面办结时受理_同一部门不再受理第二次() -> None:
    state = walk(ROW, ("accept", "accept", 0), ("land", "pass", 4), ("plan", "pass", 6))
    found = acceptances(compile_flow(ROW), state, START, DESKS)
    assert found == (Acceptance("LAND", START, "land"), Acceptance("PLAN", START + timedelta(4), "plan", "land"))


def test_没轮到的部门还没有受理_没受理的办件谁也没有() -> None:
    state = walk(ROW, ("accept", "accept", 0))
    assert [a.organisation for a in acceptances(compile_flow(ROW), state, START, DESKS)] == ["LAND"]
    assert acceptances(compile_flow(ROW), walk(ROW), None, DESKS) == ()
