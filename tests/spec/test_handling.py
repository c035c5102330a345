"""办理、出件、评价、监管 — consultation, special procedure, partial grant, one exit, third-party rating, duty."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from yiwang import main
from yiwang.casework.messages.case import Status
from yiwang.casework.service import cases, holding, reading
from yiwang.demo.walk import agreed
from yiwang.enforcement import service as enforcement
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid, Refused
from yiwang.ground.workdays import CALENDAR
from yiwang.handling import store as handling
from yiwang.handling.messages import Decide, DrawExperts, EndSpecial, MakeDocument, Reply, Review, StartSpecial
from yiwang.intake import store as intake
from yiwang.intake.messages import Delivery
from yiwang.intake.service import applications
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Grade, Rate
from yiwang.plumbing.database import Database
from yiwang.sharing.service import licences

from tests.spec.conftest import CONSULTING, JOINT, SINGLE, Filed, Office

TWO = {"categories": ("cma", "food"), "premises": "owned"}
LINES = ("zjj", "syj")


def reviewed(office: Office) -> Filed:
    """A joint case of two departments, both of which have passed it."""
    filed = office.accepted(JOINT, answers=TWO)
    for line in LINES:
        office.act(f"{line}-handler-330000", filed, Review, outcome="pass", words="齐全")
    return filed


def decided(office: Office, **outcomes: str) -> Filed:
    """A joint case decided so by each, the document made."""
    filed = reviewed(office)
    office.act("zjj-handler-330000", filed, EndSpecial, outcome="skip")
    for line, outcome in outcomes.items():
        office.act(f"{line}-decider-330000", filed, Decide, outcome=outcome, reasons="能力范围不符")
    office.act("zjj-handler-330000", filed, MakeDocument)
    return filed


def granted(office: Office, way: Delivery = Delivery.E_LICENCE, *, window: bool = True) -> Filed:
    """The single example, decided."""
    filed = office.draft(SINGLE, window=window)
    office.submit(filed, way, by="clerk-330106" if window else "firm-1")
    office.accept(filed)
    office.drain()
    office.act("fgw-decider-330106", filed, Decide, outcome="grant")
    return filed


@pytest.mark.requirement("R49", "R17")
def test_几个部门联合办理_并联_一个时限(office: Office) -> None:
    filed = office.accepted(JOINT, answers=TWO)
    case = office.case(filed)
    assert {t.desk for t in case.tasks.values()} == {"330000.ZJJ", "330000.SYJ"}
    office.act("syj-handler-330000", filed, Review, outcome="pass", words="")
    assert {t.step for t in office.case(filed).tasks.values()} == {"review_cma"}, "先办完的等后办完的"


@pytest.mark.requirement("R49")
def test_部分许可_各部门各自决定(office: Office) -> None:
    filed = decided(office, zjj="grant", syj="refuse")
    with office.engine.begin(SYSTEM) as work:
        given = [row.issuer for row in licences.of_matter(work, *filed)]
        refused = next(d for d in handling.decisions(work, *filed) if d.outcome == "refuse")
    assert given == ["330000.ZJJ"]
    assert refused.organisation == "330000.SYJ"
    assert "行政复议" in refused.remedies
    office.hand_over(filed)
    with office.engine.begin(SYSTEM) as work:
        assert list(enforcement.duties_of(work, *filed)) == ["330000.ZJJ"]


def test_许可法38条_不予许可须说明理由_表也这样要求(office: Office) -> None:
    filed = office.accepted(SINGLE)
    with pytest.raises(Invalid):
        office.act("fgw-decider-330106", filed, Decide, outcome="refuse", reasons=" ")
    with pytest.raises(psycopg.errors.CheckViolation, match="refusal_has_reasons"):
        office.sql(
            "INSERT INTO handling.decision (home, matter, organisation, id, step, person, outcome, reasons, at)"
            " VALUES (%s, %s, 'o', gen_random_uuid(), 's', 'p', 'refuse', '', now())",
            *filed,
        )


@pytest.mark.requirement("R53", "K2")
def test_专家评审停钟_先书面告知所需时间(office: Office) -> None:
    filed = reviewed(office)
    with pytest.raises(Invalid):
        office.act("zjj-handler-330000", filed, StartSpecial, days_needed=0)
    office.go(8, 21)
    office.act("zjj-handler-330000", filed, StartSpecial, days_needed=9)
    assert office.case(filed).status is Status.SUSPENDED
    with pytest.raises(Conflict, match="already_suspended"):
        office.act("zjj-handler-330000", filed, StartSpecial, days_needed=9)
    with pytest.raises(Refused, match="not_optional"):
        office.act("zjj-handler-330000", filed, EndSpecial, outcome="skip")
    office.go(9, 1)
    office.act("zjj-handler-330000", filed, DrawExperts)
    with office.engine.begin(SYSTEM) as work:
        said = agreed(work, office.case(filed))
    office.act("zjj-handler-330000", filed, EndSpecial, **said)
    case = office.case(filed)
    assert case.status is Status.HANDLING
    assert reading.dues(case, date(2017, 9, 1), CALENDAR).promised == date(2017, 9, 29)
    with office.engine.begin(SYSTEM) as work:
        notice = handling.special_notices(work, *filed)[0]
    assert (notice.days_needed, notice.ground) == (9, "EXPERT_REVIEW")


@pytest.mark.requirement("R50", "R54", "R51")
def test_征求意见_逾期未复按签字的流程图视为无意见(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    office.act("jst-handler-330000", filed, Review, outcome="pass", words="")
    conditions = {"outcome": "conditional", "words": "", "conditions": "三个月内补齐"}
    office.act("jtt-handler-330000", filed, Reply, role="consultee", **conditions)
    office.go(8, 21)
    assert "consult_water" in office.case(filed).tasks, "五个工作日还没有过完"
    office.go(8, 22)
    case = office.case(filed)
    assert [d.outcome for d in case.progress.done if d.step.startswith("consult_")] == ["conditional", "deemed"]
    assert reading.dues(case, date(2017, 8, 22), CALENDAR).promised == date(2017, 9, 11), "不停钟"
    with pytest.raises(StopIteration):
        office.act("slt-handler-330000", filed, Reply, role="consultee", outcome="disagree", words="迟复")
    for login in ("jst-handler-330000", "jst-reviewer-330000"):
        office.act(login, filed, Review, outcome="pass", words="")
    office.act("jst-decider-330000", filed, Decide, outcome="grant")
    with office.engine.begin(SYSTEM) as work:
        assert handling.decisions(work, *filed)[0].conditions == "三个月内补齐"
    assert "system" not in case.hands, "视为无意见不是谁的行为"


def test_附条件的复函要写明条件(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    office.act("jst-handler-330000", filed, Review, outcome="pass", words="")
    with pytest.raises(Invalid):
        office.act("jtt-handler-330000", filed, Reply, role="consultee", outcome="conditional", words="同意")


@pytest.mark.requirement("R12")
def test_统一出件_部门不能出件(office: Office) -> None:
    filed = granted(office)
    for login in ("fgw-handler-330106", "clerk-330106", "issuer-330000"):
        with pytest.raises(Forbidden, match="not_your_task"):
            office.hand_over(filed, login)
    office.hand_over(filed)
    assert office.case(filed).status is Status.CLOSED
    with pytest.raises(Conflict, match="not_ready"):
        office.hand_over(filed)


@pytest.mark.requirement("R01", "R02")
@pytest.mark.parametrize(
    "way, window, day, visits",
    [
        (Delivery.E_LICENCE, False, 14, 0),
        (Delivery.E_LICENCE, True, 14, 1),
        (Delivery.COUNTER, False, 14, 1),
        (Delivery.COUNTER, True, 14, 1),
        (Delivery.COUNTER, True, 16, 2),  # decided on the spot, but not collected on that day: told as it was
    ],
)
def test_跑几次照实数(office: Office, way: Delivery, window: bool, day: int, visits: int) -> None:
    filed = granted(office, way, window=window)
    office.clock.go(date(2017, 8, day))
    office.hand_over(filed, recipient="样例负责人")
    with office.engine.begin(SYSTEM) as work:
        assert len(intake.visits(work, *filed)) == visits
        invited = oversight.rating_of(work, *filed)
    assert invited is not None
    assert invited.visits == visits
    assert ("visit.second" in office.acts(filed)) == (visits > 1)


@pytest.mark.requirement("R33", "R34")
def test_谁审批谁监管_出件即建立监管责任(office: Office) -> None:
    filed = granted(office)
    office.hand_over(filed)
    with office.engine.begin(SYSTEM) as work:
        duties = enforcement.duties_of(work, *filed)
    assert [(who, d.granted_by, d.state) for who, each in duties.items() for d in each] == [
        ("330106.FGW", "330106.FGW", "open")
    ]


@pytest.mark.requirement("R15", "SOD3")
def test_办理与评价分离_经手的人不能看也不能评(office: Office) -> None:
    filed = granted(office)
    rate = Rate(home=filed.home, id=filed.id, grade=Grade.DISSATISFIED, reasons=("slow",))
    with pytest.raises(Refused, match="not_yet"):
        office.by("firm-1", lambda work: oversight.rate(rate, work))
    office.hand_over(filed)
    for login in ("clerk-330106", "fgw-decider-330106", "issuer-330106"):
        with pytest.raises(Forbidden, match="own_case"):
            office.by(login, lambda work: oversight.rating_of(work, *filed))
        with pytest.raises(Forbidden, match="own_case"):
            office.by(login, lambda work: oversight.rate(rate, work))
    office.by("firm-1", lambda work: oversight.rate(rate, work))
    with pytest.raises(Conflict, match="once"):
        office.by("firm-1", lambda work: oversight.rate(rate, work))
    seen = office.by("evaluator", lambda work: oversight.rating_of(work, *filed))
    assert seen.grade == "dissatisfied"


@pytest.mark.requirement("R15")
def test_评价不能改也不能删(office: Office) -> None:
    for statement in ("UPDATE oversight.rating SET grade = 'satisfied'", "DELETE FROM oversight.rating"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), office.engine.begin(SYSTEM) as work:
            work.read(f"{statement} RETURNING 1")


def test_决定以后不能撤回(office: Office) -> None:
    filed = granted(office)
    with pytest.raises(Conflict, match="decided_already"):
        office.by("firm-1", lambda work: applications.withdraw(work, *filed))


@pytest.mark.requirement("R52")
def test_退回重审_同一环节再开一次_理由留痕(office: Office) -> None:
    filed = office.accepted(CONSULTING, answers={"categories": ("building",), "titles": "no"})
    for _ in range(2):
        office.act("jst-handler-330000", filed, Review, outcome="pass", words="")
    task = next(iter(office.case(filed).tasks.values()))
    office.by("jst-reviewer-330000", lambda work: cases.send_back(work, *filed, task.id, "examine", "业绩未核"))
    case = office.case(filed)
    assert [t.step for t in case.tasks.values()] == ["examine"]
    assert case.progress.open[0].round == 1
    assert "step.returned" in office.acts(filed)


@pytest.mark.requirement("R52")
def test_机构改革以后_谁办过谁决定过_照当时记(office: Office) -> None:
    filed = office.accepted(JOINT, answers={"categories": ("farm",), "premises": "owned"})
    office.act("nyt-handler-330000", filed, Review, outcome="pass", words="")
    office.act("zjj-handler-330000", filed, EndSpecial, outcome="skip")
    office.act("nyt-decider-330000", filed, Decide, outcome="grant")
    office.sql("UPDATE directory.organisation SET valid_to = '2017-09-01' WHERE code = '330000.NYT'")
    office.clock.go(date(2017, 9, 4))
    after = Database(office.conninfo)  # another process: nothing of the directory is remembered
    with main.engine(after, office.clock).begin(SYSTEM) as work:
        case = reading.look(work, *filed)
        assert holding.decisions(work, case) == {"330000.NYT": "grant"}
        assert "330000.NYT" in holding.organisations_of(work, case)
    after.close()
