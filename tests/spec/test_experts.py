"""专家评审 — drawn from the library, recusal, replacement in the open, and the review's result names what each said."""

from __future__ import annotations

import hashlib
import json

import pytest

from yiwang.casework.service import reading
from yiwang.commands.reconcile import differences
from yiwang.demo.experts import library
from yiwang.demo.walk import agreed
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid
from yiwang.handling import store
from yiwang.handling.messages import DrawExperts, EndSpecial, ExpertOpinion, RedrawExperts, Review, StartSpecial
from yiwang.handling.service import experts
from yiwang.handling.service.experts import Member

from tests.spec.conftest import JOINT, Filed, Office

HANDLER = "zjj-handler-330000"
TWO = {"categories": ("cma", "food"), "premises": "owned"}
OWN = library()[0].code  # works for the applicant


def waiting(office: Office) -> Filed:
    """A joint case at its expert review."""
    filed = office.accepted(JOINT, answers=TWO)
    for line in ("zjj", "syj"):
        office.act(f"{line}-handler-330000", filed, Review, outcome="pass", words="齐全")
    return filed


def panel(office: Office, filed: Filed) -> list[Member]:
    """Who sits in the review."""
    with office.engine.begin(SYSTEM) as work:
        return experts.members(work, *filed).get("expert", [])


@pytest.mark.requirement("R53")
def test_抽三位_申请人自己单位的回避(office: Office) -> None:
    filed = waiting(office)
    office.act(HANDLER, filed, DrawExperts, speciality="检验检测")
    drawn = panel(office, filed)
    assert len(drawn) == 3
    assert all(m.speciality == "检验检测" for m in drawn)
    with office.engine.begin(SYSTEM) as work:
        assert experts.draws(work, *filed)[0].excluded == {OWN: "same_organisation"}
    with pytest.raises(Conflict, match="drawn_already"):
        office.act(HANDLER, filed, DrawExperts)


@pytest.mark.requirement("R05")
def test_任何人照卷宗重抽_得到同样的人(office: Office) -> None:
    filed = waiting(office)
    office.act(HANDLER, filed, DrawExperts, declared={"E010": "申请人的顾问"})
    rows = office.sql("SELECT seq, entry, hash FROM plumbing.journal WHERE thread = %s ORDER BY seq", filed.id)
    at = next(n for n, (_, entry, _) in enumerate(rows) if json.loads(entry)["act"] == "experts.drawn")
    facts = json.loads(rows[at][1])["facts"]
    assert facts["head"] == rows[at - 1][2].hex(), "种子的一半是抽取以前的卷宗头"
    text = office.sql("SELECT library FROM handling.draw WHERE matter = %s", filed.id)[0][0]
    assert hashlib.sha256(text.encode()).hexdigest() == facts["library"]
    seed = hashlib.sha256(
        b"yiwang/draw/seed/1\x00" + bytes.fromhex(facts["head"]) + bytes.fromhex(facts["fresh"])
    ).digest()
    tickets = {
        code: hashlib.sha256(b"yiwang/draw/ticket/1\x00" + seed + code.encode()).hexdigest()
        for code, _, _ in json.loads(text)
        if code not in facts["excluded"]
    }
    assert sorted([t, c] for c, t in tickets.items())[:3] == [[t, c] for c, t in facts["chosen"]]
    assert {m.code for m in panel(office, filed)} == {c for c, _ in facts["chosen"]}
    assert facts["excluded"] == {OWN: "same_organisation", "E010": "申请人的顾问"}


@pytest.mark.requirement("R05")
def test_换了人_对账就查出(office: Office) -> None:
    filed = waiting(office)
    office.act(HANDLER, filed, DrawExperts)
    with office.engine.begin(SYSTEM) as work:
        assert {f.kind for _, f in differences(work) if f.id == filed.id} == set()
    office.sql('UPDATE handling.draw SET members = members || \'{"E999": "0"}\' WHERE matter = %s', filed.id)
    with office.engine.begin(SYSTEM) as work:
        assert {f.kind for _, f in differences(work) if f.id == filed.id} == {"draw.not_as_in_journal"}


