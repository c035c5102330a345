"""督办 — a supervisor demands words of a post by a day; who says nothing is on record, the superior has to answer."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import psycopg
import pytest

from yiwang.casework.service import reading, verbs
from yiwang.directory import service as directory
from yiwang.front import demands as shown
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, Invalid
from yiwang.handling.messages import Review
from yiwang.intake.service import applications
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import AnswerDemand, Demand, Demanded
from yiwang.plumbing.work import Work

from tests.spec.conftest import CONSULTING, SINGLE, Filed, Office, due, in_inbox, wrong

SUPERVISOR, HANDLER, HEAD, COLLEAGUE = "supervisor", "jst-handler-330000", "jst-head-330000", "jst-colleague-330000"
pytestmark = pytest.mark.requirement("R52", "R76")


def demand(office: Office, filed: Filed, days: int = 3, words: str = "为什么还没有审？", by: str = SUPERVISOR) -> UUID:
    """Demand words of whoever has the open step."""
    task = next(iter(office.case(filed).tasks.values())).id
    command = Demand(home=filed.home, id=filed.id, task=task, words=words, days=days)
    made: Demanded = office.by(by, lambda work: oversight.demand(command, work))
    return made.id


def answer(office: Office, filed: Filed, asked: UUID, by: str, words: str = "等外单位复函，明日办结。") -> None:
    """Answer it."""
    command = AnswerDemand(home=filed.home, id=filed.id, demand=asked, words=words)
    office.by(by, lambda work: oversight.answer_demand(command, work))


def only(office: Office, filed: Filed) -> Demanded:
    """The one demand of a case."""
    with office.engine.begin(SYSTEM) as work:
        (row,) = oversight.demands_of(work, *filed)
        return row


def state(office: Office, filed: Filed) -> str:
    """As the supervisor's list shows it."""

    def read(work: Work) -> str:
        (row,) = shown.shown(work, reading.look(work, *filed))
        return str(row["state"])

    found: str = office.by(SUPERVISOR, read)
    return found


def unanswered(office: Office, filed: Filed) -> list[oversight.Seen]:
    """What is written down because nobody answered, the first first."""
    with office.engine.begin(SYSTEM) as work:
        rows, *_ = oversight.stalls(work, "330106", limit=1000)
    return [r for r in reversed(rows) if r.stall.matter == filed.id and r.stall.what == "unanswered"]


