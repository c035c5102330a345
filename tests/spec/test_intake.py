"""一窗受理 — any window, one notice, five working days, nothing that government holds."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from yiwang.casework.messages.case import Status
from yiwang.casework.service import reading
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid, Refused
from yiwang.intake import store
from yiwang.intake.messages import Accept, Delivery, Lack
from yiwang.intake.service import applications
from yiwang.sharing.messages import State
from yiwang.sharing.service import requests as sharing

from tests.spec.conftest import CONSULTING, JOINT, SINGLE, Filed, Office

LACK = [Lack(material="quality_manual", what="缺批准页")]


def ask(office: Office, filed: Filed, lacks: list[Lack] = LACK, days: int = 5, by: str = "clerk-330106") -> None:
    """The one notice."""
    office.by(by, lambda work: applications.ask_once(work, *filed, lacks, days))


def submitted(office: Office) -> Filed:
    """A joint application handed in on the web, on 14 August, a Monday."""
    filed = office.draft(JOINT, window=False)
    office.submit(filed)
    return filed


def corrected(office: Office, filed: Filed) -> None:
    """What was asked for is supplied."""
    office.by("firm-1", lambda work: applications.corrected(work, *filed, {}))


@pytest.mark.requirement("R28", "R22")
@pytest.mark.parametrize("centre", ["330106109", "330106", "330000"])
@pytest.mark.parametrize("item", [JOINT, CONSULTING])
def test_不管哪个窗口都能受理_每个窗口受理所有事项(office: Office, centre: str, item: str) -> None:
    filed = office.accepted(item, centre=centre)
    case = office.case(filed)
    assert case.status is Status.HANDLING
    assert case.matter.receiving == f"{centre}.XZFW"


@pytest.mark.requirement("R20", "R21")
@pytest.mark.parametrize("item, decides", [(SINGLE, "330106.FGW"), (CONSULTING, "330000.JST")])
def test_乡镇受理_县里或省里审批(office: Office, item: str, decides: str) -> None:
    case = office.case(office.accepted(item, centre="330106109"))
    assert (case.matter.receiving, case.matter.deciding) == ("330106109.XZFW", decides)


@pytest.mark.requirement("R38")
def test_政府掌握的不得要求申请人提供(office: Office) -> None:
    filed = submitted(office)
    with pytest.raises(Refused, match="asks_for_held"):
        ask(office, filed, [*LACK, Lack(material="business_licence", what="请带营业执照")])
    assert office.case(filed).status is Status.SUBMITTED


@pytest.mark.requirement("R38")
def test_政府掌握的材料窗口也不收(office: Office) -> None:
    filed = submitted(office)
    brought: dict[str, tuple[str, ...]] = {"quality_manual": (), "instruments": (), "business_licence": ()}
    command = Accept(home=filed.home, id=filed.id, brought=brought)
    with pytest.raises(Invalid) as refused:
        office.by("clerk-330106", lambda work: applications.accept(command, work))
    assert [e.field for e in refused.value.errors] == ["business_licence"]


@pytest.mark.requirement("R38", "R18")
def test_部门系统停机_办件照走_恢复后补取(office: Office) -> None:
    office.departments.down.add("GSJ")
    filed = office.accepted(JOINT)
    assert office.case(filed).status is Status.HANDLING, "不因部门停机而停"
    office.departments.down.clear()
    office.go(8, 15)
    with office.engine.begin(SYSTEM) as work:
        states = {r.material: r.state for r in sharing.held(work, *filed)}
    assert states["business_licence"] is State.FETCHED


@pytest.mark.requirement("R19")
def test_缺什么一次说全(office: Office) -> None:
    filed = submitted(office)
    with pytest.raises(Invalid) as refused:
        office.by("clerk-330106", lambda work: applications.accept(Accept(home=filed.home, id=filed.id), work))
    assert {e.field for e in refused.value.errors} == {"quality_manual", "instruments"}


@pytest.mark.requirement("R46")
def test_没有回答情形问题的不能提交(office: Office) -> None:
    filed = office.draft(JOINT, window=False, answers={})
    with pytest.raises(Invalid) as refused:
        office.submit(filed)
    assert {e.field for e in refused.value.errors} == {"categories", "premises"}


@pytest.mark.requirement("K8")
def test_许可法32条_只能一次告知(office: Office) -> None:
    filed = submitted(office)
    ask(office, filed)
    corrected(office, filed)
    with pytest.raises(Refused, match="second_notice"):
        ask(office, filed)


@pytest.mark.requirement("K6")
def test_许可法32条_第五个工作日可以告知_之后不行(office: Office) -> None:
    in_time, late = submitted(office), submitted(office)
    office.clock.go(date(2017, 8, 21))
    ask(office, in_time)
    office.clock.go(date(2017, 8, 22))
    with pytest.raises(Refused, match="notice_late"):
        ask(office, late)


@pytest.mark.requirement("K7")
def test_许可法32条_逾期不告知的_自收到之日起即为受理(office: Office) -> None:
    filed = submitted(office)
    office.go(8, 21)
    assert office.case(filed).status is Status.SUBMITTED, "第五个工作日还没有过完"
    office.go(8, 22)
    case = office.case(filed)
    assert case.timing.accepted_on == date(2017, 8, 14)
    with office.engine.begin(SYSTEM) as work:
        assert {n.kind for n in store.notices(work, *filed)} == {"receipt", "acceptance"}
        assert store.application(work, *filed).state == "accepted"


@pytest.mark.requirement("K8")
def test_告知及时的_补正之日起算_不自收到之日(office: Office) -> None:
    filed = submitted(office)
    office.go(8, 16)
    ask(office, filed)
    office.go(8, 18)
    corrected(office, filed)
    office.go(8, 22)
    assert office.case(filed).status is Status.SUBMITTED, "第一个期限随告知而止"
    office.go(8, 26)
    assert office.case(filed).timing.accepted_on == date(2017, 8, 18)


def test_规定11条_逾期未补正视为撤回申请(office: Office) -> None:
    filed = submitted(office)
    ask(office, filed, days=3)
    office.go(8, 17)
    assert office.case(filed).status is Status.CORRECTION, "第三个工作日还没有过完"
    office.go(8, 18)
    assert office.case(filed).status is Status.WITHDRAWN
    with office.engine.begin(SYSTEM) as work:
        assert store.application(work, *filed).state == "withdrawn"
        assert {(e.act, e.clause) for e in reading.thread(work, *filed)} >= {("case.withdrawn", "规定 11")}


def test_按期补正的不视为撤回(office: Office) -> None:
    filed = submitted(office)
    ask(office, filed, days=3)
    corrected(office, filed)
    office.go(8, 18)
    assert office.case(filed).status is Status.SUBMITTED


def test_待补正时不能受理(office: Office) -> None:
    filed = submitted(office)
    ask(office, filed)
    with pytest.raises(Conflict, match="not_waiting"):
        office.accept(filed)


@pytest.mark.requirement("R14")
def test_告知补正和不予受理也是受理_只由受理员作出(office: Office) -> None:
    filed = submitted(office)
    with pytest.raises(Forbidden, match="not_your_task"):
        ask(office, filed, by="issuer-330106")
    with pytest.raises(Forbidden, match="not_your_task"):
        office.by("issuer-330106", lambda work: applications.refuse(work, *filed, "不属于本机关职权", ""))
    ask(office, filed)
    assert office.case(filed).hands == {"clerk-330106": "accept"}


def test_许可法38条_不予受理有理由有救济(office: Office) -> None:
    filed = submitted(office)
    with pytest.raises(Invalid):
        office.by("clerk-330106", lambda work: applications.refuse(work, *filed, "  ", "省质监局"))
    office.by("clerk-330106", lambda work: applications.refuse(work, *filed, "不属于本机关职权", "省质监局"))
    with office.engine.begin(SYSTEM) as work:
        notice = next(n for n in store.notices(work, *filed) if n.kind == "refusal")
    assert "行政复议" in notice.body["remedies"]
    assert office.case(filed).status is Status.REFUSED


@pytest.mark.requirement("R22")
def test_别的中心收的件不能受理(office: Office) -> None:
    filed = submitted(office)
    with pytest.raises(Forbidden):
        office.accept(filed, "330302")


@pytest.mark.requirement("R01")
def test_规定2条_要跑两次的办法不让选(office: Office) -> None:
    filed = office.draft(JOINT)
    with pytest.raises(Refused, match="second_visit"):
        office.submit(filed, Delivery.COUNTER, by="clerk-330106")


@pytest.mark.requirement("R46")
def test_已公布的事项版本不能再改(office: Office) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        office.engine.begin(SYSTEM) as work,
    ):
        work.read("UPDATE catalogue.version SET body = '{}' RETURNING 1")
