"""征求意见与现场核查 — each consultation has its limit and state; an inspection takes two, who say what they saw."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from yiwang.casework.service import reading, verbs
from yiwang.demo.people import COUNTY
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid, Refused
from yiwang.handling import store
from yiwang.handling.messages import AnswerInquiry, Refer, Reply, Review, Sign
from yiwang.handling.service import consultations, inquiries, signing
from yiwang.handling.service.consultations import Consultation

from tests.spec.conftest import CONSULTING, Filed, Office, wrong

LEAD = "jst-handler-330000"


def listed(office: Office, filed: Filed) -> dict[str, Consultation]:
    """The consultations of a case by organisation."""
    with office.engine.begin(SYSTEM) as work:
        return {c.organisation: c for c in consultations.of_case(work, *filed)}


@pytest.mark.requirement("R50")
def test_每件征求意见有自己的期限和状态(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    assert listed(office, filed) == {}, "还没有征求"
    office.act(LEAD, filed, Review, outcome="pass", words="")
    sent = listed(office, filed)
    assert {c.state for c in sent.values()} == {"sent"}
    assert {c.due for c in sent.values()} == {date(2017, 8, 21)}, "五个工作日"
    road = sent["330000.JTT"]
    task = road.task
    assert task is not None
    office.by("jtt-handler-330000", lambda work: verbs.claim(work, *filed, task))
    assert listed(office, filed)["330000.JTT"].state == "received"
    office.by(LEAD, lambda work: verbs.urge(work, *filed, task, "请尽快复函"))
    office.act(
        "jtt-handler-330000",
        filed,
        Reply,
        role="consultee",
        outcome="conditional",
        words="原则同意",
        conditions="补检定",
    )
    replied = listed(office, filed)["330000.JTT"]
    assert (replied.state, replied.outcome, replied.words, replied.conditions, replied.reminders) == (
        "replied",
        "conditional",
        "原则同意",
        "补检定",
        1,
    )
    assert (replied.task, replied.asked_at, replied.due) == (None, road.asked_at, road.due)
    office.go(8, 22)
    silent = listed(office, filed)["330000.SLT"]
    assert (silent.state, silent.outcome, silent.due) == ("deemed", "deemed", date(2017, 8, 21))


@pytest.mark.requirement("R50")
def test_不属职责的_牵头部门马上看到_不需要的可以收回(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    office.act(LEAD, filed, Review, outcome="pass", words="")
    office.act("jtt-handler-330000", filed, Reply, role="consultee", outcome="no_competence", words="不涉公路")
    now = listed(office, filed)
    assert (now["330000.JTT"].outcome, now["330000.JTT"].words) == ("no_competence", "不涉公路")
    water = now["330000.SLT"].task
    assert water is not None
    office.by(LEAD, lambda work: verbs.recall(work, *filed, water, "已撤回该类别"))
    assert listed(office, filed)["330000.SLT"].state == "recalled"


@pytest.mark.requirement("SOD5")
def test_许可法34条_现场核查两人_各写所见_一人不能办完(office: Office) -> None:
    filed = office.accepted("许可-90029-000", answers={})
    first, second = f"scjg-handler-{COUNTY}", f"scjg-officer-{COUNTY}"
    office.act(first, filed, Review, outcome="pass", words="书面材料齐全")
    site = next(t.id for t in office.case(filed).tasks.values() if t.step == "site")

    def sign(login: str, words: str) -> None:
        command = Sign(home=filed.home, id=filed.id, task=site, outcome="pass", words=words)
        office.by(login, lambda work: signing.sign(command, work))

    office.act(first, filed, Review, outcome="pass", words="布局与图纸一致")
    assert "site" in office.case(filed).tasks, "一个人办不完"
    with pytest.raises(Refused, match="signed_already"):
        sign(first, "再签一次")
    sign(second, "冷藏设备运转正常")
    assert "site" not in office.case(filed).tasks
    with office.engine.begin(SYSTEM) as work:
        seen = {o.person: o.words for o in store.opinions(work, *filed) if o.step == "site"}
    assert seen == {first: "布局与图纸一致", second: "冷藏设备运转正常"}, "记录写明两个人和各自所见"


def referred(office: Office, filed: Filed, to: str, by: str = LEAD, step: str = "") -> UUID:
    """The lead asks another department instead of the first whose answer was no competence."""
    step = step or inquiries.without_competence(office.case(filed))[0]
    command = Refer(home=filed.home, id=filed.id, step=step, to=to, question="涉及本地规划，请提意见。")
    found: UUID = office.by(by, lambda work: inquiries.refer(command, work))
    return found


@pytest.mark.requirement("R50")
def test_答复不属职责_牵头部门另请同级别的部门_流程不等它_条件照样写进决定(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    office.act(LEAD, filed, Review, outcome="pass", words="")
    with pytest.raises(Conflict, match="not_without_competence"):
        referred(office, filed, "330000.GTT", step="consult_highway")
    office.act("jtt-handler-330000", filed, Reply, role="consultee", outcome="no_competence", words="不涉公路")
    with office.engine.begin(SYSTEM) as work:
        case = reading.look(work, *filed)
        able = [o.code for o in inquiries.referable(work, case, inquiries.without_competence(case)[0])]
    assert able
    assert all(code.startswith("330000.") for code in able), "同一级"
    assert not {"330000.JTT", "330000.JST", "330000.SLT"} & set(able), "牵头的、征求过的不再问"
    with pytest.raises(Invalid, match="cannot_be_asked"):
        referred(office, filed, "330000.JTT")
    with pytest.raises(Forbidden, match="lead_refers"):
        referred(office, filed, able[0], by="jtt-handler-330000")
    before = office.case(filed)
    asked = referred(office, filed, able[0])
    after = office.case(filed)
    assert (after.progress, after.tasks, after.timing) == (before.progress, before.tasks, before.timing)
    (aside,) = after.asides
    assert (aside.desk, aside.due) == (able[0], date(2017, 8, 21)), "五个工作日，重新起算"
    assert wrong(office, filed) == set()
    with office.engine.begin(SYSTEM) as work:
        there = directory.staff(work).able(able[0], "consultee", work.today)[0][0]
    reply = AnswerInquiry(
        home=filed.home, id=filed.id, inquiry=asked, words="可以", outcome="conditional", conditions="避让红线"
    )
    office.by(there, lambda work: inquiries.answer(reply, work))
    assert wrong(office, filed) == set()
    with office.engine.begin(SYSTEM) as work:
        said = next(o for o in store.opinions(work, *filed) if o.organisation == able[0])
    assert (said.outcome, said.conditions) == ("conditional", "避让红线")


@pytest.mark.requirement("R50")
def test_另行征求的部门逾期不复_记下_不当作没有意见(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    office.act(LEAD, filed, Review, outcome="pass", words="")
    office.act("jtt-handler-330000", filed, Reply, role="consultee", outcome="no_competence", words="不涉公路")
    with office.engine.begin(SYSTEM) as work:
        case = reading.look(work, *filed)
        to = inquiries.referable(work, case, inquiries.without_competence(case)[0])[0].code
    referred(office, filed, to)
    office.go(8, 22)
    assert "consultation.silent" in office.acts(filed)
    assert len(office.case(filed).asides) == 1, "还可以答"
    assert wrong(office, filed) == set()
