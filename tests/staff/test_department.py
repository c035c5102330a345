"""部门 — an inbox of few queries, who accepted cannot handle, what was written stays, a colleague's claim is seen."""

from __future__ import annotations

import re
from datetime import date

import pytest

from yiwang.casework.messages.desk import InboxQuery
from yiwang.casework.service import reading
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.front.sheets import harmless
from yiwang.ground.actor import SYSTEM
from yiwang.ground.number import show
from yiwang.plumbing.work import Engine

from tests.staff.conftest import Client, LogIn
from tests.staff.test_window import CLERK, accept, guards

HANDLER = "jst-handler-330000"


def open_case(client: Client, number: str) -> str:
    """The address of a case found in the inbox by its number."""
    found = re.search(r'href="(/desk/[^"?]+)[^"]*" data-ref', client.get("/desk", params={"q": number}).text)
    assert found, number
    return found[1]


def task_of(page: str, case: str) -> str:
    """Where the form of the open task posts to."""
    found = re.search(rf'action="({case}/[0-9a-f-]{{36}})"', page)
    assert found
    return found[1]


def act(client: Client, case: str, **fields: str) -> int:
    """Send the form of the open task; the status of the answer."""
    page = client.get(case).text
    return client.post(task_of(page, case), data={**guards(page), **fields}, follow_redirects=False).status_code


def test_待办_分组_查找_导出(log_in: LogIn) -> None:
    _, number = accept(log_in(CLERK))
    client = log_in(HANDLER)
    page = client.get("/desk").text
    assert show(number) in page
    assert re.search(r"剩 \d+ 个工作日", page)
    assert show(number) not in client.get("/desk", params={"group": "mine"}).text
    assert show(number) not in client.get("/desk", params={"q": "没有这家"}).text
    file = client.get("/desk.csv")
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert "建筑业企业资质核准" in file.content.decode("utf-8-sig")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_导出的单元格不会被当作公式(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_待办一页_一次查询(engine: Engine, log_in: LogIn) -> None:
    for number in (1, 2):
        accept(log_in(CLERK), number)
    with engine.begin(SYSTEM) as work:
        actor = directory.actor_of(work, HANDLER, "", "test")
    with engine.begin(actor) as work:
        before = work.reads
        board = reading.inbox_board(work, actor.organisation, actor.roles, InboxQuery())
        assert work.reads - before == 1
        assert (board.total, board.counts[""]) == (2, 2)


@pytest.mark.requirement("R14")
def test_受理的人不能审批(engine: Engine, log_in: LogIn) -> None:
    _, number = accept(log_in(CLERK))
    case = open_case(log_in(HANDLER), number)
    with engine.begin(SYSTEM) as work:
        post = directory.posts_of(work, CLERK, work.today)[0].code
        directory.end_holding(work, CLERK, post, work.today)
        directory.appoint(work, CLERK, "330000.JST", "承办人", ("handler", "consultee"), work.today)
    same_person = log_in(CLERK)
    page = same_person.get(case).text
    answer = same_person.post(task_of(page, case), data={**guards(page), "outcome": "pass", "words": "自己受理自己批"})
    assert answer.status_code == 422
    assert "自己受理自己批" in answer.text, "what was written is not lost"
    assert show(number) in same_person.get("/desk", params={"q": number}).text, "and nothing was done"


def test_别的县别的部门看不到(log_in: LogIn) -> None:
    _, number = accept(log_in(CLERK))
    case = open_case(log_in(HANDLER), number)
    for other in ("scjg-handler-330106", "hbt-handler-330000"):
        client = log_in(other)
        assert client.get(case).status_code == 404
        assert show(number) not in client.get("/desk", params={"q": number}).text


def test_领取看得见_同事不能再办(log_in: LogIn) -> None:
    _, number = accept(log_in(CLERK))
    client = log_in(HANDLER)
    case = open_case(client, number)
    page = client.get(case).text
    claimed = client.post(f"{task_of(page, case)}/claim", data=guards(page), follow_redirects=False)
    assert claimed.status_code == 303
    assert "您已领取" in client.get(case).text
    assert show(number) in client.get("/desk", params={"group": "mine"}).text


@pytest.mark.requirement("R30", "R50")
def test_审查_征求意见_决定_走完(log_in: LogIn, clock: SimulatedClock) -> None:
    _, number = accept(log_in(CLERK))
    case = open_case(log_in(HANDLER), number)
    assert act(log_in(HANDLER), case, outcome="pass", words="材料齐全。") == 303
    clock.go(date(2017, 8, 16))
    road = log_in("jtt-handler-330000")
    page = road.get(case).text
    without = road.post(task_of(page, case), data={**guards(page), "outcome": "conditional", "words": "写了半天的意见"})
    assert without.status_code == 422
    assert "写了半天的意见" in without.text
    assert act(road, case, outcome="conditional", words="原则同意。", conditions="三个月内补齐设备检定") == 303
    assert act(log_in(HANDLER), case, outcome="pass", words="符合标准。") == 303
    reviewer = log_in("jst-reviewer-330000")
    assert "三个月内补齐设备检定" in reviewer.get(case).text
    assert act(reviewer, case, outcome="pass", words="同意。") == 303
    decider = log_in("jst-decider-330000")
    assert act(decider, case, outcome="refuse") == 422
    assert act(decider, case, outcome="grant") == 303
    assert "三个月内补齐设备检定" in decider.get(case).text


def test_决定书先看样子再决定(log_in: LogIn, clock: SimulatedClock) -> None:
    _, number = accept(log_in(CLERK))
    case = open_case(log_in(HANDLER), number)
    assert act(log_in(HANDLER), case, outcome="pass", words="材料齐全。") == 303
    clock.go(date(2017, 8, 16))
    for login, outcome in (("jtt-handler-330000", "agree"), (HANDLER, "pass"), ("jst-reviewer-330000", "pass")):
        assert act(log_in(login), case, outcome=outcome, words="同意。") == 303
    decider = log_in("jst-decider-330000")
    page = decider.get(case).text
    form = {**guards(page), "words": "业绩不足", "preview": "refuse"}
    seen = decider.post(f"{task_of(page, case)}/document", data=form)
    assert seen.status_code == 200
    assert seen.headers["content-type"] == "application/pdf"
    assert decider.post(f"{task_of(page, case)}/document", data={**form, "words": ""}).status_code == 422
    assert task_of(decider.get(case).text, case) == task_of(page, case), "预览不是决定"
    assert act(decider, case, outcome="refuse", words="业绩不足") == 303
    page = decider.get(case).text
    found = re.search(rf'href="({case}/documents/[0-9a-f-]+)"', page)
    assert found
    assert decider.get(found[1]).content[:5] == b"%PDF-"
    assert log_in("hbt-handler-330000").get(found[1]).status_code == 404, "别的部门看不到"


def test_回避以后_页上不再有办理的表_只说已回避(log_in: LogIn) -> None:
    sheet, _ = accept(log_in(CLERK), 9)
    ref = sheet.rsplit("/", 1)[1]
    handler = log_in("jst-handler-330000")
    page = handler.get(f"/desk/{ref}").text
    assert "审查意见" in page
    assert "省建设厅业务系统" not in page, "程序不签署"
    sent = {"verb": "recuse", "reason": "近亲属", **guards(page)}
    assert handler.post(f"/desk/{ref}/do/recuse", data=sent, follow_redirects=False).status_code == 303
    page = handler.get(f"/desk/{ref}").text
    assert "您已回避本件" in page
    assert "审查意见" not in page
