"""一件事的规格 — several items as parts of one case: accepted once, delivered once, each decided by its own."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from yiwang.casework.messages.case import REMEDIES, Duty, Status
from yiwang.casework.service import delays, parts, verbs
from yiwang.casework.service import reading as caseread
from yiwang.casework.service.delays import Keeper
from yiwang.casework.service.parts import Part
from yiwang.catalogue.messages import Category, Item
from yiwang.catalogue.seed import demo_items
from yiwang.connectors.sandbox import roster
from yiwang.front import capsules
from yiwang.ground.actor import SYSTEM
from yiwang.ground.capsule import DATA, MANIFEST, PAGE, checked
from yiwang.ground.outcome import Forbidden
from yiwang.handling.messages import Decide, MakeDocument, Reply, Review
from yiwang.handling.service import deciding
from yiwang.intake import store as intake
from yiwang.intake.messages import Channel, Delivery, Draft, Submit
from yiwang.intake.service import applications, reading
from yiwang.oversight import service as oversight
from yiwang.plumbing import sealing
from yiwang.sharing.service import licences

from tests.spec.conftest import Filed, Office, differences

BUNDLE = "一件事-90101-000"
REGISTRATION, FOOD, SIGN, DISCHARGE = "确认-90027-000", "许可-90029-000", "许可-90071-000", "许可-90040-000"
ALLOWANCE = "给付-90060-000"
COOK = roster.person(0)
CLERK = "clerk-330106"
ALL = ("sign", "discharge")


def take_in(
    office: Office, wanted: tuple[str, ...] = ALL, *, item: str = BUNDLE, answers: Any = None, accept: bool = True
) -> Filed:
    """A cook's application at a window on 2017-08-14: for a restaurant with what else is wanted, or another item."""
    answers = {"parts": wanted} if answers is None else answers
    command = Draft(
        item=item,
        kind="person",
        identifier=COOK.identifier,
        name=COOK.name,
        division="330106",
        channel=Channel.WINDOW,
        receiving="330106.XZFW",
        answers=answers,
    )
    drafted = office.by(CLERK, lambda work: applications.draft(command, work))
    filed = Filed(drafted.home, drafted.id)
    handed = Submit(home=filed.home, id=filed.id, form=office.form(drafted), delivery=Delivery.E_LICENCE)
    office.by(CLERK, lambda work: applications.submit(handed, work))
    if accept:
        office.accept(filed)
    office.drain()
    return filed


def item_of(code: str) -> Item:
    """An item of the demo catalogue."""
    return next(i for i in demo_items() if i.code == code)


@pytest.fixture
def filed(office: Office) -> Filed:
    """All four parts, accepted."""
    return take_in(office)


def all_parts(office: Office, filed: Filed) -> dict[str, Part]:
    """The parts of a case, by item."""
    with office.engine.begin(SYSTEM) as work:
        return {p.step.item: p for p in parts.parts(work, caseread.look(work, *filed))}


def part(office: Office, filed: Filed, item: str) -> Filed:
    """The part of an item, once it is there."""
    case = all_parts(office, filed)[item].case
    assert case is not None, item
    return Filed(case.matter.home, case.matter.id)


def open_steps(office: Office, filed: Filed) -> set[str]:
    """What waits."""
    return set(office.case(filed).tasks)


def decide(office: Office, filed: Filed, item: str, outcome: str = "grant", reasons: str = "") -> Filed:
    """A part's departments do what its chart asks for, up to its decision and document."""
    one = part(office, filed, item)
    line = {REGISTRATION: "scjg", FOOD: "scjg", SIGN: "zhzf", DISCHARGE: "hbt"}[item]

    def act(role: str, command: Callable[..., Any], **arguments: Any) -> None:
        office.act(f"{line}-{role}-330106", one, command, role, **arguments)

    if item != REGISTRATION:
        act("handler", Review, outcome="pass", words="齐全")
    if item == FOOD:
        for login in ("scjg-handler-330106", "scjg-officer-330106"):
            office.act(login, one, Review, "handler", outcome="pass", words="现场与图纸一致")
    if item == SIGN:
        for who in ("jst", "jtt"):
            office.act(f"{who}-handler-330106", one, Reply, "consultee", outcome="agree", words="无意见")
    if item != REGISTRATION:
        act("reviewer", Review, outcome="pass", words="同意")
    act("decider", Decide, outcome=outcome, reasons=reasons)
    if item != REGISTRATION:
        act("handler", MakeDocument)
    return one


