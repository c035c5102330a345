"""机构改革的规格 — open cases go along with their departments: on the eve, the day and the morrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
import yaml

from yiwang import main
from yiwang.casework.messages.case import CompleteStep
from yiwang.casework.service import auditing, cases, holding, moving, reading, verbs
from yiwang.catalogue import service as catalogue
from yiwang.commands.reconcile import differences
from yiwang.commands.reorganise import Decision
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.directory.messages import Heir, Reorganisation, Restructuring, Transfer
from yiwang.directory.rules.resolution import covers
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Forbidden, NotFound
from yiwang.plumbing import editions, outbox
from yiwang.plumbing.database import Database
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import APP
from yiwang.plumbing.work import Engine, Work

from tests.commands.conftest import Departments, Installation

FILLED = date(2017, 10, 9)  # consultations are still open; a day later silence has answered
EVE, DAY, MORROW = date(2017, 10, 31), date(2017, 11, 1), date(2017, 11, 2)
JOINT, CONSULTING = "许可-90015-000", "许可-90014-000"
DOCUMENT = "浙编〔2018〕12号"


class Office:
    """An installation with cases in every state, on a day that the test chooses."""

    def __init__(self, engine: Engine, clock: SimulatedClock) -> None:
        self.engine, self.clock = engine, clock

    def go(self, day: date) -> None:
        self.clock.go(day)
        runners = main.runners(Departments(), WebhookClient())
        for lane in main.LANES:
            outbox.drain(self.engine, runners, lane)

    def work(self, do: Callable[[Work], object]) -> object:
        with self.engine.begin(SYSTEM) as work:
            return do(work)


@pytest.fixture
def office(
    cluster: Cluster,
    fresh_database: Callable[[str], str],
    walked_template: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    monkeypatch.setattr(editions, "LOOK_AGAIN", 0.0)
    database = Database(cluster.conninfo(APP, fresh_database(walked_template)))
    clock = SimulatedClock()
    found = Office(main.engine(database, clock), clock)
    clock.go(FILLED)
    yield found
    database.close()


def at(line: str) -> str:
    return f"330000.{line}"


def decided(*restructured: Restructuring, transfers: tuple[Transfer, ...] = (), day: date = DAY) -> Reorganisation:
    return Reorganisation(document=DOCUMENT, day=day, restructured=restructured, transfers=transfers)


def ending(line: str, *heirs: Heir) -> Restructuring:
    return Restructuring(organisation=at(line), heirs=heirs)


MERGER = decided(ending("ZJJ", Heir(to=at("SCJG"))), ending("SYJ", Heir(to=at("SCJG"))))


def entered(office: Office, wanted: Reorganisation) -> moving.Tally:
    with office.engine.begin(SYSTEM) as work:
        return moving.enter(work, wanted)


def conserved(office: Office) -> int:
    """Every open task has one inbox row, at one standing desk, which is the one that the tables alone give."""
    seen = 0
    with office.engine.begin(SYSTEM) as work:
        assert [f"{n} {d.kind} {d.facts}" for n, d in differences(work)] == []
        known = directory.snapshot(work)
        for _, kept in auditing.stretches(work):
            for one in kept.values():
                for task in one.case.tasks.values():
                    if task.desk == holding.AUTOMATIC:
                        continue
                    desk = known.organisation(task.desk)
                    assert covers(desk.valid_from, desk.valid_to, work.today)
                    step = holding.step_of(work, one.case, task.step)
                    assert holding.desk_of(work, one.case, step) == task.desk
                    assert directory.staff(work).posts[task.post].organisation == task.desk
                    found = work.read("SELECT desk, post, holder FROM casework.inbox WHERE id = %s", (task.id,))
                    assert found == [(task.desk, task.post, task.holder)]
                    seen += 1
    return seen


def desks(office: Office) -> dict[str, int]:
    """How many tasks wait at each desk."""
    with office.engine.begin(SYSTEM) as work:
        return dict(work.read("SELECT desk, count(*) FROM casework.inbox GROUP BY desk"))


# --- 一天之前、当天、之后 -------------------------------------------------------------------------------------------


def test_合并_前一日照旧_当日随人移交_卷宗记下文号(office: Office) -> None:
    office.go(EVE)
    before, tasks = desks(office), conserved(office)
    told = entered(office, MERGER)
    assert told.tasks == before[at("ZJJ")] + before[at("SYJ")] > before[at("SYJ")]
    assert desks(office) == before
    office.go(EVE)
    assert desks(office) == before
    office.go(DAY)
    after = desks(office)
    assert after.pop(at("SCJG")) == told.tasks
    assert after == {k: v for k, v in before.items() if k not in (at("ZJJ"), at("SYJ"))}
    assert conserved(office) == tasks
    office.go(MORROW)
    assert conserved(office) == tasks
    with office.engine.begin(SYSTEM) as work:
        home, case_id = next(
            (one.case.matter.home, one.case.matter.id)
            for _, kept in auditing.stretches(work)
            for one in kept.values()
            if one.case.matter.deciding == at("SCJG") and one.case.progress.suspended
        )
        entry = reading.thread(work, home, case_id)[-1]
    assert (entry.act, entry.person, entry.clause) == ("case.moved", "system", "行政诉讼法 26")
    assert entry.facts["document"] == DOCUMENT
    assert entry.facts["deciding"] == [at("ZJJ"), at("SCJG")]


def test_承继机关的人接着办_原来的岗位不能再办(office: Office) -> None:
    entered(office, MERGER)
    with office.engine.begin(SYSTEM) as work:
        old = directory.actor_of(work, "zjj-handler-330000", "")
    office.go(DAY)
    with office.engine.begin(SYSTEM) as work:
        assert directory.renewed(work, old) is None
        now = directory.actor_of(work, "zjj-handler-330000", "")
        [home, case_id, task] = work.read(
            "SELECT home, matter, id FROM casework.inbox WHERE desk = %s AND role = 'handler'", (at("SCJG"),)
        )[0]
    assert (old.organisation, now.organisation) == (at("ZJJ"), at("SCJG"))
    command = CompleteStep(home=home, id=case_id, task=task, outcome="pass")
    with pytest.raises(Forbidden, match="not_your_task"), office.engine.begin(old) as work:
        cases.complete(command, work)
    with office.engine.begin(now) as work:
        case = cases.complete(command, work)
        assert at("ZJJ") in holding.organisations_of(work, case)
        assert at("SCJG") in holding.organisations_of(work, case)
    conserved(office)


def test_办结的案件留在原机关名下_承继机关看得到(office: Office) -> None:
    with office.engine.begin(SYSTEM) as work:
        closed = [
            one.case.matter
            for _, kept in auditing.stretches(work)
            for one in kept.values()
            if one.case.closed_at and one.case.matter.item == JOINT and one.case.decided_at
        ]
        decisions = {m.id: holding.decisions(work, reading.look(work, m.home, m.id)) for m in closed}
    entered(office, MERGER)
    office.go(DAY)
    assert closed
    with office.engine.begin(SYSTEM) as work:
        for matter in closed:
            case = reading.look(work, matter.home, matter.id)
            assert case.matter.deciding == at("ZJJ")
            assert holding.decisions(work, case) == decisions[matter.id]
            assert {at("ZJJ"), at("SCJG")} <= holding.organisations_of(work, case)


def test_领走待办的人随岗走的_还是他的_没随走的放回(office: Office) -> None:
    def claim(person: str, step: str) -> tuple[int, object]:
        with office.engine.begin(SYSTEM) as work:
            actor = directory.actor_of(work, person, "")
            [(home, case_id)] = work.read(
                "SELECT home, matter FROM casework.inbox WHERE desk = %s AND role = 'consultee' AND step_name LIKE %s",
                (actor.organisation, step),
            )
        with office.engine.begin(actor) as work:
            case = holding.hold(work, home, case_id)
            task = next(t for t in case.tasks.values() if t.desk == actor.organisation)
            verbs.claim(work, home, case_id, task.id)
        return home, case_id

    claim("jtt-handler-330000", "%")
    key = claim("slt-handler-330000", "%")
    posts = tuple(f"{at('SLT')}#{n}" for n in (1, 2, 3, 4))
    split = ending("SLT", Heir(to=at("NYT"), items=("其他-1",), posts=posts), Heir(to=at("LYT")))
    entered(office, decided(ending("JTT", Heir(to=at("JST"))), split, day=FILLED))
    conserved(office)
    with office.engine.begin(SYSTEM) as work:
        tasks = reading.look(work, *key).tasks.values()  # type: ignore[arg-type]  # the case's id
    assert {(t.desk, t.holder) for t in tasks} == {(at("JST"), "jtt-handler-330000"), (at("LYT"), "")}


# --- 划转、撤回、障碍 -----------------------------------------------------------------------------------------------


@pytest.mark.requirement("R21")
@pytest.mark.parametrize("along", [False, True])
def test_权力划转_在办的按规则留下_文件说随走的随走(office: Office, *, along: bool) -> None:
    transfer = Transfer(item=CONSULTING, area="33", level="province", line="HBT", basis="试点", cases=along)
    entered(office, decided(transfers=(transfer,)))
    office.go(DAY)
    with office.engine.begin(SYSTEM) as work:
        now = directory.authority(work, CONSULTING, "JST", "330106", work.today).code
        deciding = {
            one.case.matter.deciding
            for _, kept in auditing.stretches(work)
            for one in kept.values()
            if one.case.matter.item == CONSULTING and not one.case.closed_at
        }
    assert now == at("HBT")
    assert deciding == {at("HBT") if along else at("JST")}
    if not along:
        conserved(office)


def test_生效之前可以撤回_撤回之后什么也不发生(office: Office) -> None:
    office.go(EVE)
    before = desks(office)
    entered(office, MERGER)
    with pytest.raises(Conflict, match="entered_already"):
        entered(office, MERGER)
    office.work(lambda work: directory.withdraw(work, DOCUMENT))
    with pytest.raises(NotFound, match="not_entered"):
        office.work(lambda work: directory.withdraw(work, DOCUMENT))
    office.go(DAY)
    assert desks(office) == before
    with office.engine.begin(SYSTEM) as work:
        assert directory.snapshot(work).organisation(at("ZJJ")).valid_to is None


def test_没有岗位能接的待办是障碍_有障碍不登记(office: Office) -> None:
    """只把事项划过去，那边却没有人能办。"""
    part = Restructuring(organisation=at("JTT"), heirs=(Heir(to=at("XFJ"), items=(CONSULTING,)),), ends=False)
    with office.engine.begin(SYSTEM) as work:
        found = moving.rehearse(work, decided(part)).hindrances
    assert [(h.code, h.about) for h in found] == [("nobody_answers", f"{at('XFJ')} consultee")]
    with pytest.raises(Conflict, match="hindered"):
        entered(office, decided(part))
    with office.engine.begin(SYSTEM) as work:
        assert directory.decision(work, DOCUMENT, "entered") is None


def test_代理随岗位走(office: Office) -> None:
    office.go(EVE)
    with office.engine.begin(SYSTEM) as work:
        head = directory.actor_of(work, "zjj-head-330000", "")
    with office.engine.begin(head) as work:
        directory.appoint_deputy(
            work, "zjj-decider-330000", f"{at('ZJJ')}#3", "zjj-reviewer-330000", EVE, MORROW + timedelta(days=1), "出差"
        )
    entered(office, MERGER)
    for day, desk in ((EVE, "ZJJ"), (DAY, "SCJG")):
        office.go(day)
        with office.engine.begin(SYSTEM) as work:
            acting = directory.actor_of(work, "zjj-reviewer-330000", "")
        assert acting.organisation == at(desk)
        assert acting.lent == {"decider"}
    office.go(MORROW + timedelta(days=1))
    with office.engine.begin(SYSTEM) as work:
        assert not directory.actor_of(work, "zjj-reviewer-330000", "").lent


@pytest.mark.requirement("R51")
def test_签过的流程图照旧运行_新的由承继机关签(office: Office) -> None:
    with office.engine.begin(SYSTEM) as work:
        signed = catalogue.signatures_by(work, [at("ZJJ")])
        assert not directory.speaks_for(work, at("SCJG"), "ZJJ")
    entered(office, decided(*MERGER.restructured, day=FILLED))
    with office.engine.begin(SYSTEM) as work:
        assert signed
        assert catalogue.signatures_by(work, [at("ZJJ")]) == signed
        assert directory.speaks_for(work, at("SCJG"), "ZJJ")
        assert not directory.speaks_for(work, at("HBT"), "ZJJ")


# --- 任意改革 ------------------------------------------------------------------------------------------------------

LINES = ("ZJJ", "SYJ", "HBT", "JST", "JTT", "SLT", "SCJG", "NYT")


def random_plan(seed: int) -> Reorganisation:
    """Departments with open cases merge and split, by items and by places."""
    dice = Random(seed)
    sources = dice.sample(LINES, dice.randint(1, 4))
    heirs = [line for line in LINES if line not in sources]
    restructured = []
    for line in sources:
        shares = [Heir(to=at(dice.choice(heirs)), items=(item,)) for item in (JOINT, CONSULTING) if dice.random() < 0.4]
        if dice.random() < 0.3:
            shares.append(Heir(to=at(dice.choice(heirs)), areas=("330106",)))
        if not shares or dice.random() < 0.7:
            restructured.append(ending(line, *shares, Heir(to=at(dice.choice(heirs)))))
        else:
            restructured.append(Restructuring(organisation=at(line), heirs=tuple(shares), ends=False))
    return decided(*restructured)


@pytest.mark.parametrize("seed", range(2))
def test_任意改革_待办一件不丢一件不重_核对无差异(office: Office, seed: int) -> None:
    office.go(EVE)
    tasks = conserved(office)
    wanted = random_plan(seed)
    told = entered(office, wanted)
    assert conserved(office) == tasks
    office.go(DAY)
    assert conserved(office) == tasks
    gone = {r.organisation for r in wanted.restructured if r.ends}
    assert not gone & set(desks(office))
    office.go(MORROW)
    assert conserved(office) == tasks
    assert told.hindrances == []


# --- 命令 ----------------------------------------------------------------------------------------------------------

PLAN = """
document: 浙编〔2018〕12号
day: 2027-10-23
merge:
  - from: [330000.ZJJ, 330000.SYJ]
    into: 330000.SCJG
    name: 浙江省市场监督管理局
