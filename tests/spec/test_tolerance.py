"""容缺受理的规格 — 规定 第十一条第二款, sentence by sentence: accepted all the same, told, supplied, revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from yiwang.casework.messages.case import Status, Tolerance
from yiwang.casework.rules.delay import Keeper
from yiwang.casework.service import asides, delays, reading
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import (
    At,
    CaseType,
    Category,
    Flow,
    FlowKind,
    Item,
    Material,
    Necessity,
    Signature,
    Source,
    SourceKind,
    Who,
)
from yiwang.directory import service as directory
from yiwang.directory.messages import Power
from yiwang.ground.actor import SYSTEM
from yiwang.ground.audit import Difference
from yiwang.ground.clock import Limit
from yiwang.ground.outcome import Conflict, Forbidden, Invalid
from yiwang.handling.messages import Decide, Review
from yiwang.handling.service import documents
from yiwang.intake import store
from yiwang.intake.messages import Accept, Receipt, State, Supply, Way
from yiwang.intake.service import applications, tolerances
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import Announce
from yiwang.sharing.service import webhooks

from tests.spec.conftest import BUILDING, CONSULTING, DECIDER, REVIEWER, A, Filed, Office, differences, in_inbox

ITEM = "许可-T011-000"
CLERK, AWAY = "clerk-330106", "clerk-330302"
PROOF, RULES, PLAN = "works_proof", "rules", "plan"
SELF = Source(kind=SourceKind.SELF, label="申请人自备")


def item() -> Item:
    """The qualification with three things that may follow: a proof by others, two of the applicant's own writing."""
    with_one: Item = next(p.item for p in _published if p.item.code == CONSULTING)
    more = (
        Material(code=RULES, name="管理制度", category=Category.OTHER, source=SELF, necessity=Necessity.TOLERABLE),
        Material(code=PLAN, name="自行监测方案", category=Category.OTHER, source=SELF, necessity=Necessity.TOLERABLE),
    )
    proof = [replace(m, category=Category.CERTIFICATE) if m.code == PROOF else m for m in with_one.materials]
    return replace(with_one, code=ITEM, name="资质核准（容缺）", materials=(*proof, *more))


_published: list[Any] = []


@pytest.fixture
def centre(office: Office) -> Office:
    """The office with that item published, the department answering for it."""
    with office.engine.begin(SYSTEM) as work:
        _published[:] = catalogue.items(work)
        if not any(p.item.code == ITEM for p in _published):
            lines = catalogue.signing_lines(item())
            signed = {
                line: Signature(
                    line=line, organisation=f"330000.{line}", signer="head", post="-", signed_on=work.today, view=""
                )
                for line in lines
            }
            catalogue.load_signed(work, [item()], signed, "editor", date(2017, 1, 1))
            power = Power(item=ITEM, area="33", level="province", held_from=date(2017, 1, 1), basis="权力清单")
            directory.grant_power(work, power)
    return office


def filed(office: Office, *, window: bool = True, undertakes: bool = False) -> Filed:
    """An application with the main materials, handed in on Monday 14 August."""
    drafted = office.draft(ITEM, window=window, answers=BUILDING)
    office.submit(drafted, by=CLERK if window else "firm-1", undertakes=undertakes)
    return drafted


def brought(office: Office, of: Filed, *without: str) -> dict[str, tuple[str, ...]]:
    """Everything but these, its checklist ticked."""
    with office.engine.begin(SYSTEM) as work:
        case = reading.look(work, *of)
        needs = catalogue.needs(catalogue.published(work, case.matter.item).item, case.facts)
    return {m.code: m.checkpoints for m in needs.bring if m.code not in without}


def accept(office: Office, of: Filed, *without: str, **more: Any) -> Receipt:
    """Accept it without these."""
    command = Accept(
        home=of.home, id=of.id, brought=brought(office, of, *without), **{"tolerate": True, "undertaken": True} | more
    )
    receipt: Receipt = office.by(CLERK, lambda work: applications.accept(command, work))
    office.drain()
    return receipt