def outcomes(office: Office, filed: Filed) -> dict[str, str]:
    """What became of the steps."""
    return {d.step: d.outcome for d in office.case(filed).progress.done}


@pytest.mark.requirement("R38", "R45", "R49")
def test_规定7条_一套材料_各件要的都在里面_只要一次_前件的结果不再要() -> None:
    bundle = item_of(BUNDLE)
    children = [item_of(s.item) for s in bundle.flow.steps if s.item]
    assert [c.code for c in children] == [REGISTRATION, FOOD, SIGN, DISCHARGE]
    names = [m.name for m in bundle.materials]
    assert len(names) == len(set(names))
    fields = [d.name for m in bundle.materials for d in m.data_items]
    assert len(fields) == len(set(fields))
    wanted = {m.name for c in children for m in c.materials if m.category is not Category.FORM}
    assert wanted - set(names) == {children[0].result}, "营业执照是前一件的结果"
    assert set(names) <= wanted | {"开餐饮店一件事申请表"}, "不多要"


@pytest.mark.requirement("R49")
def test_规定5条3款_后一部门收到前一部门办理完毕的书面告知视为受理(office: Office, filed: Filed) -> None:
    assert open_steps(office, filed) == {"registration"}
    there = all_parts(office, filed)
    assert [p.case is not None for p in there.values()] == [True, False, False, False]
    assert [s.id for s in there[FOOD].waits_for] == ["registration"]
    assert there[SIGN].deciding == "330106.ZHZF"
    office.go(8, 16)
    decide(office, filed, REGISTRATION)
    assert open_steps(office, filed) == {"food", "sign", "discharge"}
    for item in (FOOD, SIGN, DISCHARGE):
        case = office.case(part(office, filed, item))
        assert case.timing.accepted_on == date(2017, 8, 16), "并行的同时受理"
        assert (case.matter.parent, case.status) == (filed.id, Status.HANDLING)
        assert case.hands == {CLERK: Duty.ACCEPT}
    cases = [filed, *(part(office, filed, item) for item in there)]
    assert len({office.case(one).matter.number for one in cases}) == 5, "各有各的编号"


@pytest.mark.requirement("R14")
def test_受理整件的人不办子件(office: Office, filed: Filed) -> None:
    registration = part(office, filed, REGISTRATION)
    waiting = office.case(registration).tasks["decide"]
    moved = replace(office.actor("scjg-decider-330106"), person=CLERK)
    command = Decide(home=registration.home, id=registration.id, task=waiting.id, outcome="grant")
    with pytest.raises(Forbidden, match=r"case\.one_duty"), office.engine.begin(moved) as work:
        deciding.decide(command, work)


@pytest.mark.requirement("R01", "R12", "R49")
def test_各件自己决定_一次出件_最多跑一次(office: Office, filed: Filed) -> None:
    registration = decide(office, filed, REGISTRATION)
    assert office.case(registration).status is Status.READY, "子件不单独出件"
    food = decide(office, filed, FOOD)
    sign = decide(office, filed, SIGN, "refuse", "遮挡交通标志")
    assert open_steps(office, filed) == {"discharge"}
    discharge = decide(office, filed, DISCHARGE)
    said = outcomes(office, filed)
    assert (said["registration"], said["food"], said["sign"], said["discharge"]) == (
        "granted",
        "granted",
        "refused",
        "granted",
    )
    with office.engine.begin(SYSTEM) as work:
        issued = {one: len(licences.of_matter(work, *one)) for one in (registration, food, sign, discharge)}
    assert issued == {registration: 1, food: 1, sign: 0, discharge: 1}
    assert all(office.case(one).status is Status.READY for one in issued)
    office.hand_over(filed)
    for one in (filed, registration, food, sign, discharge):
        assert office.case(one).status is Status.CLOSED
        assert differences(office, one) == []
    with office.engine.begin(SYSTEM) as work:
        assert intake.application(work, *filed).visits == 1