def test_补抽_走的人写明理由_留的人不动_走的人抽不回来(office: Office) -> None:
    filed = waiting(office)
    office.act(HANDLER, filed, DrawExperts, declared={"E010": "申请人的顾问"})
    before = {m.code for m in panel(office, filed)}
    leaves = min(before)
    with pytest.raises(Invalid):
        office.act(HANDLER, filed, RedrawExperts, leaving={leaves: " "})
    with pytest.raises(Invalid):
        office.act(HANDLER, filed, RedrawExperts, leaving={"E010": "不在组里"})
    office.act(HANDLER, filed, RedrawExperts, leaving={leaves: "出差"})
    after = {m.code for m in panel(office, filed)}
    assert before - after == {leaves}
    assert len(after) == 3
    with office.engine.begin(SYSTEM) as work:
        first, second = experts.draws(work, *filed)
        acts = [e.facts for e in reading.thread(work, *filed) if e.act == "experts.drawn"]
    assert second.excluded == {**first.excluded, leaves: "出差"}
    assert [f["round"] for f in acts] == [1, 2]
    assert acts[1]["kept"] == sorted(before - {leaves})
    assert first.seed != second.seed


def test_别的部门不能抽(office: Office) -> None:
    filed = waiting(office)
    task = next(t for t in office.case(filed).tasks.values() if t.step == "expert").id
    command = DrawExperts(home=filed.home, id=filed.id, task=task)
    with pytest.raises(Forbidden, match="not_your_task"):
        office.by("syj-handler-330000", lambda work: experts.draw(command, work))
    assert panel(office, filed) == []


def test_申报利害关系写错编号_不照抽(office: Office) -> None:
    filed = waiting(office)
    with pytest.raises(Invalid):
        office.act(HANDLER, filed, DrawExperts, declared={"E9999": "顾问"})


@pytest.mark.requirement("R53")
def test_评审要听齐每位专家的意见才能结束(office: Office) -> None:
    filed = waiting(office)
    office.act(HANDLER, filed, StartSpecial, days_needed=9)
    with pytest.raises(Conflict, match="not_drawn"):
        office.act(HANDLER, filed, EndSpecial, outcome="pass", words="通过")
    office.act(HANDLER, filed, DrawExperts)
    drawn = panel(office, filed)
    two = tuple(ExpertOpinion(expert=m.code, outcome="pass", words="符合") for m in drawn[:2])
    with pytest.raises(Invalid) as refused:
        office.act(HANDLER, filed, EndSpecial, outcome="pass", words="通过", opinions=two)
    assert [e.field for e in refused.value.errors] == [f"expert.{drawn[2].code}"]
    stranger = (*two, ExpertOpinion(expert="E999", outcome="pass", words="符合"))
    with pytest.raises(Invalid):
        office.act(HANDLER, filed, EndSpecial, outcome="pass", words="通过", opinions=stranger)
    third = ExpertOpinion(expert=drawn[2].code, outcome="fail", words="仪器不全")
    office.act(HANDLER, filed, EndSpecial, outcome="pass", words="多数通过", opinions=(*two, third))
    with office.engine.begin(SYSTEM) as work:
        said = {o.person: o.outcome for o in store.opinions(work, *filed) if o.step_kind == "expert"}
    assert said == {drawn[0].code: "pass", drawn[1].code: "pass", drawn[2].code: "fail"}
    assert "expert" not in office.case(filed).tasks


def test_不需要评审的_不用抽(office: Office) -> None:
    filed = waiting(office)
    office.act(HANDLER, filed, EndSpecial, outcome="skip")
    assert panel(office, filed) == []


def test_演示的评审结论_逐位写明(office: Office) -> None:
    filed = waiting(office)
    office.act(HANDLER, filed, DrawExperts)
    with office.engine.begin(SYSTEM) as work:
        said = agreed(work, office.case(filed))
    office.act(HANDLER, filed, EndSpecial, **said)
    assert "expert" not in office.case(filed).tasks
