"""一件申请走到底 — a citizen applies on a phone; a township accepts what the province decides; the applicant rates."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from yiwang.connectors.sandbox import roster

from tests.conftest import Demo
from tests.journeys.conftest import DESKTOP, PHONE, Enter, arrive

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUALIFICATION = "许可-90014-000"
FILING = "投资项目备案"
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
GRAVE = ("serious", "critical")
NUMBER = re.compile(r"\d{6}(?:[ -]?\d){17}")
CONTENT = {
    "technical_lead": "样例负责人",
    "grade": "一级",
    "contact": "样例联系人",
    "contact_phone": "19900000001",
    "works": "演示大桥、演示泵站",
}

Shoot = Callable[[Page, str], None]


@pytest.fixture
def shoot() -> Shoot:
    """Look at a page: it is for everybody; a picture is kept where YIWANG_PICTURES names a folder."""
    folder = os.environ.get("YIWANG_PICTURES")

    def look(page: Page, name: str) -> None:
        page.wait_for_load_state()
        fit_for_everybody(page)
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png")

    return look


def fit_for_everybody(page: Page) -> None:
    """No serious finding of axe, nothing wider than the screen."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url}: {wide} px too wide"
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"] if v["impact"] in GRAVE]
    assert serious == [], f"{page.url}: {serious}"


def number_on(page: Page) -> str:
    """The case number that a page shows, digits only."""
    found = NUMBER.search(page.locator("main").inner_text())
    assert found, page.locator("main").inner_text()
    return re.sub(r"\D", "", found[0])


def work(page: Page, number: str, outcome: str, **fields: str) -> None:
    """Find a case in the inbox by its number, fill in the fields of the task, and press the button of this outcome."""
    page.goto(page.url.split("/desk")[0] + f"/desk?q={number}")
    hrefs = page.locator("main a").evaluate_all("all => all.map(one => one.getAttribute('href') || '')")
    ref = next(found[0] for found in map(re.compile(r"/desk/\d+-[0-9a-f-]{36}").match, hrefs) if found)
    page.goto(page.url.split("/desk")[0] + ref)
    button = page.locator(f"button[name=outcome][value={outcome}]").first
    task = page.locator("form").filter(has=button).first
    for name, text in fields.items():
        task.locator(f"[name={name}]").fill(text)
    button.click()
    page.wait_for_load_state()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("已办理")  # the last one of the inbox as well