def tolerated(office: Office, *without: str) -> Filed:
    """A case accepted on 14 August although these are still to come, by 28 August."""
    of = filed(office)
    accept(office, of, *(without or (PROOF, RULES, PLAN)))
    return of


def supply(office: Office, of: Filed, *materials: str, by: str = CLERK, **more: Any) -> Tolerance:
    """A clerk ticks the checklist of what has come."""
    ticked = {m: ticks for m, ticks in brought(office, of).items() if m in materials}
    command = Supply(home=of.home, id=of.id, brought=ticked, **more)
    found: Tolerance = office.by(by, lambda work: tolerances.supply(command, work))
    return found


def state(office: Office, of: Filed, material: str, words: str) -> None:
    """The applicant writes it online."""
    command = State(home=of.home, id=of.id, material=material, words=words)
    office.by("firm-1", lambda work: tolerances.state(command, work))


def waits(office: Office, of: Filed) -> Tolerance:
    """What is still to come."""
    found = office.case(of).timing.tolerance
    assert found is not None
    return found


def fields(refused: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    """Each field that was wrong, with its code."""
    return {e.field: e.code for e in refused.value.errors}


def notice(office: Office, of: Filed, kind: str) -> dict[str, Any]:
    """The last notice of a kind."""
    with office.engine.begin(SYSTEM) as work:
        return dict([n for n in store.notices(work, *of) if n.kind == kind][-1].body)


def to_decision(office: Office, of: Filed) -> None:
    """Everything the departments do before the decision."""
    for login in (A, A, REVIEWER):
        office.act(login, of, Review, outcome="pass", words="")


# ── 主要申请材料具备、仅办事指南确定的容缺受理申请材料欠缺的，可以先予受理 ─────────────────────────────────


@pytest.mark.requirement("R22", "R19")
def test_仅容缺材料欠缺的_可以先予受理_时限自受理起算(centre: Office) -> None:
    of = filed(centre)
    receipt = accept(centre, of, PROOF, RULES)
    case = centre.case(of)
    assert (case.status, case.timing.accepted_on) == (Status.HANDLING, date(2017, 8, 14))
    assert receipt.promised_due == date(2017, 9, 11), "容缺不停钟：二十个工作日照算"
    assert set(receipt.outstanding) == {PROOF, RULES}
    assert receipt.outstanding_until == date(2017, 8, 28), "第十个工作日"
    assert "tolerance.asked" in centre.acts(of)
    assert differences(centre, of) == []


@pytest.mark.requirement("R22")
def test_可以_不是应当_受理员不容缺就要补齐(centre: Office) -> None:
    of = filed(centre)
    with pytest.raises(Invalid, match="lacking") as refused:
        accept(centre, of, PROOF, tolerate=False)
    assert fields(refused) == {PROOF: "material.tolerable"}


@pytest.mark.requirement("V20", "R19")
def test_不在容缺清单里的_缺了一律不能容缺_仍发一次性告知(centre: Office) -> None:
    of = filed(centre)
    with pytest.raises(Invalid, match="not_tolerable") as refused:
        accept(centre, of, "net_assets", PROOF)
    assert fields(refused) == {"net_assets": "material.missing"}
    assert refused.value.clause == "规定 11"
    with pytest.raises(Invalid, match="lacking") as refused:
        accept(centre, of, "net_assets", PROOF, tolerate=False)
    assert fields(refused) == {"net_assets": "material.missing", PROOF: "material.tolerable"}, "一次说全"
    assert centre.case(of).status is Status.SUBMITTED


def test_没有承诺不能容缺_网上提交时的承诺也算(centre: Office) -> None:
    of = filed(centre)
    with pytest.raises(Invalid) as refused:
        accept(centre, of, PROOF, undertaken=False)
    assert fields(refused) == {"undertaken": "field.undertaken"}
    online = filed(centre, window=False, undertakes=True)
    accept(centre, online, PROOF, undertaken=False)
    words = notice(centre, online, "acceptance")["undertaking"]
    assert words == (
        "申请人承诺在2017年8月28日前补齐：代表工程业绩材料；逾期未补齐，或者补齐后仍不符合要求的，由受理机关撤销受理。"
    )


def test_什么都不缺的_不成其为容缺(centre: Office) -> None:
    of = filed(centre)
    assert accept(centre, of).outstanding_until is None
    assert centre.case(of).timing.tolerance is None


# ── 并当场一次性告知需要补正或者更正的内容以及补正或者更正的期限 ─────────────────────────────────────────


@pytest.mark.requirement("R22")
def test_当场告知_受理凭证上写明还缺什么_到哪一天(centre: Office) -> None:
    of = tolerated(centre, PROOF)
    told = notice(centre, of, "acceptance")
    assert (told["outstanding"], told["outstanding_until"]) == ([PROOF], "2017-08-28")
    assert "撤销受理" in told["undertaking"]


@pytest.mark.parametrize(
    "says, promised, days",
    [("3wd", "20wd", 3), (None, "20wd", 10), (None, "5wd", 4), (None, "1wd", 1), (None, "21d", 10), (None, "spot", 10)],
)
def test_补交期限_事项写了几天就几天_没写的十天_不让承诺来不及(says: str | None, promised: str, days: int) -> None:
    who = Who(line="JST", at=At.DECIDING, role="handler")
    of = Item(
        code="x",
        name="x",
        line="JST",
        type="01",
        sector="",
        case_type=CaseType.PROMISED,
        flow=Flow(kind=FlowKind.SINGLE, lead=who, steps=(), edges=()),
        promised=Limit.parse(promised),
        tolerance=Limit.parse(says) if says else None,
    )
    limit = catalogue.tolerance(of)
    assert str(limit) == f"{days}wd"


# ── 补交 ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("R19", "R01")
def test_一件一件补_邮寄或任何窗口_补齐了就是补齐(centre: Office) -> None:
    of = tolerated(centre)
    assert [row[0] for row in in_inbox(centre, CLERK, of)] == ["clerk"], "中心的桌上看得到"
    centre.go(8, 16)
    assert supply(centre, of, PROOF, way=Way.POST, by=AWAY).lacking == (PLAN, RULES)
    centre.go(8, 18)
    assert supply(centre, of, RULES, way=Way.WINDOW, visited=True).outstanding
    state(centre, of, PLAN, "每季度自行监测一次")
    found = waits(centre, of)
    assert (found.lacking, found.ended_on) == ((), date(2017, 8, 18))
    assert in_inbox(centre, CLERK, of) == []
    with centre.engine.begin(SYSTEM) as work:
        assert store.brought(work, *of)[PLAN][0] == "statement"
        assert [v.reason for v in store.visits(work, *of)] == ["apply", "supply"], "邮寄不算跑一次"
    assert [a for a in centre.acts(of) if a.startswith("tolerance")] == [
        "tolerance.asked",
        *["tolerance.supplied"] * 3,
        "tolerance.met",
    ]
    assert "visit.second" in centre.acts(of)
    assert differences(centre, of) == []


def test_要点没核对全的_不算补齐(centre: Office) -> None:
    of = tolerated(centre, PROOF)
    command = Supply(home=of.home, id=of.id, brought={PROOF: ()})
    with pytest.raises(Invalid) as refused:
        centre.by(CLERK, lambda work: tolerances.supply(command, work))
    assert fields(refused) == {PROOF: "material.not_conforming"}
    assert waits(centre, of).lacking == (PROOF,)


def test_没有等的不收_补过的不再补_证明不能自己写(centre: Office) -> None:
    of = tolerated(centre, PROOF, RULES)
    with pytest.raises(Conflict, match="not_lacking"):
        supply(centre, of, "net_assets")
    with pytest.raises(Invalid) as refused:
        state(centre, of, PROOF, "我做过三个工程")
    assert fields(refused) == {PROOF: "material.not_by_words"}
    with pytest.raises(Invalid):
        state(centre, of, RULES, "  ")
    state(centre, of, RULES, "制度全文")
    with pytest.raises(Conflict, match="not_lacking"):
        state(centre, of, RULES, "再写一次")


@pytest.mark.requirement("R14")
def test_收补交材料也是受理_有别的职责的人不能收(centre: Office) -> None:
    of = tolerated(centre, PROOF)
    with pytest.raises(Forbidden):
        supply(centre, of, PROOF, by=A)
    supply(centre, of, PROOF, by=AWAY)
    assert centre.case(of).hands[AWAY] == "accept"


# ── 补齐以前 ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.requirement("R22")
def test_没补齐不能准予_补齐就能(centre: Office) -> None:
    of = tolerated(centre, PROOF)
    to_decision(centre, of)
    with pytest.raises(Conflict, match="outstanding") as refused:
        centre.act(DECIDER, of, Decide, outcome="grant")
    assert refused.value.facts == {"materials": ["代表工程业绩材料"], "until": date(2017, 8, 28)}
    supply(centre, of, PROOF)
    centre.act(DECIDER, of, Decide, outcome="grant")
    assert centre.case(of).status is Status.READY
    assert differences(centre, of) == []


def test_没补齐也可以不予许可_以后不用再补(centre: Office) -> None:
    of = tolerated(centre, PROOF)
    to_decision(centre, of)
    centre.act(DECIDER, of, Decide, outcome="refuse", reasons="净资产不足")
    found = waits(centre, of)
    assert (found.outstanding, found.lacking) == (False, (PROOF,))
    assert in_inbox(centre, CLERK, of) == []
    centre.go(9, 1)
    assert centre.case(of).status is Status.READY, "不会再撤销受理"
    assert differences(centre, of) == []


def test_撤回申请_容缺随之了结(centre: Office) -> None:
    of = tolerated(centre, PROOF)
    centre.by("firm-1", lambda work: applications.withdraw(work, *of))
    assert not waits(centre, of).outstanding
    assert differences(centre, of) == []


def test_等容缺材料的待办_不是可以答复的请示(centre: Office) -> None:
    of = tolerated(centre, PROOF)
    aside = centre.case(of).asides[0].id
    with pytest.raises(Conflict, match="task_gone"):
        centre.by(CLERK, lambda work: asides.answer(work, *of, aside, {}))


# ── 申请人逾期未补正、更正的，撤销受理并书面说明理由 ──────────────────────────────────────────────────────


@pytest.mark.requirement("R22", "K8")
def test_到期前提醒_逾期撤销受理_书面说明理由和救济(centre: Office) -> None:
    of = tolerated(centre, PROOF, RULES)
    centre.go(8, 21)
    supply(centre, of, RULES)
    centre.go(8, 23)
    assert "tolerance.reminded" not in centre.acts(of)
    centre.go(8, 24)
    assert centre.acts(of).count("tolerance.reminded") == 1, "末日前两个工作日"
    assert notice(centre, of, "reminder") == {"lacking": [PROOF], "until": "2017-08-28"}
    centre.go(8, 28)
    assert centre.case(of).status is Status.HANDLING, "末日还没有过完"
    centre.go(8, 29)
    case = centre.case(of)
    assert (case.status, case.tasks, case.asides) == (Status.ACCEPTANCE_REVOKED, {}, ())
    assert case.timing.met_on == date(2017, 8, 29)
    assert centre.acts(of)[-4:] == ["tolerance.lapsed", "case.acceptance_revoked", "case.closed", "document.issued"]
    told = notice(centre, of, "revocation")
    assert told["reason"] == "容缺受理时已告知在2017年8月28日前补齐代表工程业绩材料，逾期未补齐"
    assert "行政复议" in told["remedies"]
    assert set(told["returned"]) >= {RULES, "net_assets"}
    with centre.engine.begin(SYSTEM) as work:
        (paper,) = documents.of_case(work, *of)
        assert store.application(work, *of).state == "acceptance_revoked"
        entry = next(e for e in reading.thread(work, *of) if e.act == "case.acceptance_revoked")
    assert (paper.paper.title, paper.genuine) == ("撤销受理通知书", True)
    text = "".join(paper.paper.paragraphs)
    assert "第十一条第二款" in text
    assert "逾期未补齐" in text
    assert "行政复议" in text
    assert "退还" in text
    assert entry.clause == "规定 11"
    assert in_inbox(centre, A, of) == []
    assert differences(centre, of) == []
    with pytest.raises(Conflict):
        supply(centre, of, PROOF)


def test_特别程序停的是机关的钟_申请人的期限照走(centre: Office) -> None:
    of = tolerated(centre, PROOF)
    case = centre.case(of)
    centre.go(8, 29)
    assert case.timing.stops == ()
    assert centre.case(of).status is Status.ACCEPTANCE_REVOKED


@pytest.mark.requirement("R52")
def test_决定等容缺材料的日子_算申请人的_审查的日子照算部门的(centre: Office) -> None:
    of = tolerated(centre, PROOF)
    centre.go(8, 17)
    to_decision(centre, of)
    centre.go(8, 24)
    supply(centre, of, PROOF)
    centre.go(8, 25)
    centre.act(DECIDER, of, Decide, outcome="grant")
    with centre.engine.begin(SYSTEM) as work:
        found = delays.charges(work, reading.look(work, *of))
    spans = [(c.holder.keeper, c.since.day, c.until.day, c.late) for c in found]
    assert spans[-2:] == [(Keeper.APPLICANT, 18, 24, 0), (Keeper.POST, 25, 25, 0)]
    assert "clock.step_overdue" not in centre.acts(of)


# ── 桌面、网关 ──────────────────────────────────────────────────────────────────────────────────────


def test_撤销受理_办件系统听得到(centre: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    announce = webhooks.announce

    def listen(work: Work, said: Announce, to: frozenset[str]) -> None:
        heard.append(said.kind)
        announce(work, said, to)

    monkeypatch.setattr(webhooks, "announce", listen)
    of = tolerated(centre, PROOF)
    centre.go(8, 29)
    assert heard == ["case.accepted", "case.closed", "case.acceptance_revoked"]
    assert centre.case(of).closed_at is not None


TAMPERED = {
    "timing": "jsonb_set(timing, '{tolerance,2}', '\"2017-09-28\"')",
    "asides": "jsonb_set(asides, '{0,due}', '\"2017-09-28\"')",
}


@pytest.mark.parametrize("column", sorted(TAMPERED))
def test_改了容缺_对账就查出(centre: Office, column: str) -> None:
    of = tolerated(centre, PROOF)
    centre.sql(f"UPDATE casework.matter SET {column} = {TAMPERED[column]} WHERE id = %s", of.id)
    assert differences(centre, of) != []


def test_待补的不见了_对账就查出(centre: Office) -> None:
    of = tolerated(centre, PROOF)
    centre.sql("DELETE FROM casework.inbox WHERE matter = %s AND step_kind = 'tolerance'", of.id)
    centre.sql(
        "INSERT INTO intake.brought SELECT home, id, 'works_proof', 'paper', NULL, '', '[]', now()"
        " FROM intake.application WHERE id = %s",
        of.id,
    )
    found = {one.kind for one in differences(centre, of) if isinstance(one, Difference)}
    assert found >= {"inbox.missing", "tolerance.brought"}
