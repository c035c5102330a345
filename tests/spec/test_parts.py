"""一件事的规格 — several items as parts of one case: accepted once, delivered once, each decided by its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from yiwang.casework.messages.case import Duty, Status
from yiwang.casework.service import parts
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import (
    At,
    CaseType,
    ClockEffect,
    Edge,
    Flow,
    FlowKind,
    Item,
    Signature,
    Step,
    StepKind,
    Who,
)
from yiwang.directory import service as directory
from yiwang.directory.messages import Power
from yiwang.ground.actor import SYSTEM
from yiwang.ground.clock import Limit
from yiwang.ground.outcome import Forbidden
from yiwang.handling.messages import Decide, Review
from yiwang.handling.service import deciding
from yiwang.intake.messages import Accept, Channel, Delivery, Draft, Submit
from yiwang.intake.service import applications

from tests.spec.conftest import CONSULTING, DECIDER, FIRM, REVIEWER, SINGLE, A, Filed, Office, differences

BUNDLE = "一件事-T001-000"
CENTRE = Who(line="XZFW", at=At.RECEIVING, role="clerk")
NOBODY = Who(line="", at=At.RECEIVING, role="system")


def bundle() -> Item:
    """The filing of a project beside the qualification of its builder, which waits for seven days of publicity."""
    steps = (
        Step(id="accept", name="统一受理", kind=StepKind.ACCEPT, who=CENTRE, clock=ClockEffect.BEFORE),
        Step(id="fork", name="分办", kind=StepKind.FORK),
        Step(id="filing", name="项目备案", kind=StepKind.SUBCASE, who=NOBODY, item=SINGLE),
        Step(id="publicity", name="公示", kind=StepKind.WAIT, who=NOBODY, limit=Limit.parse("7d")),
        Step(id="builder", name="资质核准", kind=StepKind.SUBCASE, who=NOBODY, item=CONSULTING),
        Step(id="join", name="办齐", kind=StepKind.JOIN, opens="fork"),
        Step(
            id="deliver",
            name="统一出件",
            kind=StepKind.DELIVER,
            who=Who(line="XZFW", at=At.RECEIVING, role="issuer"),
            clock=ClockEffect.AFTER,
        ),
    )
    ways = ("accept fork", "fork filing", "fork publicity", "publicity builder", "filing join", "builder join")
    edges = [Edge(source=a, target=b) for a, b in (way.split() for way in (*ways, "join deliver"))]
    flow = Flow(
        kind=FlowKind.JOINT,
        lead=Who(line="FGW", at=At.DECIDING, role="handler"),
        steps=steps,
        edges=tuple(edges),
    )
    return Item(
        code=BUNDLE,
        name="投资项目一件事",
        line="FGW",
        type="01",
        sector="投资审批",
        case_type=CaseType.PROMISED,
        flow=flow,
        legal=Limit.parse("45wd"),
        legal_basis="行政许可法 42",
        promised=Limit.parse("40wd"),
        supervisor="FGW",
        levels=("县",),
    )


@pytest.fixture
def filed(office: Office) -> Filed:
    """A bundle, accepted at a window on 2017-08-14."""
    with office.engine.begin(SYSTEM) as work:
        if not any(p.item.code == BUNDLE for p in catalogue.items(work)):
            signed = Signature(
                line="FGW", organisation="330000.FGW", signer="head", post="330000.FGW#4", signed_on=work.today, view=""
            )
            catalogue.load_signed(work, [bundle()], {"FGW": signed}, "editor", date(2017, 1, 1))
            power = Power(item=BUNDLE, area="33", level="county", held_from=date(2017, 1, 1), basis="权力清单")
            directory.grant_power(work, power)
    drafted = office.by(
        "clerk-330106",
        lambda work: applications.draft(
            Draft(
                item=BUNDLE,
                kind="firm",
                identifier=FIRM.identifier,
                name=FIRM.name,
                division="330106",
                channel=Channel.WINDOW,
                receiving="330106.XZFW",
                answers={},
            ),
            work,
        ),
    )
    home, case_id = drafted.home, drafted.id
    way = Submit(home=home, id=case_id, form={}, delivery=Delivery.E_LICENCE)
    office.by("clerk-330106", lambda work: applications.submit(way, work))
    office.by("clerk-330106", lambda work: applications.accept(Accept(home=home, id=case_id, brought={}), work))
    office.drain()
    return Filed(home, case_id)


def part(office: Office, filed: Filed, item: str) -> Filed:
    """The part of an item, once it is there."""
    with office.engine.begin(SYSTEM) as work:
        found = [Filed(filed.home, p) for p in parts.parts_of(work, *filed)]
    return next(p for p in found if office.case(p).matter.item == item)


def open_steps(office: Office, filed: Filed) -> set[str]:
    """What waits."""
    return set(office.case(filed).tasks)


@pytest.mark.requirement("R49")
def test_一次受理_并行的子件同时受理_各有各的编号(office: Office, filed: Filed) -> None:
    assert open_steps(office, filed) == {"filing", "publicity"}
    filing = part(office, filed, SINGLE)
    case = office.case(filing)
    assert (case.status, case.matter.parent) == (Status.HANDLING, filed.id)
    assert case.timing.accepted_on == date(2017, 8, 14)
    assert case.matter.number != office.case(filed).matter.number
    assert case.hands == {"clerk-330106": Duty.ACCEPT}
    assert open_steps(office, filing) == {"decide"}
    assert differences(office, filing) == []
    assert differences(office, filed) == []


@pytest.mark.requirement("R14")
def test_受理整件的人不办子件(office: Office, filed: Filed) -> None:
    filing = part(office, filed, SINGLE)
    waiting = office.case(filing).tasks["decide"]
    moved = replace(office.actor("fgw-decider-330106"), person="clerk-330106")
    command = Decide(home=filing.home, id=filing.id, task=waiting.id, outcome="grant")
    with office.engine.begin(moved) as work, pytest.raises(Forbidden, match=r"case\.one_duty"):
        deciding.decide(command, work)


def test_等期满自行往下走_后开的子件从那时起受理(office: Office, filed: Filed) -> None:
    office.go(8, 21)
    assert "publicity" in open_steps(office, filed), "最后一天还没有过完"
    office.go(8, 22)
    assert open_steps(office, filed) == {"filing", "builder"}
    builder = part(office, filed, CONSULTING)
    assert office.case(builder).timing.accepted_on == date(2017, 8, 22)
    assert differences(office, filed) == []


@pytest.mark.requirement("R49", "R12")
def test_子件各自决定_整件一次出件(office: Office, filed: Filed) -> None:
    office.go(8, 22)
    filing, builder = part(office, filed, SINGLE), part(office, filed, CONSULTING)
    office.act("fgw-decider-330106", filing, Decide, outcome="grant")
    assert open_steps(office, filed) == {"builder"}
    assert office.case(filing).status is Status.READY, "子件不单独出件"
    office.act(A, builder, Review, role="handler", outcome="pass", words="齐全")
    office.act(A, builder, Review, role="handler", outcome="pass", words="合格")
    office.act(REVIEWER, builder, Review, outcome="fail", words="业绩不足")
    office.act(DECIDER, builder, Decide, outcome="refuse", reasons="业绩不足")
    outcomes = {d.step: d.outcome for d in office.case(filed).progress.done}
    assert (outcomes["filing"], outcomes["builder"]) == ("granted", "refused")
    office.hand_over(filed)
    for one in (filed, filing, builder):
        assert office.case(one).status is Status.CLOSED
        assert differences(office, one) == []


def test_申请人撤回整件_子件一起结束(office: Office, filed: Filed) -> None:
    filing = part(office, filed, SINGLE)
    office.by("firm-1", lambda work: applications.withdraw(work, *filed))
    assert office.case(filing).status is Status.WITHDRAWN
    assert office.case(filed).status is Status.WITHDRAWN
    assert differences(office, filing) == []
