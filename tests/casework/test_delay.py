"""归责时间 — on any flow, whatever happened: every elapsed day has one holder, and overdue days are all somebody's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiwang.casework.messages.flow import Begin, Cancel, Finish, FlowEvent, Resume, Return, Suspend, TakeBack
from yiwang.casework.rules import timing
from yiwang.casework.rules.delay import Charge, Keeper, Mean, charges, life, means
from yiwang.casework.rules.flow import Compiled, compiled
from yiwang.casework.rules.replay import Act
from yiwang.catalogue.messages import At, CaseType, ClockEffect, Edge, Flow, FlowKind, Item, Step, StepKind, Who
from yiwang.ground.clock import Ground, Limit
from yiwang.ground.outcome import Refused
from yiwang.ground.workdays import CALENDAR
from yiwang.plumbing.work import SHANGHAI

from tests.casework.flows import FACTS, flows, walk

thorough = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FIRST = datetime(2017, 8, 14, 9, tzinfo=SHANGHAI)
DEPARTMENT = Who(line="X", at=At.DECIDING, role="handler")
HALL = Who(line="XZFW", at=At.RECEIVING, role="clerk")
NET = Who(line="X", at=At.DECIDING, role="system")


def item(flow: Flow, promised: str = "5wd", legal: str = "20wd") -> Item:
    """An item with this chart."""
    return Item(
        code="许可-00000-000",
        name="例",
        line="X",
        type="01",
        sector="",
        case_type=CaseType.PROMISED,
        flow=flow,
        promised=Limit.parse(promised),
        legal=Limit.parse(legal),
    )


def act(at: datetime, word: str, person: str = "p", **facts: str) -> Act:
    """An entry of the journal."""
    return Act(at, at.astimezone(SHANGHAI).date(), word, person, facts, f"post of {person}")


def entry(event: FlowEvent, at: datetime) -> Act:
    """How the journal says what moved the flow."""
    match event:
        case Begin():
            return act(at, "case.opened")
        case Finish(step=step, outcome=outcome):
            return act(at, "step.finished", step=step, outcome=outcome)
        case Suspend(step=step, notice=notice):
            return act(at, "clock.stopped", step=step, notice=notice)
        case Resume(step=step):
            return act(at, "clock.resumed", step=step)
        case Return(step=step, to=to):
            return act(at, "step.returned", step=step, to=to)
        case TakeBack(step=step):
            return act(at, "step.taken_back", step=step)
        case Cancel(end=end):
            return act(at, f"case.{end}")
    raise AssertionError(event)


@dataclass(frozen=True)
class History:
    """一段办理: a chart, what was done on it, and the day it is looked at."""

    flow: Compiled
    acts: list[Act]
    today: date

    def charges(self) -> tuple[Charge, ...]:
        """Whose days they were."""
        lived = life(self.flow, item(self.flow.flow), FACTS, self.acts, CALENDAR)
        return charges(lived, self.flow, self.today, CALENDAR, lambda step, _: (f"desk {step.id}", f"post {step.id}"))

    @property
    def last(self) -> date:
        """The last day there is to charge."""
        return self.acts[-1].day if self.acts[-1].act.startswith("case.w") or self.ended else self.today

    @property
    def ended(self) -> bool:
        """Whether the flow is over."""
        return life(self.flow, item(self.flow.flow), FACTS, self.acts, CALENDAR).ended is not None


@st.composite
def histories(draw: Any) -> History:
    """What people did on a chart, hours or days apart, with claims and a correction between."""
    flow = compiled(draw(flows()))
    acts: list[Act] = []
    at = FIRST
    data = draw(st.data())
    for _, event, result in walk(flow, data, draw(st.integers(1, 25))):
        if isinstance(result, Refused):
            continue
        if acts:
            at += timedelta(hours=draw(st.integers(0, 90)))
        acts.append(entry(event, at))
        if isinstance(event, Begin) and draw(st.booleans()):
            for word in ("correction.asked", "correction.received")[: draw(st.integers(1, 2))]:
                at += timedelta(hours=draw(st.integers(1, 90)))
                acts.append(act(at, word))
        for token in result[0].open:
            if draw(st.integers(0, 3)) == 0:
                at += timedelta(hours=draw(st.integers(0, 40)))
                acts.append(act(at, "task.claimed", draw(st.sampled_from("甲乙")), step=token.step))
    return History(flow, acts, acts[-1].day + timedelta(days=draw(st.integers(0, 40))))


@pytest.mark.requirement("R52")
@thorough
@given(histories())
def test_每一天恰好归一个持有方_总和等于历时(history: History) -> None:
    found = history.charges()
    day = history.acts[0].day
    for charge in found:
        assert charge.since == day + timedelta(days=1), "no gap, no overlap"
        assert charge.days == (charge.until - day).days > 0
        assert charge.workdays == CALENDAR.count(day, charge.until)
        assert min(charge.overdue, charge.beyond_law, charge.late) >= 0
        assert max(charge.overdue, charge.beyond_law, charge.late) <= charge.workdays
        day = charge.until
    assert day == max(history.last, history.acts[0].day)


@pytest.mark.requirement("R52")
@thorough
@given(histories())
def test_超期天数分摊之和_就是办件的超期(history: History) -> None:
    lived = life(history.flow, item(history.flow.flow), FACTS, history.acts, CALENDAR)
    last = lived.ended or history.today
    clock = lived.case.timing
    found = history.charges()
    assert sum(c.overdue for c in found) == timing.dues(clock, CALENDAR, last).overdue
    legal = replace(clock, promised=clock.legal)
    assert sum(c.beyond_law for c in found) == timing.dues(legal, CALENDAR, last).overdue


@pytest.mark.requirement("R26", "R52")
@thorough
@given(histories())
def test_法定停钟的日子不归任何人_补正的日子归申请人(history: History) -> None:
    lived = life(history.flow, item(history.flow.flow), FACTS, history.acts, CALENDAR)
    for charge in history.charges():
        for n in range(charge.days):
            day = charge.since + timedelta(days=n)
            stops = lived.case.timing.stops
            stands = any(s.since < day and (s.end is None or day <= s.end) for s in stops)
            waits = any(asked < day and (got is None or day <= got) for asked, got in lived.corrections)
            prescribed = bool(charge.holder.step) and history.flow.steps[charge.holder.step].kind is StepKind.WAIT
            assert (charge.holder.keeper is Keeper.STATUTE) == (stands or (prescribed and not waits))
            assert (charge.holder.keeper is Keeper.APPLICANT) == (waits and not stands)
            assert bool(charge.holder.desk) == (charge.holder.keeper in (Keeper.POST, Keeper.HALL))


@thorough
@given(histories(), st.integers(1, 60))
def test_已经确定的归责_以后不再改(history: History, acts: int) -> None:
    """What is not provisional stays as it is, whatever happens next."""

    def days(seen: History) -> list[tuple[object, bool]]:
        return [(c.holder, c.provisional) for c in seen.charges() for _ in range(c.days)]

    known = history.acts[:acts]
    now, then = days(replace(history, acts=known, today=known[-1].day)), days(history)
    for (before, provisional), (after, _) in zip(now, then, strict=False):
        assert provisional or before == after


# ── charts drawn by hand ────────────────────────────────────────────────────────────────────────────


def step(name: str, kind: StepKind = StepKind.REVIEW, who: Who | None = DEPARTMENT, **more: Any) -> Step:
    """A step."""
    return Step(id=name, name=name, kind=kind, who=who, **more)


def chart(steps: list[Step], *edges: str) -> Compiled:
    """A chart of these steps; an edge is written `a>b`."""
    accept = step("accept", StepKind.ACCEPT, HALL, clock=ClockEffect.BEFORE)
    deliver = step("deliver", StepKind.DELIVER, HALL, clock=ClockEffect.AFTER)
    drawn = tuple(Edge(source=a, target=b) for a, b in (e.split(">") for e in edges))
    return compiled(Flow(kind=FlowKind.JOINT, lead=DEPARTMENT, steps=(accept, *steps, deliver), edges=drawn))


def on(day: int, hour: int = 10) -> datetime:
    """A moment of August 2017; the 14th is a Monday."""
    return FIRST.replace(day=1, hour=hour) + timedelta(days=day - 1)


def opened(day: int, *acts: Act) -> list[Act]:
    """Opened and accepted on the same day, then these."""
    return [act(on(day, 9), "case.opened"), done(day, "accept", "accept"), *acts]


def done(day: int, name: str, outcome: str = "pass") -> Act:
    """A step was finished."""
    return act(on(day), "step.finished", step=name, outcome=outcome)


def shares(history: History) -> list[tuple[str, str, int, bool]]:
    """What each had: keeper, step, days, whether provisional."""
    return [(c.holder.keeper.value, c.holder.step, c.days, c.provisional) for c in history.charges()]


PARALLEL = chart(
    [
        step("fork", StepKind.FORK, None),
        step("a", limit=Limit.parse("5wd")),
        step("b", limit=Limit.parse("3wd")),
        step("join", StepKind.JOIN, None, opens="fork"),
    ],
    *("accept>fork", "fork>a", "fork>b", "a>join", "b>join", "join>deliver"),
)
SERIAL = chart([step("a"), step("b")], "accept>a", "a>b", "b>deliver")
ROUND = chart([step("b"), step("a")], "accept>b", "b>a", "a>deliver")


@pytest.mark.requirement("R49", "R52")
def test_并联_等待归最后办完的部门() -> None:
    acts = opened(14, done(16, "b"), done(21, "a"), done(22, "deliver", "delivered"))
    assert shares(History(PARALLEL, acts, date(2017, 8, 30))) == [
        ("post", "a", 7, False),
        ("hall", "deliver", 1, False),
    ]


@pytest.mark.requirement("R49", "R52")
def test_并联_还在等的_暂归先到期的部门_注明暂定() -> None:
    assert shares(History(PARALLEL, opened(14), date(2017, 8, 18))) == [("post", "b", 4, True)]
    arrived = opened(14, done(16, "b"))
    assert shares(History(PARALLEL, arrived, date(2017, 8, 18))) == [("post", "a", 4, False)], "the other has arrived"


@pytest.mark.requirement("R52")
def test_领取之前归岗位_领取之后归领取人() -> None:
    acts = opened(14, act(on(17), "task.claimed", "甲", step="a"), done(18, "a"))
    found = History(SERIAL, acts, date(2017, 8, 20)).charges()
    assert [(c.holder.post, c.holder.person, c.days) for c in found] == [
        ("post a", "", 3),
        ("post of 甲", "甲", 1),
        ("post b", "", 2),
    ]


@pytest.mark.requirement("R52")
def test_转办_机构改革_之前的日子归原来的_之后的归接手的() -> None:
    given = act(on(16), "task.transferred", "甲", step="a", to="乙", to_post="post of 乙", reason="分工调整")
    acts = opened(14, act(on(15), "task.claimed", "甲", step="a"), given)
    move = {"from": "desk a", "to": "heir", "post": "post at heir", "stayed": ["乙"]}
    moved = Act(on(18), on(18).date(), "case.moved", "p", {"tasks": {"a": move}})
    found = History(SERIAL, [*acts, moved], date(2017, 8, 20)).charges()
    assert [(c.holder.desk, c.holder.post, c.holder.person, c.days) for c in found] == [
        ("desk a", "post a", "", 1),
        ("desk a", "post of 甲", "甲", 1),
        ("desk a", "post of 乙", "乙", 2),
        ("heir", "post at heir", "", 2),
    ]


@pytest.mark.requirement("R52")
def test_退回重办_归再次承办的人() -> None:
    back = act(on(18), "step.returned", step="b", to="a", reason="缺一页")
    acts = opened(14, done(16, "a"), back, done(23, "a"))
    assert shares(History(SERIAL, acts, date(2017, 8, 25))) == [
        ("post", "a", 2, False),
        ("post", "b", 2, False),
        ("post", "a", 5, False),
        ("post", "b", 2, False),
    ]


@pytest.mark.requirement("R26", "R52")
def test_特别程序_开始那天还算_结束那天不算_归法定停钟() -> None:
    flow = chart(
        [step("s", StepKind.SPECIAL, clock=ClockEffect.STOPS, ground=Ground.EXPERT_REVIEW)], "accept>s", "s>deliver"
    )
    acts = opened(
        14, act(on(16), "clock.stopped", step="s", notice="专告 1 号"), act(on(21), "clock.resumed", step="s")
    )
    found = History(flow, acts, date(2017, 8, 23)).charges()
    assert [(c.holder.keeper, c.since.day, c.until.day) for c in found] == [
        (Keeper.POST, 15, 16),
        (Keeper.STATUTE, 17, 21),
        (Keeper.POST, 22, 23),
    ]
    assert (found[1].holder.ground, found[1].holder.notice) == (Ground.EXPERT_REVIEW, "专告 1 号")


@pytest.mark.requirement("R52")
def test_受理之前归大厅_补正归申请人_取件归系统() -> None:
    flow = chart([step("fetch", StepKind.FETCH, NET), step("a")], "accept>fetch", "fetch>a", "a>deliver")
    acts = [
        act(on(14, 9), "case.opened"),
        act(on(15), "correction.asked"),
        act(on(21), "correction.received"),
        done(22, "accept", "accept"),
        done(23, "fetch", "complete"),
    ]
    assert shares(History(flow, acts, date(2017, 8, 24))) == [
        ("hall", "accept", 1, False),
        ("applicant", "accept", 6, False),
        ("hall", "accept", 1, False),
        ("net", "fetch", 1, False),
        ("post", "a", 1, False),
    ]


def test_超期的日子分给各人_先超环节的也看得见() -> None:
    acts = opened(14, done(22, "a"))  # promised 5 working days: the 21st
    found = History(SERIAL, acts, date(2017, 8, 25)).charges()
    assert [(c.holder.step, c.workdays, c.overdue) for c in found] == [("a", 6, 1), ("b", 3, 3)]
    slow = History(PARALLEL, opened(14, done(15, "b")), date(2017, 8, 23)).charges()
    assert [(c.holder.step, c.late) for c in slow] == [("a", 2)], "due on the 21st"


@thorough
@given(*[st.integers(0, 200)] * 4)
def test_前后两个部门换个次序_别人的日子一天不变(wait: int, a: int, b: int, rest: int) -> None:
    """Law says serial: whoever comes first, the others have what they had."""

    def of(flow: Compiled, *order: tuple[str, int]) -> dict[str, tuple[int, int]]:
        at, acts = FIRST, [act(FIRST, "case.opened")]
        for name, hours in (("accept", wait), *order, ("deliver", rest)):
            at += timedelta(hours=hours)
            acts.append(
                act(
                    at,
                    "step.finished",
                    step=name,
                    outcome={"accept": "accept", "deliver": "delivered"}.get(name, "pass"),
                )
            )
        total: Counter[str] = Counter()
        worked: Counter[str] = Counter()
        for charge in History(flow, acts, at.date()).charges():
            total[charge.holder.step] += charge.days
            worked[charge.holder.step] += charge.workdays
        return {name: (total[name], worked[name]) for name in ("accept", "deliver")} | {
            "both": (total["a"] + total["b"], worked["a"] + worked["b"])
        }

    assert of(SERIAL, ("a", a), ("b", b)) == of(ROUND, ("b", b), ("a", a))


def test_平均用时_按事项和单位_没经手的不算在内() -> None:
    slow = History(SERIAL, opened(14, done(22, "a"), done(25, "b"), done(25, "deliver", "delivered")), date(2017, 9, 1))
    fast = History(SERIAL, opened(14, done(16, "a"), done(16, "b"), done(17, "deliver", "delivered")), date(2017, 9, 1))
    found = means([("甲事项", slow.charges()), ("甲事项", fast.charges()), ("乙事项", fast.charges())])
    assert found["甲事项", Keeper.POST, "desk a"] == Mean(cases=2, days=5, workdays=4, overdue=1)
    assert found["甲事项", Keeper.POST, "desk b"] == Mean(cases=1, days=3, workdays=3, overdue=3)
    assert found["乙事项", Keeper.HALL, "desk deliver"] == Mean(cases=1, days=1, workdays=1)
