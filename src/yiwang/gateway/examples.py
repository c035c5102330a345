"""接口示例 — of each body that is sent to us and of answers that need one; typed, so that none grows stale."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from yiwang.gateway import absence, demands, following, handling, verbs, views

CASE = f"1234-{UUID(int=1)}"

_SENT: tuple[views.Sent, ...] = (
    views.Login(login="client-jst", password="demo-2017"),  # noqa: S106 — the demo's, printed for everybody
    views.NewApplication(
        item="许可-90014-000",
        division="330106109",
        answers={"categories": ["highway"], "titles": "yes"},
        kind="firm",
        identifier="91330106DEM000017A",
        name="演示建设有限公司",
    ),
    following.Handed(form={"enterprise": "演示建设有限公司", "grade": "一级"}),
    views.Written(form={"grade": "一级"}),
    views.Answered(answers={"categories": ["highway"], "titles": "yes"}),
    following.Checked(brought={"works": ["合同"]}),
    following.Supplied(brought={"works_proof": ["与申请专业对应"]}),
    following.Statement(material="rules", words="一、进货查验：……"),
    views.CorrectionNotice(lacks=[views.LackOf(material="works", what="缺少工程业绩合同")]),
    views.Refusal(reason="不属于本级职责", authority="杭州市建设委员会"),
    views.HandingOver(recipient="样例领取人"),
    views.Rating(grade="satisfied", comment="很快。"),
    views.Opinion(outcome="pass", words="材料齐全，符合条件。"),
    views.SpecialStart(days_needed=10),
    views.SpecialEnd(
        outcome="pass",
        words="评审组一致通过。",
        opinions=[views.ExpertSaid(expert="E012", outcome="pass", words="能力符合要求。")],
    ),
    views.DrawOf(speciality="检验检测", declared={"E010": "曾任申请人顾问"}),
    views.Replacement(leaving={"E012": "出差"}),
    views.Reason(reason="案情复杂"),
    views.SendBack(to="review", reason="请补充核查"),
    views.Nothing(),
    verbs.HandOn(to="jst-handler-330000", words="请接办，我明天出差。"),
    verbs.Words(words="期限将至，请尽快办理。"),
    verbs.WorkDone(words="已核实，情况属实。"),
    verbs.AskSigner(person="jst-head-330000", words="请就技术条件发表意见。"),
    verbs.Signer(person="jst-head-330000"),
    verbs.TakeBack(step="review", reason="漏核一页材料。"),
    verbs.Recusal(person="jst-handler-330000", reason="申请人是近亲属。"),
    verbs.Termination(reason="申请人主体灭失。", clause="行政许可法 70"),
    verbs.Choices(rows=[verbs.RowChoice(ref=CASE, task=UUID(int=7), outcome="grant", words="符合条件。")]),
    demands.NewDemand(words="已超期两个工作日，请说明原因和办结时间。", days=3),
    demands.DemandWords(words="等外单位复函，明日办结。"),
    handling.Referral(step="consult_highway", to="330000.SLT", question="涉及河道管理范围，请提意见。"),
    handling.InquiryAnswer(reason="按目录逐项核对。"),
    absence.NewDeputy(
        principal="jst-handler-330000",
        post="330000.JST#1",
        deputy="jst-colleague-330000",
        since=date(2017, 8, 14),
        last=date(2017, 8, 18),
        reason="出差",
    ),
    views.NewWebhook(
        url="https://jst.example.gov.cn/yiwang",
        secret="0123456789abcdef0123456789abcdef",  # noqa: S106 — an example
        events=["case.accepted"],
    ),
)

_ANSWERED: tuple[msgspec.Struct, ...] = (
    views.PartView(
        step="food",
        item="许可-90029-000",
        name="食品经营许可",
        organisation="330106.SCJG",
        ref=CASE,
        number="33010620170814123412340",
        status="handling",
        accepted_on=date(2017, 8, 16),
        promised_due=date(2017, 8, 23),
        outcome=None,
        waits_for=[],
        barred=False,
    ),
)

SENT = frozenset(type(one).__name__ for one in _SENT)
"""请求体: the names of the shapes that are sent to us."""
EXAMPLES: dict[str, Any] = {type(one).__name__: msgspec.to_builtins(one) for one in (*_SENT, *_ANSWERED)}
"""示例: by the name of the shape in /openapi.json."""