def test_点名的岗位按期书面答复_时钟一天不动(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    before = due(office, filed)
    asked = demand(office, filed)
    row = only(office, filed)
    assert (row.step, row.desk, row.due) == ("review", "330000.JST", date(2017, 8, 17)), "三个工作日"
    assert row.post.startswith("330000.JST#")
    assert [r for r, *_ in in_inbox(office, HANDLER, filed)].count("handler") == 2, "待办里多一行"
    assert due(office, filed) == before
    assert wrong(office, filed) == set()
    with pytest.raises(Invalid):
        answer(office, filed, asked, HANDLER, "  ")
    answer(office, filed, asked, HANDLER)
    assert (only(office, filed).outcome, only(office, filed).answered_by) == ("answered", HANDLER)
    assert state(office, filed) == "answered"
    assert due(office, filed) == before
    assert [a for a in office.acts(filed) if a.startswith("demand")] == ["demand.asked", "demand.answered"]
    assert wrong(office, filed) == set()
    with pytest.raises(Conflict, match="task_gone"):
        answer(office, filed, asked, HANDLER, "再答一次")


def test_只有本辖区的监督人员能督办_只有点名的岗位或负责人能答(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    for login in (HANDLER, "evaluator", "clerk-330106"):
        with pytest.raises(Forbidden, match=r"demand\.supervisor"):
            demand(office, filed, by=login)
    for days, words in ((0, "说明"), (31, "说明"), (3, "  ")):
        with pytest.raises(Invalid):
            demand(office, filed, days, words)
    asked = demand(office, filed)
    with pytest.raises(Conflict, match="asked_already"):
        demand(office, filed)
    for login in ("jst-reviewer-330000", "jst-decider-330000", "zjj-handler-330000", "clerk-330106"):
        with pytest.raises(Forbidden, match="not_your_task"):
            answer(office, filed, asked, login)
    answer(office, filed, asked, HEAD)
    demand(office, filed, words="什么时候办结？")


def test_逾期没有答复_记入追责_升级到负责人_再到上级部门(office: Office) -> None:
    filed = office.accepted(SINGLE)
    asked = demand(office, filed, 2)
    office.go(8, 16)
    assert state(office, filed) == "open"
    office.go(8, 17)
    assert state(office, filed) == "late"
    (aside,) = office.case(filed).asides
    assert (aside.desk, aside.role, aside.due) == ("330106.FGW", "head", date(2017, 8, 21)), "再给两个工作日"
    (row,) = unanswered(office, filed)
    assert (row.stall.kind, row.stall.post, row.now) == ("inaction", only(office, filed).post, "open")
    assert (row.stall.due, row.stall.rule) == (date(2017, 8, 16), "行政许可法 60")
    assert wrong(office, filed) == set()
    with pytest.raises(Forbidden):
        answer(office, filed, asked, "fgw-decider-330106")
    office.drain()
    assert office.acts(filed).count("demand.unanswered") == 1, "一天只说一次"
    office.go(8, 22)
    (aside,) = office.case(filed).asides
    assert (aside.desk, aside.role) == ("330100.FGW", "head")
    assert wrong(office, filed) == set()
    with pytest.raises(Forbidden):
        answer(office, filed, asked, "fgw-head-330106")
    answer(office, filed, asked, "fgw-head-330100")
    assert [r.now for r in unanswered(office, filed)] == ["mended", "mended"]
    assert wrong(office, filed) == set()


def test_代理人替不在岗的人答复(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    asked = demand(office, filed)
    with pytest.raises(Forbidden):
        answer(office, filed, asked, "jst-reviewer-330000")
    with office.engine.begin(office.actor(HANDLER)) as work:
        post = directory.posts_of(work, HANDLER, work.today)[0].code
        days = (date(2017, 8, 14), date(2017, 8, 15))
        lent = directory.appoint_deputy(work, HANDLER, post, "jst-reviewer-330000", *days, "出差")
    answer(office, filed, asked, "jst-reviewer-330000")
    assert only(office, filed).answered_by == "jst-reviewer-330000"
    with office.engine.begin(SYSTEM) as work:
        last = next(e for e in reversed(reading.thread(work, *filed)) if e.act == "demand.answered")
    assert last.facts["for"] == HANDLER, "卷宗写明替谁"
    with office.engine.begin(office.actor(HANDLER)) as work:
        directory.end_deputy(work, lent)


def test_办件结束_没答的记为没有答复(office: Office) -> None:
    filed = office.accepted(SINGLE)
    demand(office, filed)
    office.by("firm-1", lambda work: applications.withdraw(work, *filed))
    assert (only(office, filed).outcome, state(office, filed)) == ("lapsed", "lapsed")
    assert wrong(office, filed) == set()


def test_环节办完了_话还是要答_也不挡撤回(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    asked = demand(office, filed)
    office.act(HANDLER, filed, Review, outcome="pass", words="齐全。")
    demand(office, filed)
    office.by(HANDLER, lambda work: verbs.take_back(work, *filed, "review", "漏看一页"))
    assert wrong(office, filed) == set()
    answer(office, filed, asked, HANDLER)
    assert wrong(office, filed) == set()


def test_督办写下谁也改不了_少一条对账就查出(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    demand(office, filed)
    for statement in ("UPDATE oversight.demand SET words = ''", "DELETE FROM oversight.demand_answer"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), office.engine.begin(SYSTEM) as work:
            work.read(statement)
    office.sql("DELETE FROM oversight.demand WHERE matter = %s", filed.id)
    assert wrong(office, filed) == {"demand.missing"}
    office.sql("UPDATE casework.matter SET asides = '[]' WHERE id = %s", filed.id)
    office.sql("DELETE FROM casework.inbox WHERE matter = %s AND step_kind = 'demand'", filed.id)
    assert wrong(office, filed) == {"case.asides"}


def test_督办一览_未答的在前_按期限(office: Office) -> None:
    late, soon = office.accepted(CONSULTING), office.accepted(CONSULTING)
    demand(office, late, 5)
    demand(office, soon, 2)
    with office.engine.begin(SYSTEM) as work:
        rows, counts = oversight.demands(work, "33", state="open", limit=1000)
    assert [d.matter for d, _ in rows if d.matter in (late.id, soon.id)] == [soon.id, late.id]
    assert counts["open"] >= 2
