"""时限说明页的测试 — every due date leads to why it is that day; only for whoever may see the case. U3, M2"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from yiwang.cli import app
from yiwang.demo.walk import SimulatedClock
from yiwang.front.desk import COOKIE, reference
from yiwang.handling.messages import Decide, Review
from yiwang.intake.messages import Lack
from yiwang.intake.service import applications
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Demand
from yiwang.plumbing.work import Engine

from tests.spec.conftest import BUILDING, CONSULTING, DECIDER, REVIEWER, A, Departments, Office
from tests.staff.conftest import Client, LogIn
from tests.staff.test_department import HANDLER, open_case
from tests.staff.test_window import CLERK, accept

XIHU = "clerk-330106"


def asked(client: Client, path: str) -> Any:
    """What the interface for programs answers to the same person."""
    return client.get(f"/api/v1{path}", headers={"authorization": f"Bearer {client.cookies[COOKIE]}"})


@pytest.mark.requirement("R53", "K4")
def test_每个期限都通到逐日说明(log_in: LogIn, tmp_path: Path) -> None:
    _, number = accept(log_in(CLERK))
    client = log_in(HANDLER)
    case = open_case(client, number)
    inbox = client.get("/desk").text
    ref = case.rpartition("/")[2]
    assert f"/cases/{ref}/clock" in inbox, "列表上的期限"
    dossier = client.get(case).text
    links = set(re.findall(rf"/cases/{ref}/clock[^\"]*", dossier))
    assert {f"/cases/{ref}/clock", f"/cases/{ref}/clock?clock=legal"} <= links, "办件页上的期限"
    for link in links:
        page = client.get(link.replace("&amp;", "&"))
        assert page.status_code == 200, link
        assert "行政许可法" in page.text
        assert "8月14日" in page.text
        assert f'href="/language/en?back={quote(link)}"' in page.text, "换语言还在这一项"
    assert "各部门受理时间" in client.get(f"/cases/{ref}/clock").text

    given = client.get(f"/cases/{ref}/clock.json")
    assert given.json() == asked(client, f"/cases/{ref}/clock").json()
    kinds = [clock["kind"] for clock in given.json()["clocks"]]
    assert kinds[:2] == ["legal", "promised"]
    file = tmp_path / "clock.json"
    file.write_bytes(given.content)
    assert CliRunner().invoke(app, ["due", "--proof", str(file)]).exit_code == 0
    file.write_text(json.dumps(given.json() | {"calendar": given.json()["calendar"] | {"specials": []}}))
    assert CliRunner().invoke(app, ["due", "--proof", str(file)]).exit_code == 1


def test_别的部门看不到时限说明(log_in: LogIn) -> None:
    _, number = accept(log_in(CLERK))
    ref = open_case(log_in(HANDLER), number).rpartition("/")[2]
    for other in ("scjg-handler-330106", "hbt-handler-330000", "citizen-1", "clerk-330302"):
        client = log_in(other)
        assert client.get(f"/cases/{ref}/clock").status_code == 404, other
        assert client.get(f"/cases/{ref}/clock.json").status_code == 404, other
        assert asked(client, f"/cases/{ref}/clock").status_code == 404, other
    for overseer in ("supervisor", CLERK):
        assert log_in(overseer).get(f"/cases/{ref}/clock").status_code == 200, overseer


def test_超期的办件页说超了几天(log_in: LogIn, clock: SimulatedClock) -> None:
    _, number = accept(log_in(CLERK))
    clock.go(date(2017, 11, 1))
    client = log_in(HANDLER)
    case = open_case(client, number)
    assert "超期" in client.get(case).text
    assert "超期" in client.get(f"/cases/{case.rpartition('/')[2]}/clock").text


def dues_of(page: str) -> set[str]:
    """Where the due dates of a page lead to."""
    return {link.replace("&amp;", "&") for link in re.findall(r'<a class="due" href="([^"]+)"', page)}


@pytest.mark.requirement("K4")
def test_受理前_决定后_办过的环节_也都说明到天(engine: Engine, clock: SimulatedClock, log_in: LogIn) -> None:
    office = Office(engine, clock, Departments(), "")
    clock.go(date(2017, 8, 14))
    filed = office.draft(CONSULTING, window=False, answers=BUILDING)
    office.submit(filed)
    ref = reference(*filed)
    answer, correct, issue = (f"/cases/{ref}/clock?clock={kind}" for kind in ("acceptance", "correction", "issue"))

    client = log_in(XIHU)
    assert answer in dues_of(client.get("/window").text), "队列上的答复期限"
    assert answer in dues_of(client.get(f"/window/{ref}").text)
    assert "8月21日" in client.get(answer).text, "五个工作日"
    assert answer in dues_of(log_in("firm-1").get("/my").text), "我的办件列表"

    lack = Lack(material="net_assets", what="缺上一年度报表")
    office.by(XIHU, lambda work: applications.ask_once(work, *filed, [lack], 5))
    assert correct in dues_of(log_in("firm-1").get(f"/my/{ref}").text)
    clock.go(date(2017, 8, 18))
    office.by("firm-1", lambda work: applications.corrected(work, *filed, {}))
    client = log_in(XIHU)
    assert "8月25日" in client.get(answer).text, "补正之后重新起算"
    assert "剩 5 个工作日" in client.get("/window").text
    office.accept(filed)
    office.drain()
    assert "8月25日" in log_in(XIHU).get(answer).text, "受理之后仍说得清"

    for login, command, outcome in (
        (A, Review, "pass"),
        (A, Review, "skip"),
        (REVIEWER, Review, "pass"),
    ):
        office.act(login, filed, command, outcome=outcome, words="")
    office.act(DECIDER, filed, Decide, outcome="grant")
    client = log_in("issuer-330106")
    assert issue in dues_of(client.get("/window").text), "待出件按发证期限"
    for login, path in (("firm-1", "/my"), (HANDLER, "/desk"), ("supervisor", "/supervision")):
        client = log_in(login)
        assert issue in dues_of(client.get(f"{path}/{ref}").text), login
        page = client.get(issue).text
        assert "行政许可法 44" in re.sub(r"<[^>]+>", "", page)
        assert "9月1日" in page, "决定之后十个工作日"
    assert "8月24日" in client.get(f"/cases/{ref}/clock?clock=review").text, "初审的期限，办完了也在"
    proof = client.get(f"/cases/{ref}/clock.json").json()
    assert [c["kind"] for c in proof["clocks"]] == ["legal", "promised", "issue"]
    assert asked(client, f"/cases/{ref}/clock").json() == proof
    clock.go(date(2017, 9, 5))
    assert "超期 2 个工作日" in log_in("issuer-330106").get("/window").text

    office.drain()
    handing = office.case(filed).tasks["deliver"].id
    demand = Demand(home=filed.home, id=filed.id, task=handing, words="为什么还没有送达？", days=3)
    office.by("supervisor", lambda work: oversight.demand(demand, work))
    client = log_in("supervisor")
    assert issue in dues_of(client.get("/supervision/stalls").text), "追责记录上的期限"
    assert issue in dues_of(client.get(f"/supervision/{ref}").text), "断掉的一环"
    wanted = next(link for link in dues_of(client.get("/supervision/demands").text) if "demand." in link)
    assert "9月8日" in client.get(wanted).text, "督办的答复期限"


def test_接口给出三种期限的剩余和超期(log_in: LogIn, clock: SimulatedClock) -> None:
    _, number = accept(log_in(CLERK))
    ref = open_case(log_in(HANDLER), number).rpartition("/")[2]
    clock.go(date(2017, 9, 14))
    seen = asked(log_in(HANDLER), f"/cases/{ref}").json()
    dates = seen["clock"]
    assert (dates["promised_due"], dates["left"], dates["overdue"]) == ("2017-09-11", 0, 3)
    assert (dates["legal_due"], dates["legal_left"], dates["legal_overdue"]) == ("2017-09-11", 0, 3)
    assert dates["explained"] == f"/cases/{ref}/clock"
    review = next(t for t in seen["tasks"] if t["step"] == "review")
    assert (review["due"], review["left"], review["overdue"]) == ("2017-08-18", 0, 19)
    row = next(r for r in asked(log_in(HANDLER), "/tasks").json()["rows"] if r["ref"] == ref)
    assert row["left"] == -19
