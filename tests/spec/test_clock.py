"""时限会说话 — the daily sweep through the services: each warning once, with whoever held the case. R52, C9"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from yiwang.casework.messages.case import Stalled
from yiwang.casework.service import reading, watch
from yiwang.casework.service.watch import Swept
from yiwang.casework.store import cases as store
from yiwang.commands.reconcile import differences
from yiwang.demo.walk import agreed
from yiwang.ground.actor import SYSTEM
from yiwang.handling.messages import Decide, DrawExperts, EndSpecial, Reply, Review, StartSpecial
from yiwang.plumbing.work import Engine, Net

from tests.spec.conftest import CONSULTING, JOINT, SINGLE, Filed, Office
from tests.spec.test_handling import TWO


@contextmanager
def listening(office: Office) -> Iterator[list[Stalled]]:
    """What the clock tells the net meanwhile."""
    heard: list[Stalled] = []
    engine = office.engine

    def hear(event: Stalled) -> list[object]:
        heard.append(event)
        return []

    told = {**engine.net.follows, Stalled: (*engine.net.follows.get(Stalled, ()), hear)}
    office.engine = replace(engine, net=Net(told, engine.net.obeys))
    try:
        yield heard
    finally:
        office.engine = engine


def of(heard: list[Stalled], filed: Filed) -> list[tuple[str, str, str]]:
    return [(event.what, event.step, event.desk) for event in heard if event.id == filed.id]


def said(office: Office, filed: Filed) -> list[tuple[str, str]]:
    """The warnings in the journal: act and what it was about."""
    with office.engine.begin(SYSTEM) as work:
        entries = reading.thread(work, *filed)
    return [(e.act, str(e.facts["warned"]).partition(":")[0]) for e in entries if "warned" in e.facts]


def sound(office: Office) -> bool:
    with office.engine.begin(SYSTEM) as work:
        found = [(n, d) for n, d in differences(work) if d.kind.startswith(("case.", "inbox.", "journal."))]
    assert found == []
    return True


@pytest.mark.requirement("R52", "R76")
def test_黄灯_超期_各说一次_说清哪一环哪个岗位(office: Office) -> None:
    with listening(office) as heard:
        filed = office.accepted(CONSULTING)
        desk, post = "330000.JST", office.case(filed).tasks["review"].post
        office.go(9, 6)
        assert said(office, filed) == [("clock.step_overdue", "late")], "环节有自己的期限"
        office.go(9, 7)
        office.go(9, 7)
        assert said(office, filed)[-1] == ("clock.yellow", "yellow")
        for day in (11, 12, 13, 30):
            office.go(9, day)
        assert said(office, filed)[2:] == [("clock.overdue", "overdue"), ("clock.legal_overdue", "legal")]
        assert [what for what, _, _ in of(heard, filed)] == ["step", "yellow", "overdue", "legal"]
        assert {(step, d) for _, step, d in of(heard, filed)} == {("review", desk)}
        event = next(e for e in heard if e.id == filed.id and e.what == "overdue")
        assert (event.post, event.since, event.due, event.rule) == (
            post,
            date(2017, 8, 14),
            date(2017, 9, 11),
            "规定 12",
        )
    assert sound(office)


def test_睡了两个月才醒_补说一遍_顺序不乱_再巡不再说(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    office.go(11, 20)
    assert [key for _, key in said(office, filed)] == ["late", "yellow", "overdue", "legal"]
    before = office.acts(filed)
    swept = watch.sweep(office.engine)
    assert swept == Swept()
    assert office.acts(filed) == before
    assert sound(office)


@pytest.mark.requirement("R50")
def test_征求意见_先提醒_后逾期_按签字的流程图视为无意见(office: Office) -> None:
    with listening(office) as heard:
        filed = office.accepted(CONSULTING)
        office.act("jst-handler-330000", filed, Review, outcome="pass", words="")
        due = office.case(filed).tasks["consult_highway"].due
        assert due == date(2017, 8, 21)
        office.go(8, 18)
        assert [key for _, key in said(office, filed)] == ["remind"] * 2
        assert of(heard, filed) == [], "提醒不是追责"
        office.act("jtt-handler-330000", filed, Reply, role="consultee", outcome="agree", words="")
        office.go(8, 22)
        assert "consult_water" not in office.case(filed).tasks
        assert ("silent", "consult_water", "330000.SLT") in of(heard, filed)
        assert not any(step == "consult_highway" for _, step, _ in of(heard, filed)), "按时答复的不追责"
    assert sound(office)


@pytest.mark.requirement("K2", "R53")
def test_停钟期间并行环节也停_恢复以后接着算(office: Office) -> None:
    filed = office.accepted(JOINT, answers=TWO)
    office.act("syj-handler-330000", filed, Review, outcome="pass", words="")
    office.act("zjj-handler-330000", filed, Review, outcome="pass", words="")
    office.go(8, 21)
    office.act("zjj-handler-330000", filed, StartSpecial, days_needed=9)
    row = office.sql("SELECT promised_due, step_due, paused FROM casework.inbox WHERE matter = %s", filed.id)
    assert all(paused for _, _, paused in row)
    office.go(8, 25)
    assert said(office, filed) == []
    office.go(9, 1)
    office.act("zjj-handler-330000", filed, DrawExperts)
    with office.engine.begin(SYSTEM) as work:
        opinions = agreed(work, office.case(filed))
    office.act("zjj-handler-330000", filed, EndSpecial, **opinions)
    case = office.case(filed)
    assert case.dated is not None
    assert case.dated[0] == date(2017, 9, 29)
    assert sound(office)


@pytest.mark.requirement("R12")
def test_决定之后十个工作日没有发证送达(office: Office) -> None:
    with listening(office) as heard:
        filed = office.accepted(SINGLE)
        office.act("fgw-decider-330106", filed, Decide, outcome="grant")
        assert office.case(filed).decided_at is not None
        office.go(8, 28)
        assert of(heard, filed) == []
        office.go(8, 29)
        assert of(heard, filed) == [("issue", "deliver", "330106.XZFW")]
        assert heard[-1].rule == "行政许可法 44"
    assert sound(office)


@pytest.mark.requirement("R21")
def test_五个工作日没有答复_视为受理_并说出是谁没有答复(office: Office) -> None:
    with listening(office) as heard:
        filed = office.draft(SINGLE)
        office.submit(filed, by="clerk-330106")
        office.go(8, 22)
        assert office.case(filed).timing.accepted_on == date(2017, 8, 14)
        event = next(e for e in heard if e.id == filed.id)
        assert (event.what, event.desk, event.due, event.rule) == (
            *("unaccepted", "330106.XZFW"),
            *(date(2017, 8, 21), "行政许可法 32"),
        )


def test_别人正拿着的办件下一轮再说_一件坏了不耽误别的(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    held, broken, free = (office.accepted(CONSULTING) for _ in range(3))
    real = watch.look_at

    def look(work: Any, case: Any) -> int:
        if case.matter.id == broken.id:
            raise RuntimeError("broken")
        return real(work, case)

    monkeypatch.setattr(watch, "look_at", look)
    office.clock.go(date(2017, 9, 6))
    with office.engine.begin(SYSTEM) as work:
        store.load(work, *held, lock=True)
        swept = watch.sweep(office.engine)
    assert swept.failed == 1
    assert [said(office, f) for f in (held, broken)] == [[], []]
    assert said(office, free) == [("clock.step_overdue", "late")]
    monkeypatch.setattr(watch, "look_at", real)
    watch.sweep(office.engine)
    assert [said(office, f) for f in (held, broken)] == [[("clock.step_overdue", "late")]] * 2


def test_一百件一片_与一件一片_说的一样(office: Office) -> None:
    filed = [office.accepted(CONSULTING) for _ in range(3)]
    office.clock.go(date(2017, 9, 30))
    engine: Engine = office.engine
    watch.sweep(engine, size=2)
    assert {tuple(said(office, f)) for f in filed} == {tuple(said(office, filed[0]))}
    assert len(said(office, filed[0])) == 4
