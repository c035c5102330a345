"""代理与集中办公 — a lent right is no wider than the lender's, and what is done for somebody is done by him too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from yiwang.casework.messages.case import CompleteStep, Duty, Task
from yiwang.casework.service import auditing, cases, reading, verbs
from yiwang.directory import service as directory
from yiwang.directory.messages import Deputy
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid
from yiwang.handling.messages import Decide, Review
from yiwang.plumbing import editions
from yiwang.plumbing.work import Work

from tests.spec.conftest import CONSULTING, JOINT, SINGLE, START, Filed, Office

JST = "330000.JST"
HANDLER, REVIEWER, DECIDER, HEAD = (f"jst-{role}-330000" for role in ("handler", "reviewer", "decider", "head"))
UNTIL = START + timedelta(days=14)


@pytest.fixture(autouse=True)
def afterwards(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever was lent is taken back, so that the next test finds everybody in the own post."""
    monkeypatch.setattr(editions, "LOOK_AGAIN", 0.0)
    yield
    office.sql("DELETE FROM directory.deputy")
    office.sql("DELETE FROM directory.exemption")
    office.sql("UPDATE directory.edition SET staff = staff + 1")


def lend(office: Office, principal: str, deputy: str, until: date = UNTIL) -> Deputy:
    """The principal goes away from today."""

    def do(work: Work) -> Deputy:
        post = directory.posts_of(work, principal, work.today)[0].code
        return directory.appoint_deputy(work, principal, post, deputy, work.today, until, "出差")

    made: Deputy = office.by(principal, do)
    return made


def task(office: Office, filed: Filed, role: str, desk: str = JST) -> Task:
    return next(t for t in office.case(filed).tasks.values() if (t.role, t.desk) == (role, desk))


def finish(office: Office, login: str, filed: Filed, role: str, outcome: str = "pass") -> None:
    command = CompleteStep(home=filed.home, id=filed.id, task=task(office, filed, role).id, outcome=outcome)
    office.by(login, lambda work: cases.complete(command, work))


def consulted(office: Office) -> Filed:
    """A case before its reviewer: nobody has to be asked."""
    filed = office.accepted(CONSULTING, answers={"categories": ("building",), "titles": "no"})
    finish(office, HANDLER, filed, "handler")
    finish(office, HANDLER, filed, "handler")
    return filed


def agrees(office: Office, filed: Filed) -> None:
    """The journal tells the case as it stands."""
    with office.engine.begin(SYSTEM) as work:
        for stretch, kept in auditing.stretches(work):
            mine = {key: one for key, one in kept.items() if key == tuple(filed)}
            assert list(auditing.differences(work, stretch, mine)) == []


@pytest.mark.requirement("SOD1")
def test_代理人办的_两人都算经手_卷宗写明代谁(office: Office) -> None:
    filed = consulted(office)
    finish(office, REVIEWER, filed, "reviewer")
    lend(office, DECIDER, HEAD)
    finish(office, HEAD, filed, "decider", "grant")
    hands = office.case(filed).hands
    assert hands[HEAD] is hands[DECIDER] is Duty.DECIDE
    with office.engine.begin(SYSTEM) as work:
        entry = next(e for e in reading.thread(work, *filed) if e.facts.get("outcome") == "grant")
    assert (entry.person, entry.post, entry.facts["for"]) == (HEAD, f"{JST}#4", DECIDER)
    agrees(office, filed)


@pytest.mark.requirement("SOD1", "SOD15")
def test_代理人在本件已有职责_不能借代理办另一职责(office: Office) -> None:
    filed = consulted(office)
    lend(office, REVIEWER, HANDLER)
    with pytest.raises(Forbidden, match="one_duty"):
        finish(office, HANDLER, filed, "reviewer")


@pytest.mark.requirement("SOD1")
def test_本人在本件已有职责_代理人也不能替他办另一职责(office: Office) -> None:
    """没有的权不能借出去。"""
    filed = consulted(office)
    finish(office, REVIEWER, filed, "reviewer")
    with office.engine.begin(SYSTEM) as work:
        post = directory.appoint(work, REVIEWER, JST, "审批人", ("decider",), work.today)

    def as_decider(work: Work) -> object:
        return directory.appoint_deputy(work, REVIEWER, post, HEAD, work.today, UNTIL, "出差")

    office.by(REVIEWER, as_decider)
    try:
        with pytest.raises(Forbidden, match="one_duty"):
            finish(office, HEAD, filed, "decider", "grant")
    finally:
        with office.engine.begin(SYSTEM) as work:
            directory.end_holding(work, REVIEWER, post, work.today + timedelta(days=1))


@pytest.mark.requirement("SOD1")
def test_代理期满之后_本人也不能办另一职责(office: Office) -> None:
    filed = consulted(office)
    lend(office, REVIEWER, HEAD)
    finish(office, HEAD, filed, "reviewer")
    with office.engine.begin(SYSTEM) as work:
        own = directory.actor_of(work, REVIEWER, "")
    assert own.roles == {"reviewer"}
    assert office.case(filed).hands[REVIEWER] is Duty.REVIEW


def test_本人领走的待办_代理人可接着办_别人不行(office: Office) -> None:
    filed = consulted(office)
    taken = task(office, filed, "reviewer")
    office.by(REVIEWER, lambda work: verbs.claim(work, *filed, taken.id))
    lend(office, REVIEWER, HEAD)
    finish(office, HEAD, filed, "reviewer")
    agrees(office, filed)


