"""取件 — nothing is fetched without a live case and a declared need; what fails is asked again, of nobody else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Semaphore
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import DataItem, Material, Source, SourceKind
from yiwang.connectors.sandbox import holdings, roster
from yiwang.connectors.sandbox.holdings import Holder
from yiwang.ground.outcome import Conflict, NotFound, Refused
from yiwang.intake.service import applications
from yiwang.plumbing.work import Work
from yiwang.sharing import store
from yiwang.sharing.messages import Fetch, Fetched, State, StopAsking, SubjectKind
from yiwang.sharing.service import requests

from tests.plugins.departments import Sandbox
from tests.sharing.conftest import FILING, FIRM, Net

HELD = {"id_card": "GAT", "land_approval": "GTT", "environment_approval": "HBT", "award_notice": "CZT"}


def states(net: Net, of: object) -> dict[str, State]:
    return {m: r.state for m, r in net.held(of).items()}  # type: ignore[arg-type]  # an application


@pytest.mark.requirement("R38", "R47", "R57")
def test_what_departments_hold_is_fetched_from_them(net: Net, sandbox: Sandbox) -> None:
    """四件材料向四个部门取，各取一次，版本与时间一并留下。"""
    application = net.apply()
    assert set(states(net, application).values()) == {State.REQUESTED}
    assert net.errands() == 4
    held = net.held(application)
    assert {m: r.line for m, r in held.items()} == HELD
    for material, r in held.items():
        assert r.state is State.FETCHED
        assert int(r.record_version) >= 1  # the departments of one run live on from test to test
        assert r.as_of is not None
        assert r.record[material]
    asked = sandbox.questions(str(application.id))
    assert Counter(q["line"] for q in asked) == Counter(HELD.values())
    assert {(q["item"], q["operator"], q["organisation"]) for q in asked} == {(FILING, "clerk-330106", "330106.XZFW")}
    assert {q["subject"]["identifier"] for q in asked} == {FIRM.identifier}
    assert net.errands() == 0


@pytest.mark.requirement("R47")
def test_the_situation_decides_what_is_fetched(net: Net, sandbox: Sandbox) -> None:
    """不进口设备，就只取身份证；改答后才取其余，取过的不再取。"""
    application = net.apply(answers={"imports": "no"})
    net.errands()
    assert [q["material"] for q in sandbox.questions(str(application.id))] == ["id_card"]
    net.act(lambda work: applications.answer(work, application.home, application.id, {"imports": "yes"}))
    net.errands()
    assert Counter(q["material"] for q in sandbox.questions(str(application.id))) == Counter(HELD.keys())


# --- 没有依据不取 --------------------------------------------------------------------------------------------------


TREASURY = Source(kind=SourceKind.DEPARTMENT, label="省财政厅", line="CZT")
SALARY = DataItem(code="salary", name="工资", source=Source(kind=SourceKind.DEPARTMENT, label="省公安厅", line="GAT"))


BENT: dict[str, dict[str, Any]] = {
    "another material": {"code": "salary"},
    "another resource": {"resource": "no_criminal_record"},
    "another line": {"source": TREASURY},
    "not a department's": {"source": Source(kind=SourceKind.SELF, label="省公安厅", line="GAT")},
    "another data item": {"data_items": (SALARY,)},
}


@pytest.mark.requirement("R47")
def test_what_the_item_does_not_declare_is_not_fetched(net: Net) -> None:
    """事项没有声明的材料、资源、来源、数据项，不取。"""
    subject = net.subject(net.apply(answers={"imports": "no"}))

    def ask(work: Work, **bend: Any) -> None:
        requests.need(work, subject, uuid4(), FILING, 1, [replace(_id_card(work), **bend)], "accept")

    net.act(ask)
    for bend in BENT.values():
        with pytest.raises(Refused) as refused:
            net.act(partial(ask, **bend))
        assert refused.value.code == "sharing.not_declared", bend


@pytest.mark.requirement("R47")
def test_a_version_that_is_not_published_declares_nothing(net: Net) -> None:
    """没有公布的版本不作依据。"""
    subject = net.subject(net.apply())
    with pytest.raises(NotFound):
        net.act(lambda work: requests.need(work, subject, uuid4(), FILING, 2, [_id_card(work)], "accept"))


def _id_card(work: Work) -> Material:
    return next(m for m in catalogue.published(work, FILING).item.materials if m.code == "id_card")


@pytest.mark.requirement("R47")
def test_nobody_is_asked_for_a_case_that_is_over(net: Net, sandbox: Sandbox) -> None:
    """撤回之后，还没问的不再问。"""
    application = net.apply()
    net.act(lambda work: applications.withdraw(work, application.home, application.id))
    net.errands()
    assert sandbox.questions(str(application.id)) == []
    assert set(states(net, application).values()) == {State.DROPPED}


@pytest.mark.requirement("R47")
def test_a_late_answer_is_written_down_but_not_kept(net: Net, sandbox: Sandbox) -> None:
    """答复在途时办件结束：读过要记，内容不留。"""
    application = net.apply(answers={"imports": "no"})
    stop = StopAsking(home=application.home, id=application.id)

    class Ending:
        """The case ends while the department answers."""

        def fetch(self, request: Fetch) -> Fetched:
            answer = net.departments.fetch(request)
            net.act(lambda work: requests.stop_asking(stop, work))
            return answer

    ending = replace(net, departments=Ending())  # type: ignore[arg-type]  # a department's client by shape
    ending.errands()
    assert len(sandbox.questions(str(application.id))) == 1
    held = net.held(application)["id_card"]
    assert (held.state, held.record) == (State.DROPPED, {})
    [access] = net.act(lambda work: requests.accesses(work, net.subject(application)))
    assert (access.material, access.outcome) == ("id_card", "fetched")


# --- 每次读取都留痕 ------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R38")
def test_every_reading_is_written_down(net: Net, sandbox: Sandbox) -> None:
    """部门答了几次，就记了几次；谁、为哪件事、看了什么，本人都看得到。"""
    sandbox.behave("HBT", "down")
    application = net.apply()
    net.errands()
    sandbox.behave("HBT", "ok")
    net.later(seconds=3)
    net.errands()
    log = net.act(lambda work: requests.accesses(work, net.subject(application)))
    fetched = Counter(a.material for a in log if a.outcome == "fetched")
    assert fetched == Counter(q["material"] for q in sandbox.questions(str(application.id)))
    assert [a.material for a in log if a.outcome == "failed"] == ["environment_approval"]
    assert {(a.person, a.organisation, a.purpose, a.matter) for a in log} == {
        ("clerk-330106", "330106.XZFW", "accept", application.id)
    }


@pytest.mark.requirement("R38")
def test_an_official_who_reads_is_written_down(net: Net) -> None:
    """承办人看一眼，记一眼；什么都没取到就没有看。"""
    application = net.apply()
    assert net.act(
        lambda work: requests.read_held(work, application.home, application.id, "review"), "jst-handler-330000"
    )
    assert net.act(lambda work: requests.accesses(work, net.subject(application))) == []
    net.errands()
    net.act(lambda work: requests.read_held(work, application.home, application.id, "review"), "jst-handler-330000")
    log = net.act(lambda work: requests.accesses(work, net.subject(application)))
    read = {a.material for a in log if (a.outcome, a.person, a.purpose) == ("read", "jst-handler-330000", "review")}
    assert read == set(HELD)


@pytest.mark.requirement("R38")
def test_a_reading_that_is_not_written_down_did_not_happen(net: Net) -> None:
    """记不下来就读不到：同一事务。"""
    application = net.apply(answers={"imports": "no"})

    def broken(work: Work) -> None:
        found = requests.subject(work, application.home, application.subject, application.id, FILING, "accept")
        assert found.identifier == FIRM.identifier
        raise RuntimeError

    with pytest.raises(RuntimeError):
        net.act(broken)
    assert net.act(lambda work: requests.accesses(work, net.subject(application))) == []


def test_the_access_log_cannot_be_changed(net: Net) -> None:
    """访问记录只增不改。"""
    net.apply()
    net.errands()
    for words in ("UPDATE sharing.access SET person = 'nobody'", "DELETE FROM sharing.access"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            net.act(partial(Work.read, sql=words))


# --- 部门坏了 ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R38")
@pytest.mark.parametrize("mode, flaw", [("down", "signature"), ("wrong", "signature"), ("wrong", "surplus")])
def test_a_broken_department_is_asked_again_and_nobody_else(net: Net, sandbox: Sandbox, mode: str, flaw: str) -> None:
    """部门停机或答错：其余照取，坏的过后再问，越问越疏，修好即得。"""
    sandbox.behave("HBT", mode, flaw=flaw)
    application = net.apply()
    net.errands()
    assert states(net, application) == dict.fromkeys(HELD, State.FETCHED) | {"environment_approval": State.FAILED}
    net.errands()
    net.later(seconds=3)
    net.errands()
    assert net.held(application)["environment_approval"].state is State.FAILED
    sandbox.behave("HBT", "ok")
    net.later(seconds=3)
    net.errands()
    assert net.held(application)["environment_approval"].state is State.FAILED
    net.later(seconds=3)
    net.errands()
    assert set(states(net, application).values()) == {State.FETCHED}


@pytest.mark.requirement("R38")
def test_a_slow_department_holds_up_no_other(net: Net) -> None:
    """一条线慢，别的线不等它：其余全部取到之后，慢的才答。"""
    waiting = [net.apply(firm=n) for n in range(3)]
    others = Semaphore(0)

    class Slow:
        """Environment answers when all the others have answered."""

        def fetch(self, request: Fetch) -> Fetched:
            if request.line == "HBT":
                for _ in range(3):
                    assert others.acquire(timeout=30), "the others wait for the slow one"
            answer = net.departments.fetch(request)
            if request.line != "HBT":
                others.release()
            return answer

    slow = replace(net, departments=Slow())  # type: ignore[arg-type]  # a department's client by shape
    assert slow.errands(threads=6) == 12
    for application in waiting:
        assert states(net, application) == dict.fromkeys(HELD, State.FETCHED)


def test_what_does_not_come_in_time_is_asked_again(net: Net, sandbox: Sandbox) -> None:
    """过时不候，过后再问。"""
    sandbox.behave("GAT", "slow", delay_ms=60_000)
    application = net.apply(answers={"imports": "no"})
    impatient = sandbox.client(timeout=0.3)
    replace(net, departments=impatient).errands()
    impatient.close()
    late = net.held(application)["id_card"]
    assert (late.state, late.reason) == (State.FAILED, "slow")
    sandbox.behave("GAT", "ok")
    net.later(seconds=3)
    net.errands()
    assert net.held(application)["id_card"].state is State.FETCHED


def test_a_department_without_a_record_is_not_asked_again(net: Net, sandbox: Sandbox) -> None:
    """部门查无记录，不再问，也不转问申请人。"""
    resource = holdings.resources()["HBT", "environment_approval"]
    lacking = (n for n in range(200) if not holdings.original(resource, Holder(roster.person(n), roster.firm(n))))
    application = net.apply(firm=next(lacking))
    net.errands()
    assert net.held(application)["environment_approval"].state is State.NO_RECORD
    before = sandbox.http.get("/_console").json()["lines"]["HBT"]["asked"]
    sandbox.change("HBT", "environment_approval", net.subject(application).identifier, approval_no="演环〔2017〕1号")
    net.later(days=2)
    assert net.errands() == 0
    assert sandbox.http.get("/_console").json()["lines"]["HBT"]["asked"] == before


def test_an_outage_of_months_is_survived(net: Net, sandbox: Sandbox) -> None:
    """部门停了几个月，问了几百次，也还记得问。"""
    sandbox.behave("GAT", "down")
    application = net.apply(answers={"imports": "no"})
    net.errands()
    words = "UPDATE plumbing.outbox SET payload = jsonb_set(payload, '{tries}', '5000') RETURNING 1"
    assert net.act(lambda work: work.read(words))
    net.later(seconds=3)
    net.errands()
    log = net.act(lambda work: requests.accesses(work, net.subject(application)))
    assert [a.outcome for a in log] == ["failed", "failed"]
    sandbox.behave("GAT", "ok")
    net.departments = sandbox.client(timeout=20.0)
    net.later(hours=6)
    net.errands()
    assert net.held(application)["id_card"].state is State.FETCHED
    net.departments.close()


# --- 异议与确认 ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R38")
def test_the_applicants_own_word_prevails(net: Net) -> None:
    """本人提出异议：以本人所说为准，部门的记录与版本仍在旁边；之后不被覆盖。"""
    application = net.apply(answers={"imports": "no"})
    home, matter = application.home, application.id
    with pytest.raises(Conflict):
        net.act(lambda work: requests.dispute(work, home, matter, "id_card", {"text": "已改名"}, "已改名"))
    net.errands()
    before = net.held(application)["id_card"]
    net.act(lambda work: requests.dispute(work, home, matter, "id_card", {"text": "已改名"}, "已改名"))
    after = net.held(application)["id_card"]
    assert (after.state, after.own, after.reason) == (State.DISPUTED, {"text": "已改名"}, "已改名")
    assert (after.record, after.record_version, after.as_of) == (before.record, before.record_version, before.as_of)
    with pytest.raises(Conflict):
        net.act(lambda work: requests.confirm(work, home, matter, "id_card"))
    net.later(days=1)
    net.errands()
    assert net.held(application)["id_card"] == after


@pytest.mark.requirement("R58")
def test_the_source_is_told_of_a_dispute(net: Net, sandbox: Sandbox) -> None:
    """异议送到来源部门，部门停机就过后再送；送到一次，有签名。"""
    application = net.apply(answers={"imports": "no"})
    net.errands()
    own = {"text": "已改名"}
    seen = net.held(application)["id_card"].record_version
    net.act(lambda work: requests.dispute(work, application.home, application.id, "id_card", own, "已改名"))
    sandbox.behave("GAT", "down")
    net.errands()
    sandbox.behave("GAT", "ok")
    net.later(seconds=3)
    assert net.errands() == 1
    notices = [n for n in sandbox.http.get("/GAT/inbox").json()["notices"] if n["body"]["case"] == str(application.id)]
    [told] = notices
    assert told["genuine"]
    assert (told["body"]["kind"], told["body"]["own"], told["body"]["record_version"]) == ("record.disputed", own, seen)
    assert told["body"]["subject_identifier"] == FIRM.identifier


def test_a_record_is_confirmed_once(net: Net) -> None:
    """确认一次；没有取的不能确认。"""
    application = net.apply(answers={"imports": "no"})
    home, matter = application.home, application.id
    net.errands()
    net.act(lambda work: requests.confirm(work, home, matter, "id_card"))
    assert net.held(application)["id_card"].state is State.CONFIRMED
    with pytest.raises(Conflict):
        net.act(lambda work: requests.confirm(work, home, matter, "id_card"))
    with pytest.raises(NotFound):
        net.act(lambda work: requests.confirm(work, home, matter, "award_notice"))


# --- 当事人 --------------------------------------------------------------------------------------------------------


def test_one_subject_one_home(net: Net) -> None:
    """同一号码怎么写都是同一人，同一个家；户名、时间变了家也不变。"""
    written = next(p.identifier for p in map(roster.person, range(200)) if p.identifier.endswith("X"))
    first = net.act(lambda work: requests.know(work, SubjectKind.PERSON, written.lower(), "王样爱"))
    net.later(days=400)
    again = net.act(lambda work: requests.know(work, SubjectKind.PERSON, f" {written} ", "王某"))
    assert again == first
    assert first.identifier.endswith("X")
    assert first.home == net.engine.home("person", first.identifier)
    with pytest.raises(psycopg.errors.UniqueViolation):
        net.act(lambda work: _double(work, first.home, first.identifier))


def _double(work: Work, home: int, identifier: str) -> None:
    row: dict[str, object] = {"home": home, "id": UUID(int=1), "kind": "person", "identifier": identifier}
    table = replace(store.SUBJECT, refusals={})
    work.add(table, {**row, "name": "x", "phone": "", "created_at": work.now - timedelta(days=1)})


def test_a_wrong_number_is_nobody(net: Net) -> None:
    """号码不对就不立户。"""
    for identifier in ("330101197510230021", "", "330101", "33010119751323002X"):
        with pytest.raises(Refused):
            net.act(partial(requests.know, kind=SubjectKind.PERSON, identifier=identifier, name="王样爱"))
