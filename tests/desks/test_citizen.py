"""申请人页面 — from a word in the search box to the rating, without scripts; what goes wrong says what to do."""

from __future__ import annotations

import re

import pytest

from yiwang.casework.service import reading as cases
from yiwang.demo.walk import Walk
from yiwang.front.desk import read_reference
from yiwang.ground.actor import SYSTEM
from yiwang.intake.messages import Accept, Lack
from yiwang.intake.service import applications, reading

from tests.desks.conftest import CONTENT, FILING, Filing, Visitor

CLERK = "clerk-330106"
JOINT = "许可-90015-000"


@pytest.mark.parametrize("asked", ["投资项目备案", "jzyqy", "建筑业企业资质"])
def test_用词或首字母找得到事项(visitor: Visitor, asked: str) -> None:
    page = visitor.go(f"/?q={asked}")
    assert re.search(r'href="/items/[^"]+">', page)
    assert ("建筑业企业资质核准" if asked != "投资项目备案" else "投资项目备案") in visitor.text()


def test_找不到时说怎么办(visitor: Visitor) -> None:
    visitor.go("/?q=没有这样的事项呀")
    assert "没有找到" in visitor.text()
    assert "看全部事项" in visitor.text()


def test_全部事项一页页翻得完(visitor: Visitor) -> None:
    seen: set[str] = set()
    page = visitor.go("/?all=1")
    while True:
        seen |= set(re.findall(r'href="/items/([^"]+)"', page))
        later = re.search(r'rel="next" href="([^"]+)"', page)
        if not later:
            break
        page = visitor.go(later[1].replace("&amp;", "&"))
    total = re.search(r"看全部 (\d+) 项", visitor.go("/"))
    assert total
    assert len(seen) == int(total[1])


def test_指南没答完先说哪一题没答(visitor: Visitor) -> None:
    visitor.go(f"/items/{JOINT}?asked=1&q.premises=owned")
    assert "有 1 处要改" in visitor.text()
    assert 'value="owned" checked' in visitor.page


@pytest.mark.requirement("R38")
def test_指南分开您带的和政府已有的(visitor: Visitor) -> None:
    visitor.go(f"/items/{JOINT}?q.categories=cma&q.premises=owned")
    bring, _, held = visitor.text().partition("政府已有，不用您交")
    assert "质量手册与程序文件" in bring
    assert "营业执照" not in bring
    assert re.search(r"营业执照/法人证书 来自 省工商局", held)


def test_登录后回到刚才的回答(visitor: Visitor) -> None:
    address = f"/items/{JOINT}?q.categories=cma&q.premises=owned"
    page = visitor.go(address)
    to = re.search(r'href="(/login\?next=[^"]+)"', page)
    assert to
    visitor.go(to[1])
    visitor.send("/login", {"login": "firm-1", "password": "demo-2017"})
    assert "开始办理" in visitor.text()
    assert 'name="q.premises" value="owned"' in visitor.page


@pytest.mark.requirement("R38", "R57")
def test_表上只问部门没有的_已知的带出来并说来自哪里(filing: Filing) -> None:
    page = filing.start()
    names = set(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page))
    asked = {n for n in names if n not in ("csrf", "key", "delivery", "address") and not n.startswith("wrong.")}
    assert asked == set(CONTENT)
    assert re.search(r'name="project_unit"[^>]*value="[^"]+"', page)


def test_再办一件时沿用上次写的(filing: Filing) -> None:
    filing.start()
    filing.hand_in()
    again = filing.start()
    assert re.search(r'name="site_address"[^>]*value="演示省演示市样例路1号"', again)
    assert "已为您带出" in filing.visitor.text()


def test_写错时全部一次说明_写过的都还在(filing: Filing) -> None:
    filing.start()
    wrong = {**CONTENT, "total_investment": "很多", "construction_period": "明年", "project_name": ""}
    filing.visitor.send(f"/my/{filing.ref}/form", {**wrong, "delivery": "courier", "address": " "})
    assert filing.visitor.status == 422
    assert "有 4 处要改" in filing.visitor.text()
    for name in ("total_investment", "construction_period", "project_name", "address"):
        assert f'href="#f-{name}"' in filing.visitor.page
        assert f'id="f-{name}"' in filing.visitor.page
    assert 'value="很多"' in filing.visitor.page
    assert "新建厂房两万平方米。" in filing.visitor.page
    kept = filing.visitor.go(f"/my/{filing.ref}/form")
    assert 'value="很多"' in kept, "what was written stays in the draft too"


def test_先存着_列表上接着填(filing: Filing) -> None:
    filing.start()
    filing.visitor.send(f"/my/{filing.ref}/form", {"project_name": "演示项目", "then": "later"})
    assert filing.visitor.at.startswith("/my?")
    assert "等您处理" in filing.visitor.text()
    assert "接着填" in filing.visitor.text()
    assert 'value="演示项目"' in filing.visitor.go(f"/my/{filing.ref}/form")


