"""盯时限的测试 — what the clock says, from which day on, once each, however often it is looked at. C9, 行政许可法 44"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.casework.messages.case import Case, Matter, Status, Task, Timing
from yiwang.casework.messages.desk import Light
from yiwang.casework.messages.flow import Progress
from yiwang.casework.rules import timing, watching
from yiwang.casework.rules.flow import compiled
from yiwang.catalogue.messages import At, CaseType, Edge, Flow, FlowKind, Item, Step, StepKind, Who
from yiwang.ground.chain import Thread
from yiwang.ground.clock import Ground, Limit, Stop
from yiwang.ground.workdays import CALENDAR
from yiwang.plumbing.work import SHANGHAI

START = date(2017, 8, 14)
DAY = timedelta(1)
HANDLER = Who(line="*", at=At.DECIDING, role="handler")
KINDS = {
    "accept": StepKind.ACCEPT,
    "review": StepKind.REVIEW,
    "consult": StepKind.CONSULT,
    "special": StepKind.SPECIAL,
    "public": StepKind.WAIT,
    "issue": StepKind.ISSUE,
    "deliver": StepKind.DELIVER,
}


def item(limits: dict[str, str]) -> Item:
    """An item whose steps have these limits; its edges do not matter here."""
    steps = tuple(
        Step(id=s, name=s, kind=kind, who=HANDLER, limit=Limit.parse(limits[s]) if s in limits else None, basis="依据")
        for s, kind in KINDS.items()
    )
    names = list(KINDS)
    edges = tuple(Edge(source=a, target=b) for a, b in pairwise(names))
    flow = Flow(kind=FlowKind.SINGLE, lead=HANDLER, steps=steps, edges=edges)
    return Item(code="i", name="i", line="JST", type="01", sector="", case_type=CaseType.PROMISED, flow=flow)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)


def dated(case: Case, of: Item, today: date) -> Case:
    """The case with the due dates of its tasks as an act of today leaves them."""
    flow = compiled(of.flow)
    for task in list(case.tasks.values()):
        since = task.opened_at.astimezone(SHANGHAI).date()
        due = timing.step_due(flow.step(task.step), since, CALENDAR, case.timing.stops, today)
        case.tasks[task.step] = replace(task, due=due)
    return case


def a_case(
    of: Item,
    steps: Iterable[str],
    promised: str = "25wd",
    legal: str = "45wd",
    stops: tuple[Stop, ...] = (),
    opened: date = START,
) -> Case:
    """A case accepted on the seed's day, with these steps open since a day."""
    tasks = {
        s: Task(
            id=UUID(int=n + 1),
            step=s,
            desk="system" if KINDS[s] is StepKind.WAIT else "330000.JST",
            role="handler",
            opened_at=at(opened),
            post="330000.JST#1",
        )
        for n, s in enumerate(steps)
    }
    matter = Matter(
        home=1,
        id=UUID(int=9),
        number="1",
        item=of.code,
        item_version=1,
        item_name="i",
        flow_kind="single",
        applicant="x",
        division="330106",
        receiving="330106.ZWFW",
        deciding="330000.JST",
        received_at=at(START),
    )
    clock = Timing(promised=Limit.parse(promised), legal=Limit.parse(legal), accepted_on=START, stops=stops)
    return dated(
        Case(
            matter=matter,
            channel="window",
            status=Status.HANDLING,
            facts={},
            progress=Progress(),
            tasks=tasks,
            timing=clock,
            thread=Thread(1, UUID(int=9)),
            hands={},
        ),
        of,
        opened,
    )


def swept(case: Case, of: Item, days: Iterable[date]) -> list[tuple[date, str]]:
    """What sweeps on these days say, each remembered as a sweep does."""
    said = []
    for today in days:
        for warning in watching.warnings(case, of, CALENDAR, today):
            case.warned = (*case.warned, warning.key)
            said.append((today, warning.key))
    return said


def every_day(first: date, last: date) -> list[date]:
    return [first + DAY * n for n in range((last - first).days + 1)]


YEAR = every_day(START, date(2018, 8, 14))


