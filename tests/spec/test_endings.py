"""撤回、收回、回避、终止 — what undoes a step, keeps somebody out of a case, or ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from yiwang.casework.messages.case import Duty, Status
from yiwang.casework.service import signers, verbs
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid, Refused
from yiwang.handling import store as handling
from yiwang.handling.messages import Decide, Reply, Review
from yiwang.handling.service import reading as handling_reading
from yiwang.handling.service import signing
from yiwang.handling.service.consulting import reply as consulting_reply
from yiwang.intake import store as intake

from tests.spec.conftest import CONSULTED, DECIDER, HEAD, REVIEWER, A, B, C, Filed, Office, do, finish, in_inbox, task

# ── 撤回、收回 ───────────────────────────────────────────────────────────────────────────────────────


def test_撤回_本人_后手未领未办_意见留卷作废(team: Office, plain: Filed) -> None:
    team.clock.go(date(2017, 8, 15))
    until = task(team, plain).due
    team.act(A, plain, Review, outcome="pass", words="齐全")
    with pytest.raises(Conflict, match="cannot_take_back"):
        team.by(B, lambda work: signing.take_back(work, *plain, "review", "不是我办的"))
    team.clock.go(date(2017, 8, 16))
    team.by(A, lambda work: signing.take_back(work, *plain, "review", "漏核一页"))
    case = team.case(plain)
    assert list(case.tasks) == ["review"]
    again = case.tasks["review"]
    assert (again.holder, again.due) == (A, until), "撤回不多给时间"
    with team.engine.begin(SYSTEM) as work:
        opinions = handling_reading.file_of(work, *plain).opinions
    assert [(o.words, o.taken_back_at is not None) for o in opinions] == [("齐全", True)]
    team.act(A, plain, Review, outcome="pass", words="补核")
    do(team, A, verbs.claim, plain, step="examine")
    with pytest.raises(Conflict, match="cannot_take_back"):
        team.by(A, lambda work: signing.take_back(work, *plain, "review", "又想改"))


def test_撤回_复函撤回后条件不进决定(team: Office, filed: Filed) -> None:
    finish(team, A, filed)
    words = {"outcome": "conditional", "words": "同意", "conditions": "三个月内检定"}
    team.act(CONSULTED, filed, Reply, role="consultee", **words)
    team.by(CONSULTED, lambda work: signing.take_back(work, *filed, "consult_highway", "口径有误"))
    team.act(CONSULTED, filed, Reply, role="consultee", outcome="agree", words="同意")
    team.go(8, 25)
    for login in (A, REVIEWER):
        team.act(login, filed, Review, outcome="pass", words="")
    team.act(DECIDER, filed, Decide, outcome="grant")
    with team.engine.begin(SYSTEM) as work:
        assert handling.decisions(work, *filed)[0].conditions == ""


def test_撤回_受理和决定不能撤回(team: Office, plain: Filed) -> None:
    def take_back(login: str, step: str) -> object:
        return team.by(login, lambda work: signing.take_back(work, *plain, step, "想改"))

    for login, step in (("clerk-330106", "accept"), (A, "review")):
        with pytest.raises(Refused, match="cannot_take_back"):
            take_back(login, step)
    for login in (A, A, REVIEWER):
        team.act(login, plain, Review, outcome="pass", words="")
    team.act(DECIDER, plain, Decide, outcome="grant")
    with pytest.raises(Refused, match="cannot_take_back"):
        take_back(DECIDER, "decide")


def test_收回征求意见_牵头部门_未复之前(team: Office, filed: Filed) -> None:
    with pytest.raises(Conflict, match="not_a_consultation"):
        do(team, A, verbs.recall, filed, "不需要")
    finish(team, A, filed)
    with pytest.raises(Forbidden, match="lead_recalls"):
        do(team, CONSULTED, verbs.recall, filed, "不需要", step="consult_highway")
    found = task(team, filed, "consult_highway")
    do(team, A, verbs.recall, filed, "材料已说明，不再征求", step="consult_highway")
    case = team.case(filed)
    assert ("consult_highway", "recalled") in [(d.step, d.outcome) for d in case.progress.done]
    assert in_inbox(team, CONSULTED, filed) == []
    answer = Reply(home=filed.home, id=filed.id, task=found.id, outcome="agree", words="迟了")
    with pytest.raises(Conflict, match="task_gone"):
        team.by(CONSULTED, lambda work: consulting_reply(answer, work))


# ── 回避 ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("SOD11")
def test_回避_自行回避_此后本件一事不能办_手上的放回(team: Office, filed: Filed) -> None:
    do(team, A, verbs.claim, filed)
    team.by(A, lambda work: verbs.recuse(work, *filed, A, "申请人是近亲属"))
    assert task(team, filed).holder == ""
    tried: list[Callable[[], object]] = [
        lambda: do(team, A, verbs.claim, filed),
        lambda: finish(team, A, filed),
        lambda: do(team, A, verbs.transfer, filed, B, "转"),
        lambda: do(team, A, verbs.delegate, filed, B, "请办"),
        lambda: do(team, A, signers.add_signer, filed, HEAD, "请看"),
    ]
    for act in tried:
        with pytest.raises(Forbidden, match=r"case\.recused"):
            act()
    with pytest.raises(Conflict, match="colleague_recused"):
        do(team, B, verbs.transfer, filed, A, "转给回避的人")
    finish(team, B, filed)


def recuse(office: Office, filed: Filed, person: str) -> None:
    """The head orders somebody to keep out of a case."""
    office.by(HEAD, lambda work: verbs.recuse(work, *filed, person, "有利害关系"))


@pytest.mark.requirement("SOD11")
def test_回避_负责人决定_委派和加签一并解除(team: Office, filed: Filed) -> None:
    do(team, A, signers.add_signer, filed, REVIEWER, "请看")
    do(team, A, verbs.delegate, filed, B, "请办")
    with pytest.raises(Conflict, match=r"case\.delegated"):
        do(team, B, signers.add_signer, filed, C, "受托人不能加签")
    for stranger in (DECIDER, "zjj-head-330000", "supervisor"):
        with pytest.raises(Forbidden, match="head_recuses"):
            team.by(stranger, lambda work: verbs.recuse(work, *filed, A, "举报"))
    for person in (A, REVIEWER):
        recuse(team, filed, person)
    found = task(team, filed)
    assert (found.holder, found.lenders, found.seats) == ("", (), ())
    assert team.case(filed).recused == (A, REVIEWER)
    with pytest.raises(Conflict, match="recused_already"):
        team.by(HEAD, lambda work: verbs.recuse(work, *filed, A, "再来"))
    finish(team, B, filed)


# ── 终止 ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("R07")
def test_终止_决定机关的审批人_受理后决定前_申请人看得到理由(team: Office, filed: Filed) -> None:
    for stranger in (A, HEAD, "zjj-decider-330000", "clerk-330106"):
        with pytest.raises(Forbidden, match="decider_terminates"):
            team.by(stranger, lambda work: verbs.terminate(work, *filed, "主体灭失", "行政许可法 70"))
    with pytest.raises(Invalid):
        team.by(DECIDER, lambda work: verbs.terminate(work, *filed, " ", "行政许可法 70"))
    team.by(DECIDER, lambda work: verbs.terminate(work, *filed, "申请人主体灭失", "行政许可法 70"))
    case = team.case(filed)
    assert (case.status, case.tasks, case.hands[DECIDER]) == (Status.TERMINATED, {}, Duty.DECIDE)
    with team.engine.begin(SYSTEM) as work:
        application = intake.application(work, *filed)
        told = {n.kind: n.body for n in intake.notices(work, *filed)}["termination"]
    assert application.state == "terminated"
    assert (told["reason"], told["clause"]) == ("申请人主体灭失", "行政许可法 70")
    with pytest.raises(Conflict, match="not_in_handling"):
        team.by(DECIDER, lambda work: verbs.terminate(work, *filed, "再来", "行政许可法 70"))


@pytest.mark.requirement("R14", "SOD1")
def test_终止也是决定_承办过的人不能终止(team: Office, filed: Filed) -> None:
    team.sql("INSERT INTO casework.hand VALUES (%s, %s, %s, 'handle', 'department')", *filed, DECIDER)
    with pytest.raises(Forbidden, match="one_duty"):
        team.by(DECIDER, lambda work: verbs.terminate(work, *filed, "主体灭失", "行政许可法 70"))
    team.sql("DELETE FROM casework.hand WHERE person = %s AND matter = %s", DECIDER, filed.id)
