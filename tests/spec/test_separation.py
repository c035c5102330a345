"""受办分离 — one person, one duty: in the core, and in the table when somebody writes past the core."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from yiwang.casework.messages.case import Case, CompleteStep, Duty, Task
from yiwang.casework.rules import separation
from yiwang.casework.service import cases, verbs
from yiwang.catalogue import service as catalogue
from yiwang.directory import service as directory
from yiwang.directory.messages import Person
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.ground.outcome import Conflict, Forbidden, Invalid
from yiwang.handling.messages import Decide, EndSpecial, Reply, Review, StartSpecial
from yiwang.handling.service.consulting import reply
from yiwang.handling.service.deciding import decide
from yiwang.plumbing.work import Work

from tests.spec.conftest import CONSULTING, JOINT, SINGLE, Filed, Office


def task_of(case: Case, role: str) -> Task:
    """The open task for a role."""
    return next(t for t in case.tasks.values() if t.role == role)


def reviewing(office: Office, who: str) -> Actor:
    """Somebody of the province's construction department in a reviewer's post."""
    return replace(office.actor(f"{who}-330000"), roles=frozenset({"reviewer"}))


def everything(office: Office, login: str, filed: Filed, role: str, outcome: str) -> None:
    """Somebody who would hold every role at the desk of a task finishes it."""
    task = task_of(office.case(filed), role)
    actor = replace(office.actor(login), organisation=task.desk, roles=frozenset(separation.BY_ROLE))
    with office.engine.begin(actor) as work:
        cases.complete(CompleteStep(home=filed.home, id=filed.id, task=task.id, outcome=outcome), work)


@pytest.mark.requirement("R14", "SOD1", "SOD15")
def test_受理的人不能决定_即办件也不能(office: Office) -> None:
    filed = office.accepted(SINGLE)
    with pytest.raises(Forbidden, match="one_duty"):
        everything(office, "clerk-330106", filed, "decider", "grant")


@pytest.mark.requirement("R14", "SOD1")
def test_承办的人不能审核也不能决定(office: Office) -> None:
    filed = office.accepted(CONSULTING, answers={"categories": ("building",), "titles": "no"})
    for _ in range(2):
        everything(office, "jst-handler-330000", filed, "handler", "pass")
    with pytest.raises(Forbidden, match="one_duty"):
        everything(office, "jst-handler-330000", filed, "reviewer", "pass")
    everything(office, "jst-reviewer-330000", filed, "reviewer", "pass")
    with pytest.raises(Forbidden, match="one_duty"):
        everything(office, "jst-handler-330000", filed, "decider", "grant")


@pytest.mark.requirement("SOD4")
def test_受理的人不能出件(office: Office) -> None:
    filed = office.accepted(SINGLE)
    office.act("fgw-decider-330106", filed, Decide, outcome="grant")
    with pytest.raises(Forbidden, match="one_duty"):
        everything(office, "clerk-330106", filed, "issuer", "delivered")


@pytest.mark.requirement("R14")
def test_退回也是经手(office: Office) -> None:
    filed = office.accepted(CONSULTING, answers={"categories": ("building",), "titles": "no"})
    for _ in range(2):
        everything(office, "jst-handler-330000", filed, "handler", "pass")
    task = task_of(office.case(filed), "reviewer")
    with pytest.raises(Forbidden, match="one_duty"), office.engine.begin(reviewing(office, "jst-handler")) as work:
        cases.send_back(work, *filed, task.id, "examine", "再核")
    with office.engine.begin(reviewing(office, "jst-decider")) as work:
        cases.send_back(work, *filed, task.id, "examine", "再核")
    assert office.case(filed).hands["jst-decider-330000"] is Duty.REVIEW


@pytest.mark.requirement("R52")
def test_别人的待办和同事领走的待办不能办(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    with pytest.raises(Forbidden, match="not_your_task"):
        _as_stranger(office, filed)
    task = task_of(office.case(filed), "handler")
    office.by("jst-handler-330000", lambda work: verbs.claim(work, *filed, task.id))
    with pytest.raises(Conflict, match="task_taken"):
        everything(office, "jst-head-330000", filed, "handler", "pass")


def _as_stranger(office: Office, filed: Filed) -> None:
    task = task_of(office.case(filed), "handler")
    command = CompleteStep(home=filed.home, id=filed.id, task=task.id, outcome="pass")
    office.by("slt-handler-330000", lambda work: cases.complete(command, work))


@pytest.mark.requirement("R50")
def test_逾期视为无意见只由期限造成_谁也不能填(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    office.act("jst-handler-330000", filed, Review, outcome="pass", words="")
    task = next(t for t in office.case(filed).tasks.values() if t.desk == "330000.JTT")

    def deem(work: Work) -> None:
        cases.complete(CompleteStep(home=filed.home, id=filed.id, task=task.id, outcome="deemed"), work)

    def answer(work: Work) -> None:
        reply(Reply(home=filed.home, id=filed.id, task=task.id, outcome="deemed", words=""), work)

    for login in ("jtt-handler-330000", "clerk-330106"):
        with pytest.raises(Forbidden, match="only_silence_deems"):
            office.by(login, deem)
    with pytest.raises(Invalid):
        office.by("jtt-handler-330000", answer)


@pytest.mark.requirement("R22", "R30", "R15", "SOD2", "SOD3")
@pytest.mark.parametrize(
    "duty, kind, constraint",
    [
        ("accept", "department", "hand_centre_accepts"),
        ("deliver", "department", "hand_centre_accepts"),
        ("decide", "centre", "hand_department_handles"),
        ("handle", "township", "hand_department_handles"),
        ("rate", "department", "hand_third_party_rates"),
    ],
)
def test_绕过程序直接写表_表也不收(office: Office, duty: str, kind: str, constraint: str) -> None:
    filed = office.accepted(SINGLE)
    row = (filed.home, filed.id, "somebody", duty, kind)
    with pytest.raises(psycopg.errors.CheckViolation, match=constraint):
        office.sql("INSERT INTO casework.hand VALUES (%s, %s, %s, %s, %s)", *row)
    with pytest.raises(Forbidden):
        separation.permit_organisation(Duty(duty), kind)


@pytest.mark.requirement("R14", "SOD1")
def test_同一人两种职责_表也不收(office: Office) -> None:
    filed = office.accepted(SINGLE)
    row = (filed.home, filed.id, "clerk-330106", "decide", "department")
    with pytest.raises(psycopg.errors.UniqueViolation, match="hand_pkey"):
        office.sql("INSERT INTO casework.hand VALUES (%s, %s, %s, %s, %s)", *row)


@pytest.mark.requirement("SOD13")
def test_许可法42条_延期由负责人批准_一次_有理由(office: Office) -> None:
    filed = office.accepted(JOINT)
    with pytest.raises(Forbidden, match="head_extends"):
        office.by("zjj-decider-330000", lambda work: cases.extend(work, *filed, "样品复杂"))
    for head in ("syj-head-330000", "zjj-head-330000", "zf-head-330106"):  # of a joint case: the province's own
        with pytest.raises(Forbidden, match="head_extends"):
            office.by(head, lambda work: cases.extend(work, *filed, "样品复杂"))
    with pytest.raises(Invalid, match="extension_without_reason"):
        office.by("zf-head-330000", lambda work: cases.extend(work, *filed, " "))
    office.by("zf-head-330000", lambda work: cases.extend(work, *filed, "样品复杂"))
    with pytest.raises(Conflict, match="already_extended"):
        office.by("zf-head-330000", lambda work: cases.extend(work, *filed, "再延"))
    due = office.sql("SELECT promised_due::text FROM casework.matter WHERE id = %s", filed.id)
    inbox = office.sql("SELECT DISTINCT promised_due::text FROM casework.inbox WHERE matter = %s", filed.id)
    assert due == inbox == [("2017-10-13",)], "25 + 15 个工作日，国庆不计，9 月 30 日补班计"


@pytest.mark.requirement("SOD13")
def test_办完的不能再延期(office: Office) -> None:
    filed = office.accepted(SINGLE)
    office.act("fgw-decider-330106", filed, Decide, outcome="grant")
    with pytest.raises(Conflict, match="not_counting"):
        office.by("fgw-head-330106", lambda work: cases.extend(work, *filed, "补"))


@pytest.mark.requirement("R30")
def test_一个部门在一件里只决定一次(office: Office) -> None:
    filed = office.accepted(SINGLE)
    task = task_of(office.case(filed), "decider")
    command = Decide(home=filed.home, id=filed.id, task=task.id, outcome="grant")
    office.by("fgw-decider-330106", lambda work: decide(command, work))
    with pytest.raises(Conflict, match="task_gone"):
        office.by("fgw-decider-330106", lambda work: decide(command, work))
    with office.engine.begin(SYSTEM) as work:
        assert len(work.read("SELECT FROM handling.decision WHERE matter = %s", (filed.id,))) == 1


@pytest.mark.requirement("SOD8")
def test_许可法48条_审查人员不主持听证(office: Office) -> None:
    with office.engine.begin(SYSTEM) as work:
        asked = catalogue.published(work, "许可-90042-000").item.questions
    filed = office.accepted("许可-90042-000", answers={q.code: "no" for q in asked})
    for line in ("wht", "gat", "hbt"):
        office.act(f"{line}-handler-330106", filed, Review, outcome="pass", words="齐全")
    office.act("wht-handler-330106", filed, StartSpecial, days_needed=10)
    with pytest.raises(Forbidden, match="chair_reviews"):
        office.act("wht-handler-330106", filed, EndSpecial, outcome="pass", words="听证会无异议")
    with office.engine.begin(SYSTEM) as work:
        post = directory.posts_of(work, "wht-handler-330106", work.today)[0].code
        directory.add_person(work, Person(code="wht-chair-330106", name="样例主持人", kind="staff"))
        work.save()
        directory.hold(work, "wht-chair-330106", post, work.today)
    office.act("wht-chair-330106", filed, EndSpecial, outcome="pass", words="听证会无异议")
    assert "special" not in office.case(filed).tasks
