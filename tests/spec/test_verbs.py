"""办件动作 — who has a task and who answers for it: claim, release, transfer, delegate, urge; and what an act costs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from yiwang.casework.messages.case import CompleteStep, Duty, Task
from yiwang.casework.service import cases, reading, signers, verbs
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid
from yiwang.handling import store as handling
from yiwang.handling.messages import HandBack, Reply
from yiwang.handling.service import signing
from yiwang.plumbing.work import Work

from tests.spec.conftest import (
    CONSULTED,
    CONSULTING,
    DECIDER,
    HEAD,
    OTHER,
    REVIEWER,
    A,
    B,
    C,
    Filed,
    Office,
    differences,
    do,
    due,
    finish,
    in_inbox,
    task,
    won,
)

# ── 领取、放回 ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("R52")
def test_领取_责任到岗到人_钟不动(team: Office, filed: Filed) -> None:
    before = due(team, filed)
    first = task(team, filed).post
    assert first == "330000.JST#1", "无人领取时由本部门这一角色的首个岗位负责"
    taken = do(team, A, verbs.claim, filed)
    assert (taken.holder, taken.post) == (A, "330000.JST#1")
    assert in_inbox(team, B, filed) == [("handler", A, taken.post, 0)]
    assert due(team, filed) == before
    with pytest.raises(Conflict, match="task_taken"):
        do(team, B, verbs.claim, filed)
    for stranger in (OTHER, DECIDER):
        with pytest.raises(Forbidden, match="not_your_task"):
            do(team, stranger, verbs.claim, filed)


@pytest.mark.requirement("R52")
def test_放回_本人或负责人_同事接着领(team: Office, filed: Filed) -> None:
    with pytest.raises(Conflict, match="not_claimed"):
        do(team, A, verbs.release, filed)
    for by in (A, HEAD):
        do(team, A, verbs.claim, filed)
        with pytest.raises(Conflict, match="task_taken"):
            do(team, B, verbs.release, filed)
        assert do(team, by, verbs.release, filed).holder == ""
    assert do(team, B, verbs.claim, filed).holder == B
    assert team.acts(filed).count("task.released") == 2


def test_四十人同时领取_一人得(team: Office, filed: Filed) -> None:
    found = task(team, filed)

    def attempt(number: int) -> str:
        login = (A, B, C)[number % 3]
        return won(lambda: team.by(login, lambda work: verbs.claim(work, *filed, found.id))) or login

    with ThreadPoolExecutor(40) as pool:
        answers = set(pool.map(attempt, range(40)))
    assert answers == {"case.task_taken", task(team, filed).holder}


# ── 转办 ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("R52")
def test_转办_换人不换钟_从谁到谁因何留痕(team: Office, filed: Filed) -> None:
    do(team, A, verbs.claim, filed)
    before = due(team, filed)
    moved = do(team, A, verbs.transfer, filed, B, "我出差")
    assert (moved.holder, moved.post) == (B, "330000.JST#1")
    assert due(team, filed) == before
    with pytest.raises(Conflict, match="task_taken"):
        finish(team, A, filed)
    with team.engine.begin(SYSTEM) as work:
        told = reading.thread(work, *filed)[-1]
    assert (told.act, told.person) == ("task.transferred", A)
    assert {k: told.facts[k] for k in ("from", "to", "reason")} == {"from": A, "to": B, "reason": "我出差"}
    finish(team, B, filed)


def test_转办_谁可以转_转给谁(team: Office, filed: Filed) -> None:
    assert do(team, B, verbs.transfer, filed, C, "分派").holder == C, "无人领取时本岗位可分派"
    with pytest.raises(Conflict, match="task_taken"):
        do(team, A, verbs.transfer, filed, B, "我来转")
    assert do(team, HEAD, verbs.transfer, filed, A, "负责人调整").holder == A
    for outsider in (OTHER, REVIEWER, "nobody"):
        with pytest.raises(Invalid, match="not_a_colleague"):
            do(team, A, verbs.transfer, filed, outsider, "转")
    with pytest.raises(Conflict, match="already_theirs"):
        do(team, A, verbs.transfer, filed, A, "转")
    with pytest.raises(Invalid, match=r"case\.form"):
        do(team, A, verbs.transfer, filed, B, " ")


@pytest.mark.requirement("R52")
def test_转办_负责人收走委派出去的_新岗位负责_委派就此了结(team: Office, filed: Filed) -> None:
    do(team, A, verbs.delegate, filed, B, "请办")
    moved = do(team, HEAD, verbs.transfer, filed, "jst-colleague-330000", "两人都出差")
    assert (moved.holder, moved.lenders) == ("jst-colleague-330000", ())
    assert moved.post == in_inbox(team, A, filed)[0][2] != "330000.JST#1", "同事的岗位是另一个"
    finish(team, "jst-colleague-330000", filed)


@pytest.mark.requirement("R14", "SOD1")
def test_转办_不能转给已有其他职责的人(team: Office, filed: Filed) -> None:
    team.sql("INSERT INTO casework.hand VALUES (%s, %s, %s, 'decide', 'department')", *filed, B)
    with pytest.raises(Conflict, match="colleague_has_duty"):
        do(team, A, verbs.transfer, filed, B, "转")
    with team.engine.begin(SYSTEM) as work:
        case = reading.look(work, *filed)
        offered = {person for person, _ in verbs.colleagues(work, case, case.tasks["review"])}
    assert offered == {A, C, "jst-colleague-330000"}, "选人时就不列"
    team.sql("DELETE FROM casework.hand WHERE person = %s AND matter = %s", B, filed.id)


def test_转办与办结相遇_只有一个成(team: Office) -> None:
    for _ in range(5):
        filed = team.accepted(CONSULTING)
        found = do(team, A, verbs.claim, filed)
        command = CompleteStep(home=filed.home, id=filed.id, task=found.id, outcome="pass")

        def transfer(filed: Filed = filed, found: Task = found) -> str:
            return won(lambda: team.by(HEAD, lambda work: verbs.transfer(work, *filed, found.id, B, "调整")))

        def complete(command: CompleteStep = command) -> str:
            return won(lambda: team.by(A, lambda work: cases.complete(command, work)))

        with ThreadPoolExecutor(2) as pool:
            outcomes = [f.result() for f in (pool.submit(transfer), pool.submit(complete))]
        assert sorted(outcomes) in (["", "case.task_gone"], ["", "case.task_taken"]), outcomes
        assert differences(team, filed) == []


# ── 委派与交回 ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("R52")
def test_委派_受托人办完交回_只有委派人能办结(team: Office, filed: Filed) -> None:
    do(team, A, verbs.claim, filed)
    before = due(team, filed)
    lent = do(team, A, verbs.delegate, filed, B, "请核业绩")
    assert (lent.holder, lent.lenders) == (B, (A,))
    for login, refusal in ((B, "case.delegated"), (A, "case.task_taken")):
        with pytest.raises(Conflict, match=refusal):
            finish(team, login, filed)
    with pytest.raises(Conflict, match=r"case\.delegated"):
        do(team, B, verbs.transfer, filed, C, "转")
    with pytest.raises(Conflict, match="already_theirs"):
        do(team, B, verbs.delegate, filed, A, "转回去")
    found = task(team, filed)
    team.by(
        B, lambda work: signing.hand_back(HandBack(home=filed.home, id=filed.id, task=found.id, words="属实"), work)
    )
    back = task(team, filed)
    assert (back.holder, back.lenders) == (A, ())
    assert due(team, filed) == before
    case = team.case(filed)
    assert case.hands[B] is Duty.HANDLE, "办过就是经手"
    assert A not in case.hands
    with team.engine.begin(SYSTEM) as work:
        assert [(o.person, o.outcome, o.words) for o in handling.opinions(work, *filed)] == [(B, "handed_back", "属实")]
    finish(team, A, filed)


def test_再委派_一层一层交回_委派人和负责人可以收回(team: Office, filed: Filed) -> None:
    do(team, A, verbs.delegate, filed, B, "请办")
    assert do(team, B, verbs.delegate, filed, C, "请办").lenders == (A, B)
    with pytest.raises(Forbidden, match="not_your_task"):
        do(team, A, verbs.hand_back, filed, "")
    with pytest.raises(Invalid):
        do(team, C, verbs.hand_back, filed, "")
    assert do(team, B, verbs.hand_back, filed, "").holder == B, "委派人自己收回，不必有话"
    assert do(team, HEAD, verbs.hand_back, filed, "").holder == A
    assert team.case(filed).hands.keys() & {B, C, HEAD} == set(), "收回不是经手"
    with pytest.raises(Conflict, match="not_delegated"):
        do(team, A, verbs.hand_back, filed, "x")


# ── 催办 ─────────────────────────────────────────────────────────────────────────────────────────────


def test_催办_等的人才能催_每人每工作日一次_钟不动(team: Office, filed: Filed) -> None:
    before = due(team, filed)
    for stranger in (A, "clerk-330106", OTHER, "firm-1"):
        with pytest.raises(Forbidden, match="not_waiting_for_it"):
            do(team, stranger, verbs.urge, filed, "请快办")
    assert do(team, HEAD, verbs.urge, filed, "请快办").urged == 1
    with pytest.raises(Conflict, match="urged_already"):
        do(team, HEAD, verbs.urge, filed, "请快办")
    assert do(team, "supervisor", verbs.urge, filed, "请快办").urged == 2
    assert in_inbox(team, A, filed)[0][3] == 2
    assert due(team, filed) == before
    team.clock.go(date(2017, 8, 18))
    assert do(team, HEAD, verbs.urge, filed, "请快办").urged == 3
    team.clock.go(date(2017, 8, 19))
    with pytest.raises(Conflict, match="urged_already"):
        do(team, HEAD, verbs.urge, filed, "周六再催")
    team.clock.go(date(2017, 8, 21))
    assert do(team, HEAD, verbs.urge, filed, "周一").urged == 4


def test_催办_牵头部门催征求意见的部门(team: Office, filed: Filed) -> None:
    finish(team, A, filed)
    assert do(team, A, verbs.urge, filed, "请复函", step="consult_highway").urged == 1
    with pytest.raises(Forbidden, match="not_waiting_for_it"):
        do(team, CONSULTED, verbs.urge, filed, "自己催自己", step="consult_highway")
    team.act(CONSULTED, filed, Reply, role="consultee", outcome="agree", words="")


# ── 代价 ─────────────────────────────────────────────────────────────────────────────────────────────


def test_一个动作_一读一写(team: Office, filed: Filed) -> None:
    found = task(team, filed).id
    acts: list[tuple[str, Callable[[Work], object]]] = [
        (A, lambda work: verbs.claim(work, *filed, found)),
        (A, lambda work: verbs.transfer(work, *filed, found, B, "转")),
        (B, lambda work: verbs.delegate(work, *filed, found, A, "请办")),
        (A, lambda work: verbs.hand_back(work, *filed, found, "办毕")),
        (B, lambda work: signers.add_signer(work, *filed, found, HEAD, "请看")),
        (HEAD, lambda work: signers.sign(work, *filed, found, "agree", "可以")),
        (B, lambda work: verbs.release(work, *filed, found)),
        (A, lambda work: verbs.recuse(work, *filed, A, "近亲属")),
    ]
    for login, act in acts:
        actor = team.actor(login)
        with team.engine.begin(actor) as work:
            directory.staff(work)
            before = work.reads
            act(work)
            work.save()
            assert (work.reads - before, work.writes) == (1, 1), act
