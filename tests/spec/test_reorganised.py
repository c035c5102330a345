"""机构改革之后 — whatever is open has one owner after any merger, split or transfer; old acts keep names. K4"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiwang import main
from yiwang.casework.service import auditing as audit
from yiwang.casework.service import cases, delays, holding, moving, reading, verbs, watch
from yiwang.casework.service.delays import Keeper
from yiwang.casework.store.cases import load
from yiwang.commands.reconcile import differences
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.directory.messages import Heir, Reorganisation, Restructuring, Transfer
from yiwang.directory.rules.resolution import covers
from yiwang.enforcement import service as enforcement
from yiwang.ground.actor import SYSTEM
from yiwang.handling import messages as handling
from yiwang.handling.service import experts, inquiries, phrases
from yiwang.intake import store as intake
from yiwang.intake.messages import Delivery, HandOver, Lack, Submit
from yiwang.intake.service import applications, delivery
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import AnswerDemand, Demand
from yiwang.plumbing import editions
from yiwang.plumbing.database import Database
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN, APP
from yiwang.plumbing.work import SHANGHAI, Work
from yiwang.sharing.messages import Announce
from yiwang.sharing.service import webhooks

from tests.conftest import copy_database
from tests.spec.conftest import CONSULTING, JOINT, SINGLE, Departments, Filed, Office

TWO = {"categories": ("cma", "food"), "premises": "owned"}
DAY = date(2017, 9, 1)
COUNTY, NEXT = "330106.XZFW", "330302.XZFW"
HOOK = "http://192.0.2.1/hook"


@pytest.fixture(scope="module")
def whole(cluster: Cluster, demo_template: str) -> Iterator[Office]:
    """An office of its own with something open in every way that a department or a centre can hold it."""
    name = f"reorganised_{id(cluster)}"
    copy_database(cluster, demo_template, name)
    database, clock = Database(cluster.conninfo(APP, name)), SimulatedClock()
    clock.go(date(2017, 8, 14))
    found = Office(main.engine(database, clock), clock, Departments(), cluster.conninfo(ADMIN, name))
    _fill(found)
    yield found
    database.close()


def _fill(office: Office) -> None:
    office.draft(JOINT)
    office.submit(office.draft(SINGLE), by="clerk-330106")
    lacking = office.draft(JOINT)
    office.submit(lacking, by="clerk-330106")
    office.by(
        "clerk-330106", lambda work: applications.ask_once(work, *lacking, [Lack(material="other", what="缺")], 5)
    )
    reviewed = office.accepted(JOINT, answers=TWO)  # an expert review with its draw; an extension asked
    for line in ("zjj", "syj"):
        office.act(f"{line}-handler-330000", reviewed, handling.Review, outcome="pass", words="齐全")
    office.act("zjj-handler-330000", reviewed, handling.DrawExperts, speciality="检验检测")
    ask(office, "zjj-handler-330000", reviewed, handling.AskExtension, reason="样品多")
    office.accepted(JOINT, centre="330302")  # two branches side by side
    asked = office.accepted(CONSULTING)  # departments that are asked
    office.act("jst-handler-330000", asked, handling.Review, outcome="pass", words="齐全")
    guided = office.accepted(SINGLE)
    ask(office, "fgw-decider-330106", guided, handling.AskGuidance, question="怎样核对？")
    granted = office.accepted(SINGLE)  # waits at the one exit
    office.act("fgw-decider-330106", granted, handling.Decide, outcome="grant")
    office.drain()
    office.by("client-jst", lambda work: webhooks.register(work, HOOK, "x" * 32, ("case.closed",)))
    office.by("jst-head-330000", lambda work: phrases.write(work, "review", "pass", "齐全", "材料齐全。"))
    with office.engine.begin(SYSTEM) as work:
        [(home, case_id, task)] = work.read(
            "SELECT home, matter, id FROM casework.inbox WHERE desk = '330000.JTT' AND step_kind = 'consult'"
        )
    office.by("jtt-handler-330000", lambda work: verbs.claim(work, home, case_id, task))
    demand = Demand(home=home, id=case_id, task=task, words="为什么还没有复函？", days=30)
    office.by("supervisor", lambda work: oversight.demand(demand, work))


def ask(office: Office, login: str, filed: Filed, command: Callable[..., Any], **words: str) -> None:
    desk = office.actor(login).organisation
    task = next(t.id for t in office.case(filed).tasks.values() if t.desk == desk)
    asked = command(home=filed.home, id=filed.id, task=task, **words)
    do: Any = inquiries.ask_guidance if isinstance(asked, handling.AskGuidance) else inquiries.ask_extension
    office.by(login, lambda work: do(asked, work))


class _Undo(Exception):
    pass


@contextmanager
def undone(office: Office, day: date = DAY) -> Iterator[Work]:
    """One act on that day, and then it has never been."""
    with suppress(_Undo), pytest.MonkeyPatch.context() as patched:
        patched.setattr(editions, "LOOK_AGAIN", -1.0)
        with office.engine.begin(SYSTEM) as work:
            on(work, day)
            yield work
            raise _Undo


def on(work: Work, day: date) -> None:
    """The act goes on on another day."""
    work.save()
    work.now = datetime.combine(day, time(9), SHANGHAI)
    for key in [k for k in work.held if isinstance(k, tuple) and k[0] == "case"]:
        del work.held[key]


def acting(work: Work, login: str) -> None:
    work.actor = directory.actor_of(work, login, "")


def decided(day: date, *restructured: Restructuring, transfers: tuple[Transfer, ...] = ()) -> Reorganisation:
    return Reorganisation(document=f"浙编〔{day}〕", day=day, restructured=restructured, transfers=transfers)


def merged(source: str, *heirs: Heir | str, ends: bool = True) -> Restructuring:
    found = tuple(h if isinstance(h, Heir) else Heir(to=h) for h in heirs)
    return Restructuring(organisation=source, heirs=found, ends=ends)


def carried_out(work: Work, wanted: Reorganisation) -> moving.Tally:
    """Rehearsed, then done: what was foretold is what happens, to the last row."""
    on(work, wanted.day)
    told = moving.rehearse(work, wanted)
    directory.forget(work)
    assert told.hindrances == []
    before = waiting(work)
    directory.enter(work, wanted)
    work.save()
    done = moving.carry_out(work, wanted)
    work.save()
    on(work, wanted.day)
    assert astuple(done) == astuple(told)
    moved = [desk for row, desk in before.items() if waiting(work)[row] != desk]
    assert len(moved) == told.tasks + told.questions
    return told


def waiting(work: Work) -> dict[UUID, str]:
    """On which desk every row lies."""
    return dict(work.read("SELECT id, desk FROM casework.inbox"))


def conserved(work: Work) -> set[tuple[str, str]]:
    """每件恰有一个主办: everything open lies on one desk that stands, with a post of it that answers; every day had one
    holder; the tables agree with the journals. Gives what is open, by case and step.
    """
    assert [f"{d.kind} {d.facts}" for _, d in differences(work)] == []
    staff, known, open_ = directory.staff(work), directory.snapshot(work), set()
    for _, kept in audit.stretches(work):
        for one in kept.values():
            case = one.case
            tasks = [t for t in (*case.tasks.values(), *case.asides) if t.desk != holding.AUTOMATIC]
            for task in tasks:
                desk = known.organisation(task.desk)
                assert covers(desk.valid_from, desk.valid_to, work.today)
                assert not task.post or staff.current(task.post, work.today).code == task.post
                assert not task.post or staff.posts[task.post].organisation == task.desk
                assert not task.holder or staff.works(task.holder, task.desk, task.role, work.today)
                rows = work.read("SELECT desk FROM casework.inbox WHERE id = %s", (task.id,))
                assert rows == [(task.desk,)]
                open_.add((case.matter.number, str(task.id)))
            for aside in case.asides:
                [(asker,)] = work.read("SELECT asked_by FROM casework.inbox WHERE id = %s", (aside.id,))
                assert known.organisation(asker).valid_to is None
            _days(work, case)
    rows = work.read("SELECT count(*) FROM casework.inbox")
    assert rows == [(len(open_),)]
    return open_


def _days(work: Work, case: Any) -> None:
    """Every day has one holder, and whoever is charged with a day stood then."""
    known = directory.snapshot(work)
    found = delays.charges(work, case)
    last = case.closed_at.date() if case.closed_at else work.today
    assert sum(c.days for c in found) == (last - case.matter.received_at.astimezone(SHANGHAI).date()).days
    for charge in (c for c in found if c.holder.desk):
        desk = known.organisation(charge.holder.desk)
        # The day of the decision is still that of whoever held the case when it began.
        assert covers(desk.valid_from, desk.valid_to and desk.valid_to + timedelta(days=1), charge.until), charge


# --- 任意改革 ------------------------------------------------------------------------------------------------------

PROVINCE = ("ZJJ", "SYJ", "JST", "JTT", "HBT", "SCJG", "NYT")
SHARES = st.sampled_from([("items", JOINT), ("items", CONSULTING), ("areas", "330106"), ("areas", "330302")])
PLACES = {
    "330000": PROVINCE,
    "330106": ("FGW", "JXW", "SCJG"),
    "330100": ("FGW", "JXW"),
}


@st.composite
def restructurings(draw: Any, standing: frozenset[str]) -> list[Restructuring]:
    """Of one level: one or two that end or give a part away, to others that stay."""
    if draw(st.integers(0, 4)) == 0:
        centres = [c for c in (COUNTY, NEXT) if c in standing]
        return [merged(*draw(st.permutations(centres)))] if len(centres) == 2 else []
    place = draw(st.sampled_from(("330000", "330000", "330106", "330100")))
    here = [f"{place}.{line}" for line in PLACES[place] if f"{place}.{line}" in standing]
    found: list[Restructuring] = []
    if len(here) < 2:
        return found
    sources = draw(st.lists(st.sampled_from(here), unique=True, min_size=1, max_size=min(2, len(here) - 1)))
    heirs = st.sampled_from([code for code in here if code not in sources])
    for source in sources:
        given_ = draw(st.lists(SHARES, unique=True, max_size=2))
        shares = [Heir(to=draw(heirs), **{kind: (what,)}) for kind, what in given_]
        ends = not shares or draw(st.booleans())
        found.append(merged(source, *shares, *([Heir(to=draw(heirs))] if ends else []), ends=ends))
    return found


ALONG = Transfer(item=CONSULTING, area="33", level="province", line="HBT", cases=True)
TRANSFERS = st.sampled_from([(), (), (ALONG,), (replace(ALONG, line="NYT", cases=False),)])


@given(st.data())
@settings(max_examples=6, deadline=None)
def test_任意的合并分立划转接连发生_待办一件不丢一件不重_推演即结果(whole: Office, data: Any) -> None:
    standing = frozenset(f"{place}.{line}" for place, lines in PLACES.items() for line in lines) | {COUNTY, NEXT}
    with undone(whole) as work:
        open_ = conserved(work)
        for n in range(data.draw(st.integers(1, 3))):
            wanted = decided(
                DAY + timedelta(days=7 * n),
                *data.draw(restructurings(standing)),
                transfers=data.draw(TRANSFERS) if n < 2 else (),
            )
            on(work, wanted.day)
            told = moving.rehearse(work, wanted)
            directory.forget(work)
            if told.hindrances:
                assert {h.code for h in told.hindrances} <= {"nobody_answers", "no_owner", "not_theirs", "heir_gives"}
                continue
            carried_out(work, wanted)
            standing -= {r.organisation for r in wanted.restructured if r.ends}
            assert conserved(work) == open_
        on(work, work.today + timedelta(days=1))
        assert conserved(work) == open_


# --- 受理中心 ------------------------------------------------------------------------------------------------------


def test_中心合并_收件受理出件都由承继的中心办_收件回执仍是原名(whole: Office) -> None:
    with undone(whole) as work:
        drafts = work.read("SELECT home, id FROM intake.application WHERE state = 'draft'")
        submitted = work.read("SELECT home, id FROM intake.application WHERE state = 'submitted'")
        ready = work.read("SELECT home, id FROM casework.matter WHERE status = 'ready' AND receiving = %s", (COUNTY,))
        told = carried_out(work, decided(date(2017, 8, 16), merged(COUNTY, NEXT)))
        assert told.moves[f"{COUNTY} → {NEXT}"]["tasks"] >= 3
        assert told.moves[f"{COUNTY} → {NEXT}"]["posts"] == 2
        acting(work, "clerk-330106")
        assert work.actor.organisation == NEXT
        home, case_id = submitted[0]
        applications.ask_once(work, home, case_id, [Lack(material="other", what="缺")], 5)
        acting(work, "clerk-330302")
        [(before, by)] = work.read("SELECT receiving, %s FROM intake.application WHERE id = %s", (NEXT, drafts[0][1]))
        form = whole.form(intake.application(work, *drafts[0]))
        applications.submit(Submit(home=drafts[0][0], id=drafts[0][1], form=form, delivery=Delivery.E_LICENCE), work)
        assert (before, reading.look(work, *drafts[0]).matter.receiving) == (COUNTY, by)
        acting(work, "issuer-330302")
        delivery.hand_over(HandOver(home=ready[0][0], id=ready[0][1]), work)
        closed = reading.look(work, *ready[0])
        assert (closed.status, closed.matter.receiving) == ("closed", COUNTY)
        assert {w.centre for w in directory.windows(work, NEXT)} == {COUNTY, NEXT}
        assert directory.windows(work, COUNTY) == []
        assert conserved(work)


@pytest.mark.parametrize(
    "wanted",
    [
        merged(COUNTY, Heir(to=NEXT, items=(JOINT,)), NEXT),
        merged(COUNTY, Heir(to=NEXT, areas=("330106109",)), ends=False),
        merged(COUNTY, "330106.FGW"),
    ],
)
def test_中心不按事项拆_不留半个_不并入部门(whole: Office, wanted: Restructuring) -> None:
    with undone(whole) as work:
        assert {h.code for h in moving.rehearse(work, decided(DAY, wanted)).hindrances} & {"centre", "other_kind"}


# --- 流程之外的请示 ------------------------------------------------------------------------------------------------


def asking(work: Work, kind: str) -> tuple[int, UUID, UUID]:
    """The case and the id of the question of this kind that waits."""
    [(home, case_id, aside)] = work.read("SELECT home, matter, id FROM casework.inbox WHERE step = %s", (kind,))
    return home, case_id, aside


def test_请示上级_上级并入别处由承继的答_问的并入别处答给承继的(whole: Office) -> None:
    with undone(whole) as work:
        home, case_id, aside = asking(work, "guidance")
        told = carried_out(work, decided(DAY, merged("330100.FGW", "330100.JXW")))
        assert told.moves["330100.FGW → 330100.JXW"]["questions"] == told.questions == 1
        on(work, DAY + timedelta(days=7))
        told = carried_out(work, decided(work.today, merged("330106.FGW", "330106.JXW")))
        assert told.questions == 0
        [(asker,)] = work.read("SELECT asked_by FROM casework.inbox WHERE id = %s", (aside,))
        assert asker == "330106.JXW"
        acting(work, "fgw-handler-330100")
        assert work.actor.organisation == "330100.JXW"
        inquiries.answer(handling.AnswerInquiry(home=home, id=case_id, inquiry=aside, words="按目录。"), work)
        work.save()
        [asked] = inquiries.of_case(work, home, case_id)
        assert (asked.desk, asked.asker, asked.words) == ("330100.FGW", "330106.FGW", "按目录。")
        assert conserved(work)


def test_请示延期_随办件换了决定机关由新的负责人批(whole: Office) -> None:
    """并联的由政府批，随政府；政府没变，请示不动。"""
    with undone(whole) as work:
        home, case_id, _ = asking(work, "extension")
        told = carried_out(work, decided(DAY, merged("330000.ZJJ", "330000.SCJG")))
        assert told.questions == 0
        case = load(work, home, case_id, lock=False)
        assert [(a.desk, a.lenders) for a in case.asides] == [("330000.ZF", ("330000.SCJG",))]
        acting(work, "zf-head-330000")
        cases.extend(work, home, case_id, "样品多")
        assert reading.look(work, home, case_id).asides == ()


def test_督办随点名的岗位走_由那个人在新岗位上答(whole: Office) -> None:
    with undone(whole) as work:
        home, case_id, aside = asking(work, "demand")
        split = merged("330000.JTT", Heir(to="330000.NYT", items=(CONSULTING,)), "330000.HBT")
        told = carried_out(work, decided(DAY, split))
        assert told.moves["330000.JTT → 330000.HBT"]["questions"] == 1
        acting(work, "jtt-handler-330000")
        assert load(work, home, case_id, lock=False).asides[0].post == work.actor.post
        oversight.answer_demand(AnswerDemand(home=home, id=case_id, demand=aside, words="明日复函。"), work)
        work.save()
        assert conserved(work)


# --- 找得到，不改写 ------------------------------------------------------------------------------------------------


def test_回调和用语随主体_拆给别人的不归它(whole: Office) -> None:
    with undone(whole) as work:
        carried_out(work, decided(DAY, merged("330000.JST", Heir(to="330000.NYT", items=(CONSULTING,)), "330000.HBT")))
        acting(work, "client-jst")
        assert work.actor.organisation == "330000.HBT"
        assert [hook.url for hook in webhooks.of_organisation(work)] == [HOOK]
        home, case_id = work.read("SELECT home, id FROM casework.matter WHERE item = %s", (CONSULTING,))[0]
        number = reading.look(work, home, case_id).matter.number
        event = Announce(home=home, id=case_id, number=number, item=CONSULTING, kind="case.closed")
        for organisations, heard in ((("330000.JST", "330000.NYT"), 0), (("330000.HBT",), 1)):
            webhooks.announce(work, event, frozenset(organisations))
            work.save()
            assert work.read("SELECT count(*) FROM plumbing.outbox WHERE kind = %s", (webhooks.SEND,)) == [(heard,)]
        webhooks.remove(work, webhooks.of_organisation(work)[0].id)
        acting(work, "jst-head-330000")
        assert "材料齐全。" in [p.words for p in phrases.of_desk(work, "330000.HBT")]
        assert "材料齐全。" not in [p.words for p in phrases.of_desk(work, "330000.NYT")]
        phrases.drop(work, next(p.id for p in phrases.of_desk(work, "330000.HBT") if p.words == "材料齐全。"))
        work.save()
        assert webhooks.of_organisation(work) == []


@pytest.mark.requirement("R33")
def test_监管责任写给谁不改_今天由承继的负(whole: Office) -> None:
    with undone(whole) as work:
        home, case_id = work.read("SELECT home, id FROM casework.matter WHERE status = 'ready' ")[0]
        acting(work, "issuer-330106")
        delivery.hand_over(HandOver(home=home, id=case_id), work)
        work.save()
        assert list(enforcement.duties_of(work, home, case_id)) == ["330106.FGW"]
        carried_out(work, decided(DAY, merged("330106.FGW", "330106.JXW")))
        duties = enforcement.duties_of(work, home, case_id)
        assert {who: [d.organisation for d in each] for who, each in duties.items()} == {"330106.JXW": ["330106.FGW"]}
        assert conserved(work)


@pytest.mark.requirement("R52")
def test_前一天的责任归原机关_改革之后归承继的_原先记下的不改(whole: Office) -> None:
    with undone(whole) as work:
        home, case_id = work.read(
            "SELECT home, matter FROM casework.inbox WHERE desk = '330000.JTT' AND step_kind = 'consult'"
        )[0]

        def looked() -> list[tuple[str, str, str]]:
            watch.look_at(work, holding.hold(work, home, case_id))
            work.save()
            return work.read(
                "SELECT what, desk, post FROM oversight.stall WHERE matter = %s ORDER BY at, id", (case_id,)
            )

        on(work, DAY - timedelta(days=1))
        before = looked()
        carried_out(work, decided(DAY, merged("330000.JST", "330000.HBT"), merged("330000.JTT", "330000.HBT")))
        on(work, DAY + timedelta(days=40))
        after = looked()
        assert after[: len(before)] == before
        assert {desk for _, desk, _ in before} <= {"330000.JTT", "330000.SLT"}
        assert {desk for _, desk, _ in after[len(before) :]} == {"330000.HBT"}
        assert all(post.startswith("330000.HBT#") for _, _, post in after[len(before) :])
        days: dict[str, int] = {}
        for charge in delays.charges(work, reading.look(work, home, case_id)):
            days[charge.holder.desk] = days.get(charge.holder.desk, 0) + charge.days
            assert charge.holder.keeper is Keeper.POST
            assert charge.holder.post.startswith(charge.holder.desk)
        assert days.pop("330000.HBT") == 40
        assert days.keys() <= {"330000.JTT", "330000.SLT", "330000.JST"}
        assert sum(days.values()) == (DAY - date(2017, 8, 14)).days


def test_专家评审照旧_抽好的专家随办件(whole: Office) -> None:
    with undone(whole) as work:
        home, case_id = work.read("SELECT home, matter FROM handling.draw")[0]
        drawn = experts.members(work, home, case_id)
        carried_out(work, decided(DAY, merged("330000.ZJJ", "330000.SCJG")))
        assert experts.members(work, home, case_id) == drawn
        acting(work, "zjj-handler-330000")
        task = load(work, home, case_id, lock=False).tasks["expert"]
        leaving = {drawn["expert"][0].code: "出国"}
        experts.redraw(handling.RedrawExperts(home=home, id=case_id, task=task.id, leaving=leaving), work)
        work.save()
        assert len(experts.members(work, home, case_id)["expert"]) == 3
        assert conserved(work)


def test_代理和被代理的不在一处了_推演说出来(whole: Office) -> None:
    with undone(whole) as work:
        acting(work, "jst-head-330000")
        until = DAY + timedelta(days=9)
        for deputy in ("jst-reviewer-330000", "jst-colleague-330000"):
            post, who = ("#3", "jst-decider-330000") if "reviewer" in deputy else ("#1", "jst-handler-330000")
            directory.appoint_deputy(work, who, f"330000.JST{post}", deputy, DAY, until, "出差")
        split = merged("330000.JST", Heir(to="330000.NYT", items=(CONSULTING,), posts=("330000.JST#3",)), "330000.HBT")
        work.actor = SYSTEM
        told = carried_out(work, decided(DAY, split))
        assert told.parted == ["jst-reviewer-330000 for jst-decider-330000 in 330000.JST#3"]
        assert told.moves["330000.JST → 330000.HBT"]["deputies"] == 1
        acting(work, "jst-reviewer-330000")
        assert not work.actor.lent
        acting(work, "jst-colleague-330000")
        assert "handler" in work.actor.roles


# --- 一列不漏 ------------------------------------------------------------------------------------------------------

CODE = re.compile(r"(?<![\w.])\d{6}(?:\d{3})?\.[A-Z]{2,6}(?:#\d+)?(?![\w.-])")
NAMES = re.compile(
    r"desk|post|posts|organisation|by_organisation|receiving|deciding|centre|asker|asked_by|issuer|successor"
    r"|requested_for|moved|tasks|asides"
)
HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "reorganise.md"


def test_说明书写明每一列机构和岗位怎么办_新列写了才算数(whole: Office) -> None:
    """模式里每一列，凡是名字像机构岗位的、或者库里存着机构岗位代码的，都在说明书的表里。"""
    told = set(re.findall(r"`([a-z]+\.[a-z_]+\.[a-z_]+)`", HOWTO.read_text("utf-8")))
    with undone(whole) as work:
        carried_out(work, decided(DAY, merged("330000.ZJJ", "330000.SCJG"), merged("330100.FGW", "330100.JXW")))
        columns = work.read(
            "SELECT table_schema || '.' || table_name, column_name FROM information_schema.columns"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'plumbing_meta')"
            " AND data_type IN ('text', 'jsonb', 'ARRAY')"
        )
        found = {f"{table}.{column}" for table, column in columns if NAMES.fullmatch(column)}
        for table, column in columns:
            rows = work.read(f"SELECT DISTINCT {column}::text FROM {table} LIMIT 2000")
            if any(text and CODE.search(text) for (text,) in rows):
                found.add(f"{table}.{column}")
    assert found - told == set()
    assert told - {f"{table}.{column}" for table, column in columns} == set()
