"""监督 — true numbers, which link broke, and nothing of another county's: not on a page, by search, or in a count."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from yiwang.casework.messages.case import Stalled
from yiwang.casework.service import reading
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.front.desk import read_reference
from yiwang.ground.actor import SYSTEM
from yiwang.intake.service import applications
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import StallQuery
from yiwang.plumbing.work import Engine

from tests.staff.conftest import LogIn
from tests.staff.test_department import open_case, task_of
from tests.staff.test_window import CLERK, CONTENT, accept, begin, guards

LATE = date(2017, 11, 1)


@pytest.fixture
def county_supervisor(engine: Engine) -> str:
    """The overseer of another county: the demo's person, moved to a post there."""
    with engine.begin(SYSTEM) as work:
        post = directory.posts_of(work, "clerk-330302", work.today)[0].code
        directory.end_holding(work, "clerk-330302", post, work.today)
        directory.appoint(work, "clerk-330302", "330302.DCS", "效能监督员", ("supervisor",), work.today)
    return "clerk-330302"


@pytest.mark.requirement("R52")
def test_超期_说得出卡在谁手里(log_in: LogIn, clock: SimulatedClock) -> None:
    _, number = accept(log_in(CLERK))
    clock.go(LATE)
    page = log_in("supervisor").get("/supervision").text
    assert number in page
    assert "浙江省住房和城乡建设厅" in page
    assert re.search(r"超期 \d+ 个工作日", page)
    file = log_in("supervisor").get("/supervision.csv")
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert "浙江省住房和城乡建设厅" in file.content.decode("utf-8-sig")


@pytest.mark.requirement("R52")
def test_全程_人_岗位_单位_时间_依据(log_in: LogIn) -> None:
    _, number = accept(log_in(CLERK))
    client = log_in("supervisor")
    page = client.get("/supervision", params={"q": number}).text
    for part in ("陈受理员", "综合受理员", "受理", "规定 11"):
        assert part in page, part


@pytest.mark.requirement("R52")
def test_时间在谁手里_每段有单位岗位天数_申请人看不到人(log_in: LogIn, clock: SimulatedClock) -> None:
    sheet, number = accept(log_in(CLERK))
    clock.go(date(2017, 8, 16))
    handler = log_in("jst-handler-330000")
    case = open_case(handler, number)
    page = handler.get(case).text
    assert handler.post(f"{task_of(page, case)}/claim", data=guards(page), follow_redirects=False).status_code == 303
    clock.go(LATE)
    page = log_in("supervisor").get("/supervision", params={"q": number}).text
    rows = re.findall(r'lifebar-key is-(\w+)">(\d+)</span></td><td>(.*?)</td>.*?<td class="is-number">(\d+)</td>', page)
    assert [(kind, days) for kind, _, _, days in rows] == [("post", "2"), ("post", "77")]
    assert all("浙江省住房和城乡建设厅" in who and "承办" in who for _, _, who, _ in rows)
    assert re.search(r"超过承诺 \d+ 个工作日", page)
    own = log_in("firm-2").get(sheet.replace("/window/", "/my/")).text
    assert "时间在谁手里" in own
    assert "浙江省住房和城乡建设厅" in own
    assert re.findall(r"lifebar-key is-(\w+)", own) == ["post"]


def test_外县的监督员_什么都看不到(
    engine: Engine, log_in: LogIn, clock: SimulatedClock, county_supervisor: str
) -> None:
    sheet, number = accept(log_in(CLERK))
    clock.go(LATE)
    with engine.begin(SYSTEM) as work:
        for scope, seen in (("330106", 1), ("330302", 0), ("33", 1)):
            rows, total = reading.overdue(work, scope)
            assert (len(rows), total) == (seen, seen)
            assert reading.figures(work, scope).open == seen
    overseer = log_in(county_supervisor)
    assert number not in overseer.get("/supervision").text
    assert number not in overseer.get("/supervision.csv").text
    assert overseer.get(sheet.replace("/window/", "/supervision/")).status_code == 404
    search = overseer.get("/supervision", params={"q": number}, follow_redirects=False)
    assert search.status_code == 200, "a number of another county is as unknown as one that never was"


def test_编号打错_说得明白(log_in: LogIn) -> None:
    answer = log_in("supervisor").get("/supervision", params={"q": "123"})
    assert answer.status_code == 200
    assert "编号印在受理通知书上" in answer.text


@pytest.mark.requirement("R15")
def test_评价页_只给评价机构(log_in: LogIn) -> None:
    assert "还没有评价" in log_in("evaluator").get("/ratings").text
    for other in ("supervisor", "jst-decider-330000", CLERK):
        assert log_in(other).get("/ratings").status_code == 403