split:
  - from: 330000.LYT
    into:
      - {to: 330000.LYX, items: [许可-90015-000]}
      - {to: 330000.NYT}
found:
  - {code: 330000.NYJ, name: 浙江省试验局, like: 330000.NYT}
transfer:
  - {item: 许可-90014-000, area: '3301', level: city}
"""


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "plan.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def test_先推演_什么也不改(walked: Installation, tmp_path: Path) -> None:
    plan = written(tmp_path, PLAN.split("split:", maxsplit=1)[0])
    before = walked.sql("SELECT count(*), max(seq) FROM plumbing.journal")
    ran = walked.run("reorganise", plan, "--json")
    assert ran.code == 0
    moves = ran.said["moves"]["330000.ZJJ → 330000.SCJG"]
    assert (moves["cases"], moves["tasks"]) == (4, 1)
    assert moves["posts"] == moves["people"] > 3
    assert moves["signatures"] > 0
    assert not ran.said["applied"]
    assert walked.sql("SELECT count(*), max(seq) FROM plumbing.journal") == before
    assert walked.sql("SELECT count(*) FROM directory.reorganisation") == [(0,)]
    assert "nothing done" in walked.run("reorganise", plan).text


def test_登记_撤回(walked: Installation, tmp_path: Path) -> None:
    plan = written(tmp_path, PLAN.split("split:", maxsplit=1)[0])
    assert walked.run("reorganise", plan, "--apply").code == 0
    assert walked.sql("SELECT state FROM directory.reorganisation") == [("entered",)]
    assert walked.run("reorganise", plan, "--apply").code == 1
    assert walked.run("reorganise", plan, "--withdraw").code == 0
    assert walked.sql("SELECT state FROM directory.reorganisation") == [("withdrawn",)]


def test_有障碍退出码一_读不懂退出码二(walked: Installation, tmp_path: Path) -> None:
    ran = walked.run("reorganise", written(tmp_path, PLAN), "--json")
    assert ran.code == 1
    assert {h["code"] for h in ran.said["hindrances"]} >= {"there_already", "no_such_power"}
    for text in ("document: [", "day: 2027-10-23", PLAN + "extra: 1\n"):
        assert walked.run("reorganise", written(tmp_path, text)).code == 2
    assert walked.run("reorganise", str(tmp_path / "nothing.yaml")).code == 2


def test_说明书里的例子读得懂() -> None:
    text = (Path(__file__).parents[2] / "docs" / "howto" / "reorganise.md").read_text("utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    decision = msgspec.convert(yaml.safe_load(example), Decision)
    assert decision.document == DOCUMENT
    assert decision.split[1].ends is False
