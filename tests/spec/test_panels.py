"""会签、或签、票签的环节 — worked by several officials of one desk, each in person, each once; then it goes on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from yiwang.casework.messages.case import Case, Duty
from yiwang.casework.service import signers, verbs
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Signing, Step
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.directory.messages import Person
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid
from yiwang.handling import store as handling
from yiwang.handling.messages import Decide, Sign
from yiwang.handling.service import signing
from yiwang.plumbing.work import Engine, Work

from tests.spec.conftest import (
    BUILDING,
    CONSULTING,
    DECIDER,
    HEAD,
    REVIEWER,
    START,
    A,
    B,
    C,
    Departments,
    Filed,
    Office,
    differences,
    do,
    finish,
    task,
    won,
)

SEATS: dict[str, dict[str, Any]] = {
    "review": {"signing": Signing.ALL, "persons": 2},
    "check": {"signing": Signing.ANY},
    "decide": {"signing": Signing.VOTES, "persons": 3, "votes": 2},
}
DECIDERS = (DECIDER, "jst-decider-b", "jst-decider-c", "jst-decider-d")


@pytest.fixture
def panels(engine: Engine, clock: SimulatedClock) -> Office:
    """An office of its own, where the example is reviewed by two, checked by any, decided by two votes of three."""
    office = Office(engine, clock, Departments(), "")

    def heads(line: str) -> str:
        return f"{line.lower()}-head-330000"

    def colleagues(work: Work) -> None:
        for code, like in ((B, A), (C, A), *((d, DECIDER) for d in DECIDERS[1:])):
            directory.add_person(work, Person(code=code, name="样例同事", kind="staff"))
            work.save()
            directory.hold(work, code, directory.posts_of(work, like, START)[0].code, START)

    def drawn(work: Work) -> int:
        item = catalogue.published(work, CONSULTING).item
        steps: tuple[Step, ...] = tuple(replace(s, **SEATS.get(s.id, {})) for s in item.flow.steps)
        return catalogue.edit(work, replace(item, flow=replace(item.flow, steps=steps)))

    with engine.begin(SYSTEM) as work:
        colleagues(work)
    number = office.by(heads("FGW"), drawn)
    for line in ("JST", "JTT", "SLT", "XGB"):
        sign_chart(office, heads(line), number, line)
    office.by(heads("ZJJ"), lambda work: catalogue.publish(work, CONSULTING, number, START))
    return office


def sign_chart(office: Office, login: str, number: int, line: str) -> None:
    """A department signs the flow chart."""
    office.by(login, lambda work: catalogue.sign(work, CONSULTING, number, line))


def sign(office: Office, login: str, filed: Filed, step: str, outcome: str, words: str = "") -> Case:
    """Somebody signs a step."""
    command = Sign(home=filed.home, id=filed.id, task=task(office, filed, step).id, outcome=outcome, words=words)
    case: Case = office.by(login, lambda work: signing.sign(command, work))
    return case


@pytest.mark.requirement("SOD5")
def test_会签_至少两人_各签一次_一人独办不成(panels: Office) -> None:
    filed = panels.accepted(CONSULTING, answers=BUILDING)
    with pytest.raises(Conflict, match="several_sign"):
        finish(panels, A, filed)
    assert "review" in sign(panels, A, filed, "review", "pass", "属实").tasks
    with pytest.raises(Conflict, match="signed_already"):
        sign(panels, A, filed, "review", "pass")
    for outsider in (HEAD, REVIEWER, "zjj-handler-330000"):
        with pytest.raises(Forbidden, match="not_your_task"):
            sign(panels, outsider, filed, "review", "pass")
    case = sign(panels, B, filed, "review", "pass", "属实")
    assert list(case.tasks) == ["examine"]
    assert {p: case.hands[p] for p in (A, B)} == {A: Duty.HANDLE, B: Duty.HANDLE}
    assert differences(panels, filed) == []


def test_会签_请了谁就等谁_减去以后即办结_有人不同意即不同意(panels: Office) -> None:
    filed = panels.accepted(CONSULTING, answers=BUILDING)
    do(panels, A, verbs.claim, filed)
    asked = do(panels, A, signers.add_signer, filed, C, "请会签")
    assert asked.seats[0].kind == "signer"
    with pytest.raises(Invalid):
        sign(panels, A, filed, "review", "fail")
    sign(panels, A, filed, "review", "fail", "业绩不实")
    assert list(sign(panels, B, filed, "review", "pass").tasks) == ["review"], "还等 C"
    do(panels, A, signers.drop_signer, filed, C)
    case = panels.case(filed)
    assert [(d.step, d.outcome) for d in case.progress.done][-1] == ("review", "fail")
    assert case.hands.keys() >= {A, B}
    assert C not in case.hands
    assert differences(panels, filed) == []


@pytest.mark.requirement("SOD5")
def test_会签须本人_代理人不能代签(panels: Office) -> None:
    filed = panels.accepted(CONSULTING, answers=BUILDING)

    def stand_in(work: Work) -> None:
        post = directory.posts_of(work, A, START)[0].code
        directory.appoint_deputy(work, A, post, REVIEWER, START, START + timedelta(days=30), "出差")

    panels.by(A, stand_in)
    assert "handler" in panels.actor(REVIEWER).lent
    sign(panels, A, filed, "review", "pass")
    with pytest.raises(Forbidden, match="not_your_task"):
        sign(panels, REVIEWER, filed, "review", "pass")


def to_decision(office: Office) -> Filed:
    """A case that waits for its votes."""
    filed = office.accepted(CONSULTING, answers=BUILDING)
    for login in (A, B):
        sign(office, login, filed, "review", "pass")
    finish(office, A, filed, "examine")
    assert list(sign(office, REVIEWER, filed, "check", "pass").tasks) == ["decide"], "或签，先签者定"
    return filed


@pytest.mark.requirement("R30")
def test_票签_票数够了即决定_决定书一份(panels: Office) -> None:
    filed = to_decision(panels)
    with pytest.raises(Conflict, match="several_sign"):
        panels.act(DECIDER, filed, Decide, outcome="grant")
    sign(panels, DECIDERS[0], filed, "decide", "grant", "符合条件")
    assert "decide" in sign(panels, DECIDERS[1], filed, "decide", "refuse", "我不同意").tasks
    sign(panels, DECIDERS[2], filed, "decide", "grant", "同意")
    with panels.engine.begin(SYSTEM) as work:
        decided = handling.decisions(work, *filed)
    assert [(d.outcome, d.reasons, d.person) for d in decided] == [("grant", "符合条件；同意", DECIDERS[2])]
    assert "document.issued" in panels.acts(filed)
    assert differences(panels, filed) == []


def test_票签_够不着票数即不予_理由是反对的人的话(panels: Office) -> None:
    filed = to_decision(panels)
    for login in DECIDERS[:2]:
        sign(panels, login, filed, "decide", "refuse", "不合条件")
    with panels.engine.begin(SYSTEM) as work:
        decided = handling.decisions(work, *filed)[0]
    assert (decided.outcome, decided.reasons) == ("refuse", "不合条件；不合条件")
    assert "行政复议" in decided.remedies
    assert differences(panels, filed) == []


def test_票签_席位有限_加签的人没有说话_票够了也等(panels: Office) -> None:
    filed = to_decision(panels)
    do(panels, DECIDER, signers.add_signer, filed, HEAD, "请先看", step="decide")
    for login in DECIDERS[:2]:
        sign(panels, login, filed, "decide", "grant")
    with pytest.raises(Conflict, match="settled"):
        sign(panels, DECIDERS[2], filed, "decide", "refuse", "迟了")
    case = sign(panels, HEAD, filed, "decide", "disagree", "我有保留")
    assert "decide" not in case.tasks
    with panels.engine.begin(SYSTEM) as work:
        assert handling.decisions(work, *filed)[0].outcome == "grant"
    assert differences(panels, filed) == []


def test_票签_四人抢三席_同时签_一席也不多(panels: Office) -> None:
    filed = to_decision(panels)
    for login in DECIDERS[:3]:
        if login != DECIDER:
            do(panels, DECIDER, signers.add_signer, filed, login, "请投票", step="decide")
    found = task(panels, filed, "decide")
    words = {DECIDERS[0]: "grant", DECIDERS[1]: "refuse", DECIDERS[2]: "grant", DECIDERS[3]: "refuse"}

    def vote(login: str) -> Callable[[], object]:
        command = Sign(home=filed.home, id=filed.id, task=found.id, outcome=words[login], words="说明")
        return lambda: panels.by(login, lambda work: signing.sign(command, work))

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(won, [vote(login) for login in DECIDERS]))
    assert set(outcomes) <= {"", "case.seats_full", "case.task_gone"}, outcomes
    case = panels.case(filed)
    assert "decide" not in case.tasks
    assert differences(panels, filed) == []