@pytest.mark.requirement("R07", "R13")
def test_提交后有编号_有下一步_受理后说得清为什么是这一天(filing: Filing, stage: Walk) -> None:
    filing.start(item=JOINT, answers={"q.categories": "cma", "q.premises": "owned"})
    form = {
        "institution": "演示检测有限公司",
        "technical_lead": "样例负责人",
        "contact": "样例联系人",
        "contact_phone": "19900000000",
        "site_address": "演示省演示市样例路1号",
        "scope": "水质",
    }
    filing.visitor.send(f"/my/{filing.ref}/form", {**form, "delivery": "courier", "address": "样例路1号"})
    assert "样例联系人" in filing.visitor.text()
    assert "样例路1号" in filing.visitor.text()
    filing.visitor.send(f"/my/{filing.ref}/submit")
    assert "申请已提交" in filing.visitor.text()
    assert "接下来" in filing.visitor.text()
    assert re.search(r"\d{6} \d{6} \d{5} \d{4} \d{2}|\d{6}(?:[ -]?\d){17}", filing.visitor.text())
    home, case_id = read_reference(filing.ref)
    with stage.engine.begin(stage.actor(CLERK)) as work:
        applications.accept(Accept(home=home, id=case_id, brought={"quality_manual": (), "instruments": ()}), work)
    stage.drain()
    filing.visitor.go(f"/my/{filing.ref}")
    assert "剩 25 个工作日" in filing.visitor.text()
    assert "为什么是 9月18日 周一" in filing.visitor.text()
    assert "浙江省" in filing.visitor.text()


def test_收件回执是PDF(filing: Filing) -> None:
    filing.start()
    filing.hand_in()
    answer = filing.visitor.client.get(f"/my/{filing.ref}/receipt")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


@pytest.mark.requirement("R22")
def test_补正是一张短单子_只改要改的(filing: Filing, stage: Walk) -> None:
    filing.start()
    filing.hand_in()
    home, case_id = read_reference(filing.ref)
    with stage.engine.begin(stage.actor(CLERK)) as work:
        lacks = [Lack(material="notice_form", what="建设规模请写明建筑面积")]
        applications.ask_once(work, home, case_id, lacks, 15)
    filing.visitor.go("/my")
    assert "去补齐" in filing.visitor.text()
    filing.visitor.go(f"/my/{filing.ref}")
    assert "建设规模请写明建筑面积" in filing.visitor.text()
    filing.visitor.send(f"/my/{filing.ref}/correct", {**CONTENT, "content_and_scale": "建筑面积两万平方米"})
    with stage.engine.begin(SYSTEM) as work:
        application = reading.application(work, home, case_id)
        assert application.form["content_and_scale"] == "建筑面积两万平方米"
        assert cases.look(work, home, case_id).status == "submitted"


def test_部门的数据有误_以本人说的为准(filing: Filing) -> None:
    page = filing.start()
    disputed = re.search(r'name="wrong\.([^"]+)"', page)
    assert disputed, "something that a department holds is shown and may be called wrong"
    filing.hand_in(**{f"wrong.{disputed[1]}": "名称已经变更"})
    filing.visitor.go(f"/my/{filing.ref}")
    assert "名称已经变更" in filing.visitor.text()


def test_别人的办件如同没有(filing: Filing) -> None:
    filing.start()
    filing.hand_in()
    filing.visitor.log_in("firm-2")
    for place in ("", "/form", "/check", "/receipt"):
        filing.visitor.go(f"/my/{filing.ref}{place}")
        assert filing.visitor.status == 404
        assert "您可以" in filing.visitor.text()


def test_撤回的草稿不再出现(filing: Filing) -> None:
    filing.start()
    filing.visitor.send(f"/my/{filing.ref}/withdraw")
    assert filing.ref not in filing.visitor.page


def test_没选地方时不开始(visitor: Visitor) -> None:
    visitor.log_in("firm-1")
    visitor.go(f"/items/{FILING}?q.imports=no")
    visitor.send(f"/my/apply/{FILING}", {"division": ""})
    assert visitor.status == 422


def test_谁看过我的数据(filing: Filing) -> None:
    filing.start()
    filing.visitor.go("/my/data")
    assert "您本人办理时" in filing.visitor.text()
    assert "投资项目备案" in filing.visitor.text()


@pytest.mark.parametrize("page", ["/my", "/my/data", "/my/licences", "/nothing", "/licences/1.2.156.3005.2.x"])
def test_空的和出错的页面都有去处(visitor: Visitor, page: str) -> None:
    visitor.log_in("firm-3")
    visitor.go(page)
    assert re.search(r'<main.*(<a [^>]*href="/|<form action="/check")', visitor.page, re.DOTALL)


def test_核验页对错的标识说怎么改(visitor: Visitor) -> None:
    visitor.go("/check?code=123")
    assert visitor.status == 422
    assert 'value="123"' in visitor.page
    assert "field-error" in visitor.page
