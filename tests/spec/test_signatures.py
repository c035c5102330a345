"""加签、会签、票签 — who is asked to sign, what a signature does, and when the step is finished."""

from __future__ import annotations

import pytest

from yiwang.casework.messages.case import Duty, Seat
from yiwang.casework.service import signers, verbs
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid, Refused
from yiwang.handling import store as handling
from yiwang.handling.messages import Review, Sign, StartSpecial
from yiwang.handling.service import signing

from tests.spec.conftest import (
    HEAD,
    JOINT,
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
    reading_row,
)

# ── 加签、减签 ───────────────────────────────────────────────────────────────────────────────────────


def test_加签_须先说话才能办结_意见入卷不作数(team: Office, filed: Filed) -> None:
    do(team, A, verbs.claim, filed)
    before = due(team, filed)
    asked = do(team, A, signers.add_signer, filed, HEAD, "请把关")
    assert asked.seats == (Seat(person=HEAD, kind="added", by=A),)
    assert in_inbox(team, HEAD, filed) == [(f"@{HEAD}", HEAD, "", 0)], "点名的人有自己的一行待办"
    assert in_inbox(team, REVIEWER, filed) == []
    with pytest.raises(Conflict, match="signers_open"):
        finish(team, A, filed)
    with pytest.raises(Forbidden, match="not_your_task"):
        do(team, OTHER, signers.sign, filed, "agree", "我也说")
    with pytest.raises(Conflict, match="not_asked"):
        do(team, B, signers.sign, filed, "agree", "我也说")
    with pytest.raises(Refused, match="outcome_unknown"):
        do(team, HEAD, signers.sign, filed, "pass", "同意")
    with pytest.raises(Invalid):
        do(team, HEAD, signers.sign, filed, "disagree", "")
    row = reading_row(team, HEAD, filed)
    command = Sign(home=filed.home, id=filed.id, task=row, outcome="disagree", words="业绩不足")
    team.by(HEAD, lambda work: signing.sign(command, work))
    assert in_inbox(team, HEAD, filed) == []
    with pytest.raises(Conflict, match="signed_already"):
        do(team, HEAD, signers.sign, filed, "agree", "改主意")
    assert due(team, filed) == before
    finish(team, A, filed)
    case = team.case(filed)
    assert case.hands[HEAD] is Duty.HANDLE
    assert [d.outcome for d in case.progress.done if d.step == "review"] == ["pass"], "加签意见不约束承办人"
    with team.engine.begin(SYSTEM) as work:
        assert [(o.person, o.outcome) for o in handling.opinions(work, *filed)] == [(HEAD, "disagree")]


def test_减签_谁加谁减_说过的不能减(team: Office, filed: Filed) -> None:
    do(team, A, verbs.claim, filed)
    for person in (HEAD, B):
        do(team, A, signers.add_signer, filed, person, "请看")
    with pytest.raises(Conflict, match="seat_taken"):
        do(team, A, signers.add_signer, filed, B, "请看")
    for outsider in (OTHER, "nobody"):
        with pytest.raises(Invalid, match="not_a_colleague"):
            do(team, A, signers.add_signer, filed, outsider, "请看")
    with pytest.raises(Conflict, match="task_taken"):
        do(team, C, signers.add_signer, filed, REVIEWER, "请看")
    with pytest.raises(Forbidden, match="not_your_signer"):
        do(team, B, signers.drop_signer, filed, HEAD)
    do(team, A, signers.drop_signer, filed, HEAD)
    assert in_inbox(team, HEAD, filed) == []
    do(team, B, signers.sign, filed, "agree", "可以")
    with pytest.raises(Conflict, match="not_asked"):
        do(team, A, signers.drop_signer, filed, B)
    finish(team, A, filed)


def test_加签人的待办随办件一起停钟_一起结束(team: Office) -> None:
    filed = team.accepted(JOINT, answers={"categories": ("cma", "food"), "premises": "owned"})
    for line in ("zjj", "syj"):
        team.act(f"{line}-handler-330000", filed, Review, outcome="pass", words="齐全")
    do(team, OTHER, signers.add_signer, filed, "zjj-head-330000", "请看", step="expert")
    team.act(OTHER, filed, StartSpecial, days_needed=9)
    assert team.sql("SELECT DISTINCT paused FROM casework.inbox WHERE matter = %s", filed.id) == [(True,)]
    assert differences(team, filed) == []
    with pytest.raises(Conflict, match="signers_open"):
        finish(team, OTHER, filed, "expert")
    team.by("zjj-decider-330000", lambda work: verbs.terminate(work, *filed, "申请人主体灭失", "行政许可法 70"))
    assert team.sql("SELECT count(*) FROM casework.inbox WHERE matter = %s", filed.id) == [(0,)]
    assert differences(team, filed) == []