def test_登记没有准予_其余各件不再开始_整件照样一次出件(office: Office, filed: Filed) -> None:
    decide(office, filed, REGISTRATION, "refuse", "字号与他人相同")
    assert open_steps(office, filed) == {"deliver"}
    there = all_parts(office, filed)
    assert all(there[i].barred and there[i].case is None for i in (FOOD, SIGN, DISCHARGE))
    assert [s.id for s in there[FOOD].barred_by] == ["registration"]
    office.hand_over(filed)
    assert office.case(filed).status is Status.CLOSED
    assert all(p.barred for p in all_parts(office, filed).values() if p.case is None)


def test_只办选了的件(office: Office) -> None:
    filed = take_in(office, ("none",))
    assert list(all_parts(office, filed)) == [REGISTRATION, FOOD]
    decide(office, filed, REGISTRATION)
    assert open_steps(office, filed) == {"food"}


def test_撤回整件_没决定的一起结束_已决定的照样有效(office: Office, filed: Filed) -> None:
    registration = decide(office, filed, REGISTRATION)
    food = part(office, filed, FOOD)
    office.by("citizen-1", lambda work: applications.withdraw(work, *filed))
    assert office.case(filed).status is Status.WITHDRAWN
    assert office.case(food).status is Status.WITHDRAWN
    assert office.case(registration).status is Status.CLOSED, "行政许可法 8：已生效的许可不因撤回申请而失效"
    for one in (filed, food, registration):
        assert differences(office, one) == []


def test_撤回整件时正在制证的件_制好后自行送达(office: Office, filed: Filed) -> None:
    decide(office, filed, REGISTRATION)
    one = part(office, filed, DISCHARGE)
    office.act("hbt-handler-330106", one, Review, "handler", outcome="pass", words="齐全")
    office.act("hbt-reviewer-330106", one, Review, "reviewer", outcome="pass", words="同意")
    office.act("hbt-decider-330106", one, Decide, "decider", outcome="grant")
    office.by("citizen-1", lambda work: applications.withdraw(work, *filed))
    assert office.case(one).status is Status.DECIDED
    office.act("hbt-handler-330106", one, MakeDocument, "handler")
    assert office.case(one).status is Status.CLOSED
    assert differences(office, one) == []


def test_终止一件_告知申请人_其余照办(office: Office, filed: Filed) -> None:
    decide(office, filed, REGISTRATION)
    sign = part(office, filed, SIGN)
    office.by("zhzf-decider-330106", lambda work: verbs.terminate(work, *sign, "场地已拆除", "行政许可法 70"))
    assert outcomes(office, filed)["sign"] == "ended"
    assert open_steps(office, filed) == {"food", "discharge"}
    with office.engine.begin(SYSTEM) as work:
        told = [n.body for n in reading.notices(work, *filed) if n.kind == "termination"]
        assert intake.application(work, *filed).state == "accepted"
    number = office.case(sign).matter.number
    assert told == [{"reason": "场地已拆除", "clause": "行政许可法 70", "remedies": REMEDIES, "part": number}]
    assert differences(office, filed) == differences(office, sign) == []


def test_终止整件_子件一起结束(office: Office, filed: Filed) -> None:
    registration = part(office, filed, REGISTRATION)
    office.by("scjg-decider-330106", lambda work: verbs.terminate(work, *filed, "主体灭失", "行政许可法 70"))
    assert office.case(registration).status is office.case(filed).status is Status.TERMINATED
    assert differences(office, registration) == differences(office, filed) == []


def test_补正期间没有子件_视为受理的_先开的件从收件日起受理(office: Office) -> None:
    filed = take_in(office, accept=False)
    assert [p.case for p in all_parts(office, filed).values()] == [None] * 4
    office.go(8, 22)
    registration = office.case(part(office, filed, REGISTRATION))
    assert registration.timing.accepted_on == office.case(filed).timing.accepted_on == date(2017, 8, 14)
    assert differences(office, part(office, filed, REGISTRATION)) == []


