"""窗口 — a township takes in what the province decides; nothing typed is lost; other centres' cases are not there."""

from __future__ import annotations

import re

import pytest

from yiwang.connectors.sandbox import roster
from yiwang.ground.number import show

from tests.staff.conftest import Client, LogIn

QUALIFICATION = "许可-90014-000"
CLERK = "clerk-330106109"
ANSWERS = {"q.categories": "highway", "q.titles": "yes"}
CONTENT = {
    "enterprise": "演示建设有限公司",
    "technical_lead": "样例负责人",
    "grade": "一级",
    "contact": "样例联系人",
    "contact_phone": "19900000001",
    "works": "演示大桥、演示泵站",
}


def guards(page: str) -> dict[str, str]:
    """The hidden fields of the first form that posts on a page."""
    form = page[page.index('method="post"', page.index("<main")) :]
    return {name: re.findall(f'name="{name}" value="([^"]*)"', form)[0] for name in ("csrf", "key")}


def begin(client: Client, number: int = 1, **changed: str) -> str:
    """A draft taken at the window; the address of its sheet."""
    firm = roster.firm(number)
    new = f"/window/new/{QUALIFICATION}"
    sent = {"kind": "firm", "identifier": firm.identifier, "name": firm.name, **ANSWERS, **guards(client.get(new).text)}
    answer = client.post(new, data={**sent, **changed}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def everything(page: str) -> dict[str, str | list[str]]:
    """A filled-in sheet with every checkpoint ticked."""
    ticks: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(brought\.[^"]+)" value="([^"]+)"', page):
        ticks.setdefault(name, []).append(value)
    return {**CONTENT, **ticks, **guards(page)}


def accept(client: Client, number: int = 1) -> tuple[str, str]:
    """A case accepted at the window: the address of its sheet, its number."""
    sheet = begin(client, number)
    answer = client.post(f"{sheet}/accept", data=everything(client.get(sheet).text), follow_redirects=False)
    assert answer.status_code == 303, answer.text
    found = re.search(r'data-copy="(\d{23})"', client.get(sheet).text)
    assert found
    return sheet, found[1]


@pytest.mark.requirement("R20", "R28")
def test_乡镇窗口受理_省里决定的事项(log_in: LogIn) -> None:
    client = log_in(CLERK)
    sheet, number = accept(client)
    page = client.get(sheet).text
    assert "浙江省住房和城乡建设厅" in page
    assert client.get(f"{sheet}/receipt").content.startswith(b"%PDF")
    assert client.get("/window", params={"q": number}, follow_redirects=False).headers["location"] == sheet
    handler = log_in("jst-handler-330000")
    assert show(number) in handler.get("/desk").text


def test_一个框_证件号带出在办件_首字母找到事项(log_in: LogIn) -> None:
    client = log_in(CLERK)
    firm = roster.firm(1)
    assert "第一次来办事" in client.get("/window", params={"q": firm.identifier}).text
    _, number = accept(client)
    page = client.get("/window", params={"q": firm.identifier}).text
    assert number in page
    assert firm.name in page
    found = client.get("/window", params={"q": "jzyqyzz", "who": firm.identifier}).text
    assert f"/window/new/{QUALIFICATION}?who={firm.identifier}" in found
    assert firm.name in client.get(f"/window/new/{QUALIFICATION}", params={"who": firm.identifier}).text


def test_别的中心的办件_查询和页面都当作没有(log_in: LogIn) -> None:
    sheet, number = accept(log_in(CLERK))
    other = log_in("clerk-330302")
    assert other.get(sheet).status_code in (403, 404)
    assert other.get(f"{sheet}/receipt").status_code in (403, 404)
    search = other.get("/window", params={"q": number}, follow_redirects=False)
    assert search.status_code == 200, "no hint that there is such a case"
    assert "data-copy" not in search.text
    fields = guards(other.get(f"/window/new/{QUALIFICATION}").text)
    assert other.post(f"{sheet}/refuse", data={**fields, "reason": "不"}).status_code in (403, 404)


def test_出错时写的都在(log_in: LogIn) -> None:
    client = log_in(CLERK)
    new = f"/window/new/{QUALIFICATION}"
    bad = {"kind": "firm", "identifier": "91330000", "name": "演示企业", "phone": "19900000009", **ANSWERS}
    answer = client.post(new, data={**bad, **guards(client.get(new).text)})
    assert answer.status_code == 422
    for typed in ('value="91330000"', 'value="演示企业"', 'value="19900000009"', 'value="highway" checked'):
        assert typed in answer.text
    assert 'href="#f-identifier"' in answer.text

    sheet = begin(client)
    sent = everything(client.get(sheet).text)
    kept = {"works": "写了很久的工程业绩", "contact": ""}
    answer = client.post(f"{sheet}/accept", data={**sent, **kept})
    assert answer.status_code == 422
    assert "写了很久的工程业绩" in answer.text
    assert 'href="#f-contact"' in answer.text
    ticks = [len(v) for k, v in sent.items() if k.startswith("brought.")]
    assert answer.text.count(" checked") >= sum(ticks)


def test_一次性告知_写明缺什么_只能发一次(log_in: LogIn) -> None:
    client = log_in(CLERK)
    sheet = begin(client)
    page = client.get(sheet).text
    lack = re.findall(r'name="(lack\.[^"]+)"', page)[0]
    sent = {**CONTENT, **guards(page), lack: "缺少盖章"}
    assert client.post(f"{sheet}/notice", data=sent, follow_redirects=False).status_code == 303
    page = client.get(sheet).text
    paper = re.findall(rf'href="({sheet}/notices/[^"]+)"', page)[0]
    assert "缺少盖章" in client.get(paper).text
    again = client.post(f"{sheet}/notice", data={**sent, "key": "another"})
    assert again.status_code == 422
    assert "缺少盖章" in again.text


@pytest.mark.requirement("R38")
def test_政府已有的不在要填和要带的里面(log_in: LogIn) -> None:
    client = log_in(CLERK)
    page = client.get(begin(client)).text
    head = page.index("政府已有，不得要求提供")
    assert head < page.index("申请人填写")
    names = set(re.findall(r'name="(?:brought\.|lack\.)?([a-z_]+)"', page))
    assert not {"business_licence", "identity_card", "safety_licence"} & names


def test_重复申请看得见(log_in: LogIn) -> None:
    client = log_in(CLERK)
    accept(client)
    assert "同一事项，先确认是不是重复申请" in client.get(begin(client)).text