def by_keys(page: Page, number: str) -> None:
    """Both hands on the keyboard: `?` lists the keys, `/` goes to the search, J and Enter open the case."""
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("[data-search]:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    page.goto(page.url.split("?")[0] + f"?q={number}")
    page.locator("main h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    arrive(page, re.compile(r"/desk/\d+-"))


@pytest.mark.requirement("R07", "R38", "R57")
def test_手机上申请_只填自己才知道的_看得到编号和进度(enter: Enter, demo: Demo, shoot: Shoot) -> None:
    phone = enter("firm-3", PHONE)
    phone.goto(demo.address)
    shoot(phone, "citizen-home")
    phone.locator("[name=q]").first.fill(FILING)
    phone.keyboard.press("Enter")
    phone.get_by_role("link", name=re.compile(FILING)).first.click()
    for question in phone.locator("fieldset:has(input[name^='q.'])").all():
        question.locator("input").first.check()
    phone.locator("main form[action^='/items/'] button").first.click()
    shoot(phone, "citizen-needs")
    assert "用地批复" in phone.locator("main").inner_text()
    phone.locator("[name=division]").select_option("330106")
    phone.locator("form[action^='/my/apply/'] button").first.click()
    arrive(phone, "**/form")
    held = {"land_approval", "eia_approval", "identity_card", "award_notice"}
    asked = set(phone.locator("main [name]").evaluate_all("all => all.map(one => one.name)"))
    assert not held & asked, "what a department holds is not asked of the applicant"
    fill_what_is_empty(phone)
    phone.locator("main form[action$='/form'] button.btn-primary").first.click()
    arrive(phone, "**/check")
    phone.locator("main form[action$='/submit'] button.btn-primary").click()
    arrive(phone, "**done=1*")
    shoot(phone, "citizen-done")
    assert len(number_on(phone)) == 23


def fill_what_is_empty(page: Page) -> None:
    """Answer every field of the form with something that fits its kind."""
    for field in page.locator(
        "main form[action$='/form'] input.form-control, main form[action$='/form'] textarea"
    ).all():
        name = field.get_attribute("name") or ""
        if (
            name == "address"
            or name.startswith("wrong.")
            or field.input_value()
            or field.get_attribute("type") in ("radio", "checkbox", "hidden")
        ):
            continue
        kind = field.get_attribute("inputmode") or field.get_attribute("type") or "text"
        fits = {"decimal": "1200", "numeric": "12", "date": "2026-12-01"}
        field.fill("2026-12/2028-06" if "period" in name else fits.get(kind, "演示内容"))


@pytest.mark.requirement("R14", "R15", "R20", "R21", "R28", "R50")
def test_乡镇窗口受理_省里决定_申请人评价(enter: Enter, demo: Demo, shoot: Shoot) -> None:
    firm = roster.firm(1)
    clerk = enter("clerk-330106109", DESKTOP)
    clerk.goto(f"{demo.address}/window")
    clerk.locator("[name=q]").first.fill("jzyqyzz")
    clerk.keyboard.press("Enter")
    clerk.locator(f"a[href*='{QUALIFICATION}']").or_(clerk.get_by_role("link", name="建筑业企业资质核准")).first.click()
    clerk.locator("[name=identifier]").fill(firm.identifier)
    clerk.locator("[name=name]").fill(firm.name)
    clerk.locator("[name='q.categories'][value=highway]").check()
    clerk.locator("[name='q.titles'][value=yes]").check()
    clerk.locator("form[action^='/window/new/'] button.btn-primary").first.click()
    arrive(clerk, re.compile(r"/window/\d+-"))
    for name, text in {"enterprise": firm.name, **CONTENT}.items():
        clerk.locator(f"[name={name}]").first.fill(text)
    for box in clerk.locator("[name^='brought.']").all():
        box.check()
    shoot(clerk, "window-sheet")
    clerk.set_viewport_size(PHONE)
    fit_for_everybody(clerk)
    clerk.set_viewport_size(DESKTOP)
    clerk.locator("form[action$='/accept'] button.btn-primary").last.click()
    arrive(clerk, "**done=1*")
    number = number_on(clerk)

    handler = enter("jst-handler-330000")
    shoot(handler, "department-inbox")
    by_keys(handler, number)
    handler.set_viewport_size(PHONE)
    fit_for_everybody(handler)
    handler.set_viewport_size(DESKTOP)
    work(handler, number, "pass", words="材料齐全，符合法定形式。")
    work(enter("jtt-handler-330000"), number, "agree", words="无不同意见。")
    work(handler, number, "pass", words="符合标准。")
    work(enter("jst-reviewer-330000"), number, "pass", words="同意。")
    decider = enter("jst-decider-330000")
    work(decider, number, "grant")
    shoot(decider, "department-case")

    issuer = enter("issuer-330106109")
    issuer.goto(f"{demo.address}/window?q={number}")
    issuer.locator("form[action$='/hand-over'] button").first.click()
    arrive(issuer, "**done=2*")

    phone = enter("firm-2", PHONE)
    phone.goto(f"{demo.address}/my")
    phone.get_by_role("link", name=re.compile("建筑业企业资质核准")).first.click()
    shoot(phone, "citizen-follow")
    expect(phone.locator("main")).to_contain_text("浙江省住房和城乡建设厅")
    phone.locator("[name=grade][value=very_satisfied]").check()
    phone.locator("form[action$='/rate'] button").first.click()
    phone.wait_for_load_state()
    expect(phone.locator("main")).to_contain_text("非常满意")

    supervisor = enter("supervisor")
    supervisor.goto(f"{demo.address}/supervision?q={number}")
    shoot(supervisor, "supervisor-thread")
    expect(supervisor.locator("main")).to_contain_text("建筑业企业资质核准")
