"""请示、指导与延期 — a question beside the flow moves nothing; the head extends, the government's where joint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding, reading
from yiwang.front import scope
from yiwang.front.desk import reference
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid, NotFound
from yiwang.ground.workdays import CALENDAR
from yiwang.handling.messages import AnswerInquiry, AskExtension, AskGuidance, Decide, Extend, Review
from yiwang.handling.service import documents, inquiries
from yiwang.intake.service import applications

from tests.spec.conftest import CONSULTING, JOINT, SINGLE, Filed, Office, wrong

ASKER, SUPERIOR = "fgw-decider-330106", "fgw-handler-330100"
TWO = {"categories": ("cma", "food"), "premises": "owned"}


def ask(office: Office, filed: Filed, login: str, command: Callable[..., Any], **words: str) -> UUID:
    """Put a question about the task of one's own desk."""
    desk = office.actor(login).organisation
    task = next(t.id for t in office.case(filed).tasks.values() if t.desk == desk)
    asked = command(home=filed.home, id=filed.id, task=task, **words)
    service: Any = inquiries.ask_guidance if isinstance(asked, AskGuidance) else inquiries.ask_extension
    found: UUID = office.by(login, lambda work: service(asked, work))
    return found


def answer(office: Office, filed: Filed, login: str, inquiry: UUID, words: str) -> None:
    """Answer it."""
    command = AnswerInquiry(home=filed.home, id=filed.id, inquiry=inquiry, words=words)
    office.by(login, lambda work: inquiries.answer(command, work))


def waiting(office: Office, login: str, filed: Filed) -> list[str]:
    """The kinds of what waits for somebody in this case."""
    actor = office.actor(login)
    with office.engine.begin(actor) as work:
        rows = reading.inbox(work, actor.organisation, actor.roles, limit=500).rows
    return [row.step_kind for row in rows if row.matter == filed.id]


def seen(office: Office, login: str, filed: Filed) -> Case:
    """The case as somebody may see it."""
    found: Case = office.by(login, lambda work: scope.case(work, reference(*filed)))
    return found


@pytest.mark.requirement("R32")
def test_上级只作业务指导_决定和时限不动(office: Office) -> None:
    filed = office.accepted(SINGLE)
    before = office.case(filed)
    with pytest.raises(NotFound):
        seen(office, SUPERIOR, filed)
    inquiry = ask(office, filed, ASKER, AskGuidance, question="进口设备清单怎样核对？")
    during = office.case(filed)
    assert (during.tasks, during.progress, during.timing) == (before.tasks, before.progress, before.timing)
    assert waiting(office, SUPERIOR, filed) == ["guidance"]
    assert seen(office, SUPERIOR, filed).matter == before.matter
    assert wrong(office, filed) == set()
    with pytest.raises(StopIteration):
        office.act(SUPERIOR, filed, Decide, outcome="grant")
    answer(office, filed, SUPERIOR, inquiry, "按目录逐项核对。")
    after = office.case(filed)
    assert (after.tasks, after.progress, after.timing, after.hands) == (
        before.tasks,
        before.progress,
        before.timing,
        before.hands,
    )
    assert waiting(office, SUPERIOR, filed) == []
    assert [a for a in office.acts(filed) if a.startswith("guidance")] == ["guidance.asked", "guidance.answered"]
    with pytest.raises(NotFound):
        seen(office, SUPERIOR, filed)
    with office.engine.begin(SYSTEM) as work:
        (asked,) = inquiries.of_case(work, *filed)
    assert (asked.question, asked.words, asked.outcome) == ("进口设备清单怎样核对？", "按目录逐项核对。", "answered")
    office.act(ASKER, filed, Decide, outcome="grant")
    assert wrong(office, filed) == set()


@pytest.mark.requirement("R32")
def test_只有被请示的单位能答_只有在办的人能问(office: Office) -> None:
    filed = office.accepted(SINGLE)
    inquiry = ask(office, filed, ASKER, AskGuidance, question="怎样核对？")
    with pytest.raises(Conflict, match="asked_already"):
        ask(office, filed, ASKER, AskGuidance, question="再问一次")
    for login in ("fgw-decider-330100", "fgw-handler-330000", ASKER):
        with pytest.raises(Forbidden, match="not_your_task"):
            answer(office, filed, login, inquiry, "答")
    with pytest.raises(Invalid):
        answer(office, filed, SUPERIOR, inquiry, "  ")
    task = next(iter(office.case(filed).tasks.values())).id
    command = AskGuidance(home=filed.home, id=filed.id, task=task, question="问")
    with pytest.raises(Forbidden, match="not_your_task"):
        office.by("fgw-handler-330106", lambda work: inquiries.ask_guidance(command, work))