def test_代理人领走而代理已终止的待办_不再挡别人(office: Office) -> None:
    filed = consulted(office)
    lent = lend(office, REVIEWER, HEAD)
    taken = task(office, filed, "reviewer")
    office.by(HEAD, lambda work: verbs.claim(work, *filed, taken.id))
    with pytest.raises(Conflict, match="task_taken"):
        finish(office, REVIEWER, filed, "reviewer")
    office.by(REVIEWER, lambda work: directory.end_deputy(work, lent))
    with pytest.raises(Forbidden, match="not_your_task"):
        finish(office, HEAD, filed, "reviewer")
    finish(office, REVIEWER, filed, "reviewer")
    assert HEAD not in office.case(filed).hands


@pytest.mark.requirement("SOD13")
def test_负责人的代理人可以批准延期_卷宗写明(office: Office) -> None:
    filed = consulted(office)
    lend(office, HEAD, REVIEWER)
    office.by(REVIEWER, lambda work: cases.extend(work, *filed, "材料复杂"))
    with office.engine.begin(SYSTEM) as work:
        entry = reading.thread(work, *filed)[-1]
    assert (entry.act, entry.person, entry.facts["for"]) == ("clock.extended", REVIEWER, HEAD)
    agrees(office, filed)


# --- 集中办公 -------------------------------------------------------------------------------------------------------


def away(office: Office, post: str) -> None:
    """A post that has moved out of the centre."""
    office.sql("UPDATE directory.post SET at_centre = false WHERE code = %s", post)
    office.sql("UPDATE directory.edition SET staff = staff + 1")


def back(office: Office, post: str) -> None:
    office.sql("UPDATE directory.post SET at_centre = true WHERE code = %s", post)
    office.sql("UPDATE directory.edition SET staff = staff + 1")


@pytest.mark.requirement("R26")
def test_联办事项只能由驻中心的岗位办_登记例外的除外(office: Office) -> None:
    filed = office.accepted(JOINT)
    handler, head, post = "hbt-handler-330000", "hbt-head-330000", "330000.HBT#1"
    away(office, post)
    try:
        with pytest.raises(Forbidden, match="not_at_centre"):
            office.act(handler, filed, Review, role="handler", outcome="pass", words="")
        today, until = START, START + timedelta(days=1)
        with pytest.raises(Forbidden, match="not_yours_to_lend"):
            office.by(handler, lambda work: directory.exempt(work, post, today, until, "现场设备在厅内"))
        office.by(head, lambda work: directory.exempt(work, post, today, until, "现场设备在厅内"))
        office.go(8, 15)
        with pytest.raises(Forbidden, match="not_at_centre"):
            office.act(handler, filed, Review, role="handler", outcome="pass", words="")
        office.clock.go(START)
        office.act(handler, filed, Review, role="handler", outcome="pass", words="")
    finally:
        back(office, post)


@pytest.mark.requirement("R27")
def test_单办事项在部门后台办(office: Office) -> None:
    filed = office.accepted(SINGLE)
    with office.engine.begin(SYSTEM) as work:
        assert not directory.at_centre(work, "330106.FGW#3")
    office.act("fgw-decider-330106", filed, Decide, outcome="grant")


@pytest.mark.requirement("R26")
def test_转办委派可以交给代理人_办的是被代理人的岗位_期满手里就空了(office: Office) -> None:
    """民法典 162: 代理人在代理权限内，以被代理人名义办。"""
    filed = consulted(office)
    at = task(office, filed, "reviewer")
    head_names = office.by(HEAD, lambda work: verbs.colleagues(work, reading.look(work, *filed), at))
    assert DECIDER not in [person for person, _ in head_names]
    with pytest.raises(Invalid, match="not_a_colleague"):
        office.by(HEAD, lambda work: verbs.transfer(work, *filed, at.id, DECIDER, "请接办"))
    lend(office, REVIEWER, DECIDER)
    office.by(HEAD, lambda work: verbs.transfer(work, *filed, at.id, DECIDER, "本人出差"))
    given = task(office, filed, "reviewer")
    assert (given.holder, given.post) == (DECIDER, at.post), "责任岗位仍是被代理人的岗位"
    agrees(office, filed)
    finish(office, DECIDER, filed, "reviewer")
    assert office.case(filed).hands[REVIEWER] is office.case(filed).hands[DECIDER] is Duty.REVIEW
    other = consulted(office)
    at = task(office, other, "reviewer")
    office.by(HEAD, lambda work: verbs.transfer(work, *other, at.id, DECIDER, "本人出差"))
    office.clock.go(UNTIL)
    finish(office, REVIEWER, other, "reviewer")
    agrees(office, other)


@pytest.mark.requirement("SOD1")
def test_被代理人在本件另有职责_不能转给他的代理人(office: Office) -> None:
    filed = consulted(office)
    at = task(office, filed, "reviewer")
    lend(office, REVIEWER, DECIDER)
    office.by(REVIEWER, lambda work: verbs.recuse(work, *filed, REVIEWER, "近亲属"))
    with pytest.raises(Conflict, match="colleague_recused"):
        office.by(HEAD, lambda work: verbs.transfer(work, *filed, at.id, DECIDER, "本人出差"))