@pytest.mark.requirement("K1")
def test_黄灯在承诺时限用去九成那天_红灯在过期后的头一个工作日() -> None:
    of = item({})
    said = {key: day for day, key in swept(a_case(of, ["review"]), of, YEAR)}
    assert said == {
        "yellow": CALENDAR.add(START, 23),
        "overdue": CALENDAR.add(START, 26),
        "legal": CALENDAR.add(START, 46),
    }


@given(st.integers(1, 90), st.integers(0, 120))
def test_黄灯日就是灯变黄的头一天(n: int, stop_after: int) -> None:
    of = item({})
    begin = START + DAY * stop_after
    stops = (Stop(begin, begin + DAY * 9, Ground.TESTING, begin),) if stop_after % 2 else ()
    case = a_case(of, ["review"], promised=f"{n}wd", legal="90wd", stops=stops)
    yellow = next(w for w in watching.ahead(case, of, CALENDAR) if w.key == "yellow")
    assert timing.dues(case.timing, CALENDAR, yellow.on).light is Light.YELLOW
    before = [d for d in (yellow.on - DAY,) if d >= START]
    assert all(timing.dues(case.timing, CALENDAR, d).light is Light.GREEN for d in before)


def test_停钟时不说随钟走的话_专家评审自己的期限照说() -> None:
    of = item({"review": "5wd", "special": "10wd"})
    begin = date(2017, 8, 16)
    stands = (Stop(begin, None, Ground.EXPERT_REVIEW, begin),)
    case = dated(a_case(of, ["review", "special"], stops=stands), of, date(2017, 8, 21))
    assert [key for _, key in swept(case, of, YEAR)] == [f"late:{UUID(int=2)}"]


@pytest.mark.requirement("K2", "R48")
def test_停过之后_并行环节的期限也往后推() -> None:
    """K2-like: a review of five working days, of which the expert review takes nine."""
    of = item({"review": "5wd"})
    stop = Stop(date(2017, 8, 15), date(2017, 8, 25), Ground.EXPERT_REVIEW, date(2017, 8, 15))
    assert a_case(of, ["review"]).tasks["review"].due == date(2017, 8, 21)
    assert dated(a_case(of, ["review"], stops=(stop,)), of, START).tasks["review"].due == date(2017, 8, 31)
    late = dated(a_case(of, ["review"], stops=(stop,)), of, START)
    assert [day for day, key in swept(late, of, YEAR) if key.startswith("late")] == [date(2017, 9, 1)]


@pytest.mark.requirement("R50")
def test_征求意见_到期前一个工作日提醒_过期说逾期未复() -> None:
    of = item({"consult": "5wd"})
    case = a_case(of, ["consult"], promised="90wd", legal="90wd")
    task = case.tasks["consult"]
    assert task.due == date(2017, 8, 21)
    said = swept(case, of, every_day(START, date(2017, 9, 1)))
    assert said == [(date(2017, 8, 18), f"remind:{task.id}"), (date(2017, 8, 22), f"silent:{task.id}")]


def test_过了期才醒来_不再提醒_只说逾期() -> None:
    of = item({"consult": "5wd"})
    case = a_case(of, ["consult"], promised="90wd", legal="90wd")
    assert [key for _, key in swept(case, of, [date(2017, 9, 11)])] == [f"silent:{UUID(int=1)}"]
    looks = watching.next_look(case, of, CALENDAR)
    assert looks is not None
    assert looks > date(2017, 9, 11), "不会为一句已经没用的话天天过问"


@pytest.mark.requirement("K13")
def test_决定之后十个工作日没有发证送达() -> None:
    of = item({})
    case = a_case(of, ["issue"])
    case.decided_at, case.timing = at(date(2026, 2, 13)), replace(case.timing, met_on=date(2026, 2, 13))
    due = timing.issue_ledger(date(2026, 2, 13), CALENDAR).due
    assert due == date(2026, 3, 5)
    assert swept(case, of, every_day(date(2026, 2, 13), date(2026, 6, 1))) == [(date(2026, 3, 6), "issue")]