@pytest.mark.requirement("R52", "R76")
def test_追责记录_筛选_导出_看得到断在哪一环(engine: Engine, log_in: LogIn, clock: SimulatedClock) -> None:
    _, number = accept(log_in(CLERK))
    clock.go(LATE)
    assert "没有记录" in log_in("supervisor").get("/supervision/stalls").text
    with engine.begin(SYSTEM) as work:
        home, case_id = reading.find(work, number)
        case = reading.look(work, home, case_id)
        task = case.tasks["review"]
        matter = case.matter
        where: dict[str, Any] = {"home": home, "id": case_id, "number": number, "item": matter.item}
        held: dict[str, Any] = {
            "step": task.step,
            "desk": task.desk,
            "post": task.post,
            "person": "",
            "since": date(2017, 8, 14),
        }
        for what in ("yellow", "step"):
            due: dict[str, Any] = {"due": date(2017, 8, 23), "rule": "规定 12", "division": matter.division}
            work.tell(Stalled(**where, **held, **due, what=what))
    client = log_in("supervisor")
    page = client.get("/supervision/stalls").text
    for words in ("不作为", "预警", "浙江省住房和城乡建设厅", "承办人", "仍然断着", number):
        assert words in page, words
    one = client.get("/supervision/stalls", params={"kind": "inaction", "organisation": "330000.JST"}).text
    assert one.count(f'data-copy="{number}"') == 1
    assert number not in client.get("/supervision/stalls", params={"kind": "misconduct"}).text
    file = client.get("/supervision/stalls.csv", params={"kind": "inaction"}).content.decode("utf-8-sig")
    assert "承办人" in file
    assert "仍然断着" in file
    assert "预警" not in file
    thread = client.get("/supervision", params={"q": number}).text
    assert "断在这一环" in thread
    assert re.search(r"追责记录.*?<", client.get("/supervision").text)


def test_追责记录_经办人打不开(log_in: LogIn) -> None:
    for other in ("evaluator", "jst-decider-330000", CLERK):
        assert log_in(other).get("/supervision/stalls").status_code == 403


@pytest.mark.requirement("R18", "R76")
def test_第二次要求补正_办不成_并且记在窗口岗位名下(engine: Engine, log_in: LogIn) -> None:
    clerk = log_in(CLERK)
    sheet = begin(clerk)
    page = clerk.get(sheet).text
    lack = re.findall(r'name="(lack\.[^"]+)"', page)[0]
    sent = {**CONTENT, lack: "缺少盖章"}
    asked = clerk.post(f"{sheet}/notice", data={**sent, **guards(page)}, follow_redirects=False)
    assert asked.status_code == 303
    home, application = read_reference(sheet.rsplit("/", 1)[1])
    with engine.begin(SYSTEM) as work:
        applications.corrected(work, home, application, {})
    page = clerk.get(sheet).text
    again = clerk.post(f"{sheet}/notice", data={**sent, **guards(page)}, follow_redirects=False)
    assert again.status_code == 422
    with engine.begin(SYSTEM) as work:
        (row,), total, _ = oversight.stalls(work, "33", StallQuery(kind="misconduct"))
    assert total == 1
    assert (row.stall.what, row.stall.person, row.stall.rule) == ("second_notice", CLERK, "行政许可法 32")
    assert row.stall.post.startswith(f"{row.stall.desk}#")
    assert "第二次要求补正" in log_in("supervisor").get("/supervision/stalls").text


NOTICE = """日期,类别,节日,文号
2027-01-01..2027-01-03,放假,元旦,测试〔2026〕9号
2027-02-05..2027-02-11,放假,春节,
2027-02-14,上班,春节,
2027-04-03..2027-04-05,放假,清明节,
2027-05-01..2027-05-05,放假,劳动节,
2027-06-09,放假,端午节,
2027-09-15,放假,中秋节,
2027-10-01..2027-10-07,放假,国庆节,
"""


def test_工作日历_先试算再导入_县里的监督员只能看(engine: Engine, log_in: LogIn) -> None:
    client = log_in("supervisor")
    page = client.get("/supervision/calendar", params={"year": "2027"}).text
    for words in ("暂定", "12月", "先试算"):
        assert words in page, words
    wrong = client.post(
        "/supervision/calendar/trial", data={"notice": "日期,类别,节日\n2027-01-01,放假,元旦", **guards(page)}
    )
    assert wrong.status_code == 422
    assert "没有写春节怎么放假" in wrong.text
    tried = client.post("/supervision/calendar/trial", data={"notice": NOTICE, **guards(page)}).text
    assert "试算：测试〔2026〕9号" in tried
    assert "还没有导入" in tried
    with engine.begin(SYSTEM) as work:
        assert work.calendar.provisional(date(2027, 1, 1), date(2027, 1, 1)), "试算什么都不改"
    done = client.post("/supervision/calendar/import", data={"notice": NOTICE, **guards(tried)}).text
    assert "已导入 测试〔2026〕9号" in done
    with engine.begin(SYSTEM) as work:
        assert not work.calendar.provisional(date(2027, 1, 1), date(2027, 1, 1))
        assert work.calendar.is_workday(date(2027, 2, 14))
    page = client.get("/supervision/calendar", params={"year": "2027"}).text
    assert "严督查" in page, "谁导入的写在页上"
    again = client.post("/supervision/calendar/trial", data={"notice": NOTICE, **guards(page)}).text
    assert "没有新内容" in again
    for other in (CLERK, "jst-decider-330000"):
        assert log_in(other).get("/supervision/calendar").status_code == 403