def test_省级没有上级可请示(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    with pytest.raises(Conflict, match="no_superior"):
        ask(office, filed, "jst-handler-330000", AskGuidance, question="怎样核对？")


@pytest.mark.requirement("R32")
def test_办件结束_没答的请示随之了结(office: Office) -> None:
    filed = office.accepted(SINGLE)
    ask(office, filed, ASKER, AskGuidance, question="怎样核对？")
    office.by("firm-1", lambda work: applications.withdraw(work, *filed))
    assert waiting(office, SUPERIOR, filed) == []
    assert wrong(office, filed) == set()


@pytest.mark.requirement("R32")
def test_请示不见了_对账就查出(office: Office) -> None:
    filed = office.accepted(SINGLE)
    ask(office, filed, ASKER, AskGuidance, question="怎样核对？")
    office.sql("DELETE FROM casework.inbox WHERE matter = %s AND step_kind = 'guidance'", filed.id)
    assert wrong(office, filed) == {"inbox.missing"}
    office.sql("UPDATE casework.matter SET asides = '[]' WHERE id = %s", filed.id)
    assert wrong(office, filed) == {"case.asides"}


def extend(office: Office, login: str, filed: Filed, reason: str = "需要补充核查") -> Case:
    """Approve an extension."""
    command = Extend(home=filed.home, id=filed.id, reason=reason)
    case: Case = office.by(login, lambda work: inquiries.extend(command, work))
    return case


@pytest.mark.requirement("SOD13")
def test_许可法42条_本机关负责人批准_延十个工作日_只一次(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    before = reading.dues(office.case(filed), date(2017, 8, 14), CALENDAR).legal
    for login in ("jst-decider-330000", "jst-handler-330000", "zf-head-330000", "jtt-head-330000"):
        with pytest.raises(Forbidden, match="head_extends"):
            extend(office, login, filed)
    with pytest.raises(Invalid):
        extend(office, "jst-head-330000", filed, " ")
    case = extend(office, "jst-head-330000", filed)
    after = reading.dues(case, date(2017, 8, 14), CALENDAR).legal
    assert before is not None
    assert after is not None
    assert CALENDAR.count(before, after) == 10
    with pytest.raises(Conflict, match="already_extended"):
        extend(office, "jst-head-330000", filed)
    assert wrong(office, filed) == set()


@pytest.mark.requirement("SOD13", "R49")
def test_联合办理由本级政府负责人批准_四十五加十五(office: Office) -> None:
    filed = office.accepted(JOINT, answers=TWO)
    with office.engine.begin(SYSTEM) as work:
        assert holding.extender(work, reading.look(work, *filed)) == "330000.ZF"
    with pytest.raises(Forbidden, match="head_extends"):
        extend(office, "zjj-head-330000", filed)
    with pytest.raises(Conflict, match="authority_asks"):
        ask(office, filed, "syj-handler-330000", AskExtension, reason="等检验")
    with pytest.raises(NotFound):
        seen(office, "zf-head-330000", filed)
    ask(office, filed, "zjj-handler-330000", AskExtension, reason="能力验证结果尚未出具")
    assert waiting(office, "zf-head-330000", filed) == ["extension"]
    assert seen(office, "zf-head-330000", filed).matter.id == filed.id
    case = extend(office, "zf-head-330000", filed, "能力验证结果尚未出具")
    assert case.timing.extension is not None
    assert str(case.timing.extension.limit) == "15wd"
    assert waiting(office, "zf-head-330000", filed) == []
    with office.engine.begin(SYSTEM) as work:
        (asked,) = inquiries.of_case(work, *filed)
        (notice,) = documents.of_case(work, *filed)
    assert asked.outcome == "approved"
    assert notice.paper.title == "延长办理期限告知书"
    assert notice.paper.issuer == "浙江省人民政府"
    text = "".join(notice.paper.paragraphs)
    assert "因能力验证结果尚未出具。" in text
    assert "延长15个工作日" in text
    assert wrong(office, filed) == set()


def test_不批准延期_说明理由_期限不变(office: Office) -> None:
    filed = office.accepted(JOINT, answers=TWO)
    before = office.case(filed).timing
    inquiry = ask(office, filed, "zjj-handler-330000", AskExtension, reason="人手不足")
    answer(office, filed, "zf-head-330000", inquiry, "人手不足不是延期的理由")
    assert office.case(filed).timing == before
    with office.engine.begin(SYSTEM) as work:
        assert inquiries.of_case(work, *filed)[0].outcome == "declined"
        assert documents.of_case(work, *filed) == []
    office.act("zjj-handler-330000", filed, Review, outcome="pass", words="")
    assert wrong(office, filed) == set()