@pytest.mark.requirement("R52")
def test_整件的每一天归到子件手里的部门(office: Office, filed: Filed) -> None:
    office.go(8, 16)
    decide(office, filed, REGISTRATION)
    office.go(8, 25)
    with office.engine.begin(SYSTEM) as work:
        charged = delays.charges(work, caseread.look(work, *filed))
    assert sum(c.days for c in charged) == 11
    assert Keeper.NET not in {c.holder.keeper for c in charged}
    assert charged[0].holder.desk == "330106.SCJG"
    assert (charged[0].holder.step, charged[0].until) == ("registration", date(2017, 8, 16))


@pytest.mark.requirement("R52", "R76")
def test_整件超期_追责记录写明停在哪一件_哪个部门(office: Office, filed: Filed) -> None:
    decide(office, filed, REGISTRATION)
    office.go(9, 1)
    with office.engine.begin(SYSTEM) as work:
        link = oversight.broken_link(work, *filed)
        inside = parts.held(work, [filed])
    assert link is not None
    assert (link.what, link.step, link.desk) == ("overdue", "discharge", "330106.HBT")
    assert {(item, task.desk) for item, task in inside[filed]} == {
        (FOOD, "330106.SCJG"),
        (SIGN, "330106.ZHZF"),
        (DISCHARGE, "330106.HBT"),
    }


def test_整件的胶囊带着各子件_一起自证_少一件就不完整(office: Office, filed: Filed) -> None:
    registration = decide(office, filed, REGISTRATION)
    while sealing.seal(office.engine):
        pass
    with office.engine.begin(SYSTEM) as work:
        made = capsules.capsule(work, caseread.look(work, *filed), own=True)
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        files = {name: packed.read(name) for name in (DATA, PAGE, MANIFEST)}
    said = {one.what: one for one in checked(files)}
    assert all(one.holds for one in said.values()), said
    assert said["parts"].words == "4 parts of this case"
    assert f"part {office.case(registration).matter.number}: acts" in said
    data = json.loads(files[DATA])
    data["parts"] = [p for p in data["parts"] if p["thread"] != str(registration.id)]
    told = {one.what: one for one in checked({**files, DATA: json.dumps(data).encode()})}
    assert not told["parts"].holds
    assert "left out" in told["parts"].words


@pytest.mark.requirement("R48")
def test_公示期_当日不计_末日逢休息日顺延_期满自行往下走(office: Office) -> None:
    filed = take_in(office, item=ALLOWANCE, answers={"has_m5": "no"})
    office.go(8, 19)
    office.act("mzt-handler-330106", filed, Review, "handler", outcome="pass", words="属实")
    office.act("mzt-reviewer-330106", filed, Review, "reviewer", outcome="pass", words="拟批准")
    publicity = office.case(filed).tasks["publicity"]
    assert publicity.due == date(2017, 8, 28), "8 月 20 日起七日至 26 日（星期六），顺延到 28 日"
    office.go(8, 28)
    assert open_steps(office, filed) == {"publicity"}, "末日还没有过完，谁也不能提前决定"
    office.go(8, 29)
    assert open_steps(office, filed) == {"decide"}
    with office.engine.begin(SYSTEM) as work:
        charged = delays.charges(work, caseread.look(work, *filed))
    waited = [c for c in charged if c.holder.step == "publicity"]
    assert [(c.holder.keeper, c.days) for c in waited] == [(Keeper.STATUTE, 10)]
    assert differences(office, filed) == []


def test_初审不通过_不公示_直接决定(office: Office) -> None:
    filed = take_in(office, item=ALLOWANCE, answers={"has_m5": "no"})
    office.act("mzt-handler-330106", filed, Review, "handler", outcome="pass", words="属实")
    office.act("mzt-reviewer-330106", filed, Review, "reviewer", outcome="fail", words="收入超标")
    assert open_steps(office, filed) == {"decide"}
