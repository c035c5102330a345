"""追责 — a stall names step, post, since when and rule; what is written down nobody changes; three kinds of failing."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest

from yiwang.casework.messages.case import Stalled
from yiwang.casework.service import cases, delays, holding, reading, verbs, watch
from yiwang.ground.actor import SYSTEM
from yiwang.ground.zone import day_of
from yiwang.handling.messages import Decide, Review
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Kind, StallQuery
from yiwang.oversight.rules.accountability import kind_of

from tests.spec.conftest import CONSULTING, SINGLE, Filed, Office

DECIDER, HANDLER, REVIEWER = "jst-decider-330000", "jst-handler-330000", "jst-reviewer-330000"


def stalled(office: Office, filed: Filed, what: str, person: str = "") -> None:
    """The clock says that a case stands, at the step that is open now."""
    with office.engine.begin(SYSTEM) as work:
        case = reading.look(work, *filed)
        task = next(iter(case.tasks.values()))
        matter = case.matter
        work.tell(
            Stalled(
                home=matter.home,
                id=matter.id,
                number=matter.number,
                item=matter.item,
                what=what,
                step=task.step,
                desk=task.desk,
                post=task.post,
                person=person,
                since=day_of(task.opened_at),
                due=date(2017, 8, 21),
                rule="规定 12",
                division=matter.division,
            )
        )


def records(office: Office, filed: Filed, **asked: Any) -> list[oversight.Seen]:
    """What is written down about a case, as the county's supervisor finds it."""
    with office.engine.begin(SYSTEM) as work:
        rows, total, _ = oversight.stalls(work, "330106", StallQuery(**asked), limit=1000)
        assert total >= len(rows)
        return [r for r in rows if (r.stall.home, r.stall.matter) == filed]


