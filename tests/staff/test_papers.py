"""文书的页面 — the applicant reads each department's decision and every notice; whoever holds a paper checks it."""

from __future__ import annotations

import re
from datetime import date

import pytest

from yiwang.demo.walk import SimulatedClock
from yiwang.front.desk import reference
from yiwang.handling.messages import AskExtension, Decide, EndSpecial, Extend, MakeDocument, Review, StartSpecial
from yiwang.handling.service import documents, inquiries
from yiwang.plumbing.work import Engine

from tests.spec.conftest import JOINT, Departments, Filed, Office
from tests.staff.conftest import Client, LogIn

TWO = {"categories": ("cma", "food"), "premises": "owned"}


@pytest.fixture
def office(engine: Engine, clock: SimulatedClock) -> Office:
    """The same office whose pages are looked at here."""
    return Office(engine, clock, Departments(), "")


def reviewed(office: Office) -> Filed:
    """A joint case of two departments, both of which have passed it."""
    filed = office.accepted(JOINT, answers=TWO)
    for line in ("zjj", "syj"):
        office.act(f"{line}-handler-330000", filed, Review, outcome="pass", words="齐全")
    return filed


def followed(client: Client, filed: Filed) -> str:
    """The applicant's page of the case."""
    page = client.get(f"/my/{reference(*filed)}")
    assert page.status_code == 200
    return page.text


@pytest.mark.requirement("R49", "R12")
def test_部分准予_申请人看得明白_一次拿到(office: Office, log_in: LogIn) -> None:
    filed = reviewed(office)
    office.act("zjj-handler-330000", filed, EndSpecial, outcome="skip")
    office.act("zjj-decider-330000", filed, Decide, outcome="grant")
    assert "几个部门各自作了决定" not in followed(log_in("firm-1"), filed), "还没有都决定"
    office.act("syj-decider-330000", filed, Decide, outcome="refuse", reasons="缺少气相色谱仪")
    office.act("zjj-handler-330000", filed, MakeDocument)
    office.hand_over(filed)
    office.drain()
    client = log_in("firm-1")
    page = followed(client, filed)
    for words in (
        "几个部门各自作了决定",
        "浙江省质量技术监督局：准予",
        "浙江省食品药品监督管理局：不予",
        "缺少气相色谱仪。",
        "行政复议",
        "检验检测机构资质认定证书",
    ):
        assert words in page
    found = re.findall(rf'href="(/my/{reference(*filed)}/documents/[0-9a-f-]+)"', page)
    assert len(set(found)) == 2
    for address in set(found):
        assert client.get(address).content[:5] == b"%PDF-"
    assert log_in("firm-2").get(found[0]).status_code == 404, "别人看不到"


@pytest.mark.requirement("R53", "SOD13")
def test_停钟和延期_申请人都有书面告知(office: Office, log_in: LogIn) -> None:
    filed = reviewed(office)
    office.act("zjj-handler-330000", filed, StartSpecial, days_needed=9)
    task = next(iter(office.case(filed).tasks.values())).id
    asked = AskExtension(home=filed.home, id=filed.id, task=task, reason="能力验证未完")
    office.by("zjj-handler-330000", lambda work: inquiries.ask_extension(asked, work))
    head = log_in("zf-head-330000")
    assert "延期请示" in head.get("/desk").text
    assert head.get(f"/desk/{reference(*filed)}").status_code == 200
    approved = Extend(home=filed.home, id=filed.id, reason="能力验证未完")
    office.by("zf-head-330000", lambda work: inquiries.extend(approved, work))
    page = followed(log_in("firm-1"), filed)
    for words in ("特别程序告知书", "所需时间为9日", "延长办理期限告知书", "因能力验证未完。"):
        assert words in page


@pytest.mark.requirement("R13")
def test_谁拿着文书_扫码或输核验码_都能核验(office: Office, visitor: Client) -> None:
    filed = reviewed(office)
    office.act("zjj-handler-330000", filed, EndSpecial, outcome="skip")
    office.clock.go(date(2017, 8, 30))
    office.act("zjj-decider-330000", filed, Decide, outcome="grant")
    (issued,) = office.by("sysadmin", lambda work: documents.of_case(work, *filed))
    page = visitor.get(f"/documents/{issued.code}")
    assert page.status_code == 200
    assert "文书真实" in page.text
    assert all(words in page.text for words in issued.paper.paragraphs)
    spaced = " ".join(issued.code[n : n + 4] for n in range(0, 22, 4))
    assert visitor.get("/check", params={"code": spaced}).url.path == f"/documents/{issued.code}"
    assert visitor.get(f"/documents/{issued.code}/copy").content[:5] == b"%PDF-"
    answer = visitor.get(f"/api/v1/documents/{issued.code}").json()
    assert (answer["number"], answer["genuine"]) == (issued.paper.number, True)
    assert visitor.get("/documents/1234567890123456789012").status_code == 404