def test_受理环节_办结的办件_即办件都不说() -> None:
    of = item({"accept": "1wd"})
    assert swept(a_case(of, ["accept"], promised="90wd", legal="90wd"), of, every_day(START, date(2017, 9, 1))) == []
    closed = a_case(of, ["review"])
    closed.closed_at = at(START)
    assert watching.next_look(closed, of, CALENDAR) is None
    assert watching.next_look(a_case(of, ["review"], promised="spot", legal="spot"), of, CALENDAR) is None


def test_说不清是哪一环的_算在办得最久的岗位头上() -> None:
    of = item({})
    case = a_case(of, ["review", "consult", "public"])
    case.tasks["review"] = replace(case.tasks["review"], opened_at=at(START + DAY))
    held = watching.responsible(case, "")
    assert held is not None
    assert held.step == "consult"


days = st.integers(0, 200).map(lambda n: START + DAY * n)
limits = st.integers(1, 40).map(lambda n: f"{n}wd")
cases = st.tuples(
    st.dictionaries(st.sampled_from(["review", "consult", "special", "issue"]), limits, min_size=1),
    limits,
    limits,
    st.lists(st.tuples(days, st.integers(0, 30)), max_size=3),
)


def built(given_: tuple[dict[str, str], str, str, list[tuple[date, int]]]) -> tuple[Item, Case]:
    own, promised, legal, spans = given_
    of = item(own)
    stops = tuple(Stop(begin, begin + DAY * n, Ground.INSPECTION, begin) for begin, n in spans)
    return of, a_case(of, own, promised, legal, stops)


@given(cases, st.sets(days, max_size=12))
def test_不管哪几天巡_每句话只说一次_到头来说的都一样(
    made: tuple[dict[str, str], str, str, list[tuple[date, int]]], chosen: set[date]
) -> None:
    of, diligent = built(made)
    _, lazy = built(made)
    daily = [key for _, key in swept(diligent, of, YEAR[::5])]
    said = [key for _, key in swept(lazy, of, [*sorted(chosen), YEAR[-1]])]
    assert len(set(said)) == len(said)
    reminders = {key for key in {*daily, *said} if key.startswith("remind")}
    assert set(said) - reminders == set(daily) - reminders
    assert swept(lazy, of, YEAR[::30]) == [], "巡第二遍什么也不说"


@given(cases, days)
def test_下次过问日之前什么也没有_那一天一定有话(
    made: tuple[dict[str, str], str, str, list[tuple[date, int]]], today: date
) -> None:
    of, case = built(made)
    look = watching.next_look(case, of, CALENDAR)
    assert look is not None
    if today < look:
        assert watching.warnings(case, of, CALENDAR, today) == ()
    assert watching.warnings(case, of, CALENDAR, look) != ()


@given(cases, days, st.integers(0, 30))
def test_多一次停钟_哪个日子都不会提前(
    made: tuple[dict[str, str], str, str, list[tuple[date, int]]], begin: date, n: int
) -> None:
    of, case = built(made)
    _, longer = built(made)
    stop = Stop(begin, begin + DAY * n, Ground.HEARING, begin)
    longer.timing = replace(longer.timing, stops=(*longer.timing.stops, stop))
    longer = dated(longer, of, YEAR[-1])
    before = {w.key: w for w in watching.ahead(dated(case, of, YEAR[-1]), of, CALENDAR)}
    after = {w.key: w for w in watching.ahead(longer, of, CALENDAR)}
    assert before.keys() <= after.keys()
    assert all(after[key].due >= w.due and after[key].on >= w.on for key, w in before.items())


@given(cases, days)
def test_停钟开着_一天一天往后推_绝不往前(
    made: tuple[dict[str, str], str, str, list[tuple[date, int]]], begin: date
) -> None:
    of, case = built(made)
    case.timing = replace(case.timing, stops=(*case.timing.stops, Stop(begin, None, Ground.HEARING, begin)))
    before = {s: t.due for s, t in dated(case, of, begin).tasks.items()}
    for today in (begin + DAY, begin + DAY * 5, begin + DAY * 30):
        after = {s: t.due for s, t in dated(case, of, today).tasks.items()}
        assert all(due is None or (after[s] or date.min) >= due for s, due in before.items())
        before = after