@pytest.mark.requirement("R52")
def test_停滞即留下追责记录_环节_岗位_自何时_违反哪条(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    stalled(office, filed, "step")
    (row,) = records(office, filed)
    stall = row.stall
    assert (stall.step, stall.desk, stall.rule) == ("review", "330000.JST", "规定 12")
    assert stall.post.startswith("330000.JST#"), "一个环节任何时刻只有一个责任岗位"
    assert (stall.since, stall.due) == (date(2017, 8, 14), date(2017, 8, 21))
    assert row.now == "open"


@pytest.mark.requirement("R52")
def test_外县的监督员看不到_写下的谁也改不了(office: Office) -> None:
    filed = office.accepted(SINGLE)
    stalled(office, filed, "overdue")
    with office.engine.begin(SYSTEM) as work:
        rows, *_ = oversight.stalls(work, "330302")
        assert (filed.home, filed.id) not in [(r.stall.home, r.stall.matter) for r in rows]
    for statement in ("UPDATE oversight.stall SET person = ''", "DELETE FROM oversight.stall"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), office.engine.begin(SYSTEM) as work:
            work.read(statement)


@pytest.mark.requirement("R76")
@pytest.mark.parametrize(
    "what, person, kind",
    [
        ("step", "", Kind.INACTION),
        ("step", "张三", Kind.SLOWNESS),
        ("overdue", "", Kind.INACTION),
        ("overdue", "张三", Kind.SLOWNESS),
        ("legal", "张三", Kind.SLOWNESS),
        ("issue", "张三", Kind.SLOWNESS),
        ("silent", "张三", Kind.INACTION),
        ("unaccepted", "张三", Kind.INACTION),
        ("sent_back", "张三", Kind.MISCONDUCT),
        ("second_notice", "张三", Kind.MISCONDUCT),
        ("asks_for_held", "张三", Kind.MISCONDUCT),
        ("yellow", "张三", Kind.WARNING),
    ],
)
def test_不作为_慢作为_乱作为(what: str, person: str, kind: Kind) -> None:
    assert kind_of(what, person) is kind


@pytest.mark.requirement("R76")
def test_各类分开查_筛选互不相混(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    for what, person in (("yellow", ""), ("step", ""), ("overdue", HANDLER)):
        stalled(office, filed, what, person)
    assert {r.stall.what for r in records(office, filed)} == {"yellow", "step", "overdue"}
    assert [r.stall.what for r in records(office, filed, kind="inaction")] == ["step"]
    assert [r.stall.what for r in records(office, filed, kind="slowness")] == ["overdue"]
    assert len(records(office, filed, desks=("330000.JST",), item=CONSULTING)) == 3
    assert records(office, filed, desks=("330000.SLT",)) == records(office, filed, item=SINGLE) == []


@pytest.mark.requirement("R76")
def test_退回返工_记在返工环节的岗位名下(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    at_examination(office, filed)
    task = next(iter(office.case(filed).tasks.values()))
    back = next(s for s in ("examine",) if s != task.step)
    office.by(REVIEWER, lambda work: cases.send_back(work, *filed, task.id, back, "漏看一页"))
    (row,) = records(office, filed)
    assert (row.stall.kind, row.stall.what, row.stall.step) == ("misconduct", "sent_back", "examine")
    assert (row.stall.desk, row.stall.person) == ("330000.JST", HANDLER), "返工记到岗位，也记到人"
    assert row.stall.post.startswith("330000.JST#")
    assert row.now == "open"
    office.act(HANDLER, filed, Review, outcome="pass", words="补看了。")
    (row,) = records(office, filed)
    assert row.now == "mended"


def at_examination(office: Office, filed: Filed) -> None:
    """Until the reviewer checks what was examined."""
    office.act(HANDLER, filed, Review, outcome="pass", words="齐全。")
    for step in list(office.case(filed).tasks):
        with office.engine.begin(SYSTEM) as work:
            case = holding.hold(work, *filed)
            if step in case.tasks and step.startswith("consult"):
                cases.deem_silent(work, case, case.tasks[step], "规定 43")
    office.act(HANDLER, filed, Review, outcome="pass", words="符合。")


@pytest.mark.requirement("R52")
def test_监督随时说得出断在哪一环_办完即接上(office: Office) -> None:
    filed = office.accepted(CONSULTING)

    def link() -> oversight.Broken | None:
        with office.engine.begin(SYSTEM) as work:
            return oversight.broken_link(work, *filed)

    assert link() is None
    office.clock.go(date(2017, 10, 9))
    found = link()
    assert found is not None
    assert (found.what, found.step, found.desk, found.person, found.now) == (
        "step",
        "review",
        "330000.JST",
        "",
        "open",
    )
    assert found.since == date(2017, 8, 14)
    task = office.case(filed).tasks["review"]
    office.by(HANDLER, lambda work: verbs.claim(work, *filed, task.id))
    found = link()
    assert found is not None
    assert found.person == HANDLER
    stalled(office, filed, "step", HANDLER)
    office.act(HANDLER, filed, Review, outcome="pass", words="齐全。")
    found = link()
    assert found is not None
    assert (found.step, found.what) != ("review", "step"), "这一环办完了，断的是后面的"


@pytest.mark.requirement("R52")
def test_归责的天数_等于历时_超期全都有主(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    office.clock.go(date(2017, 10, 9))
    with office.engine.begin(SYSTEM) as work:
        case = reading.look(work, *filed)
        found, before = delays.charges(work, case), work.reads
        assert delays.charges(work, case, reading.thread(work, *filed)) == found
        assert work.reads == before + 1, "the journal, and that once"
        assert sum(c.days for c in found) == (work.today - date(2017, 8, 14)).days
        assert sum(c.overdue for c in found) == reading.dues(case, work.today, work.calendar).overdue > 0
        assert {c.holder.desk for c in found} == {"330000.JST"}


@pytest.mark.requirement("R52")
def test_平均用时_按单位和事项_只数辖区内办完的(office: Office) -> None:
    filed = office.accepted(SINGLE)
    office.clock.go(date(2017, 8, 18))
    office.act("fgw-decider-330106", filed, Decide, outcome="grant", reasons="符合。")
    office.drain()
    office.hand_over(filed)
    office.drain()
    assert office.case(filed).closed_at is not None
    with office.engine.begin(SYSTEM) as work:
        found = delays.means(work, "330106")
        mean = found[SINGLE, delays.Keeper.POST, "330106.FGW"]
        assert mean.cases >= 1
        assert 0 < mean.workdays <= mean.days <= 4
        assert not delays.means(work, "330302")


@pytest.mark.requirement("R52", "R76")
def test_钟一走过期限_记录自己就在_每种只记一次(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    office.clock.go(date(2017, 10, 9))
    for _ in range(2):
        watch.sweep(office.engine)
    written = {(r.stall.what, r.stall.kind) for r in records(office, filed)}
    assert {("step", "inaction"), ("overdue", "inaction")} <= written
    assert len(records(office, filed)) == len(written)
    assert {r.stall.desk for r in records(office, filed)} == {"330000.JST"}
