"""部门用键盘 — thirty cases open and no mouse: choose, read, put in a phrase, pass; five at once; the list of keys."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Demo
from tests.gateway.conftest import FORM, QUALIFICATION, draft
from tests.journeys.conftest import DESKTOP, PHONE, Enter, arrive
from tests.journeys.test_one_application import fit_for_everybody

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CASES = 32
CLERK, HANDLER = "clerk-330106109", "jst-handler-330000"


@pytest.fixture(scope="module")
def busy(demo: Demo) -> None:
    """Thirty-two cases wait at the construction department."""
    headers = demo.accounts[CLERK]["headers"]
    with httpx2.Client(base_url=demo.address, headers=headers, timeout=60, trust_env=False) as client:

        def ask(method: str, path: str, body: Any = None, **query: Any) -> Any:
            key = {"Idempotency-Key": str(uuid4())}
            answer = client.request(method, f"/api/v1{path}", json=body, params=query, headers=key)
            assert answer.is_success, answer.text
            return answer.json()

        needs = ask("GET", f"/items/{QUALIFICATION}/needs", answer=["categories=highway", "titles=yes"])
        brought = {need["material"]: need["checkpoints"] for need in needs["bring"]}

        def take(firm: int) -> None:
            ref = ask("POST", "/applications", draft(firm))["ref"]
            ask("POST", f"/applications/{ref}/submission", {"form": FORM})
            ask("POST", f"/applications/{ref}/acceptance", {"brought": brought})

        with ThreadPoolExecutor(4) as clerks:
            list(clerks.map(take, range(100, 100 + CASES)))


def look(page: Page, name: str) -> None:
    """The page is for everybody; a picture of it is kept where YIWANG_PICTURES names a folder."""
    page.wait_for_load_state()
    fit_for_everybody(page)
    if folder := os.environ.get("YIWANG_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def current(page: Page) -> str:
    """Whose row of the list is the current one."""
    return page.locator("[data-rows] .is-current .case-number").inner_text()


@pytest.mark.requirement("R52")
@pytest.mark.usefixtures("busy")
def test_只用键盘(enter: Enter) -> None:
    page = enter(HANDLER)
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    press = page.keyboard.press
    expect(page.locator("a.split-row")).to_have_count(30)
    look(page, "department-inbox")

    press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    expect(page.locator("dialog#keys")).to_contain_text("选中这一行")
    look(page, "department-keys")
    press("Escape")
    for key in ("j", "j", "j", "k"):
        press(key)
    second = current(page)
    press("Enter")
    arrive(page, re.compile(r"/desk/\d+-"))
    expect(page.locator("#case .case-number").first).to_have_text(second)
    expect(page.locator("[data-rows] [aria-current]")).to_have_count(1)
    press("j")
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:after:swap'))")  # who else is looking has come in
    assert current(page) != second
    press("Enter")
    expect(page.locator("#case .case-number").first).not_to_have_text(second)
    page.go_back()
    expect(page.locator("#case .case-number").first).to_have_text(second)
    look(page, "department-board")

    press("t")
    expect(page.locator("summary[data-key=t]")).to_be_visible()
    expect(page.locator("[id^=t-to-]")).to_be_focused()
    press("a")
    expect(page.locator("#case .case-number").first).to_have_text(second)  # a letter in a field is a letter
    press("Escape")
    press("Escape")
    press("1")
    expect(page.locator("#f-words")).to_have_value(re.compile("材料齐全"))
    press("a")
    arrive(page, "**done=1*")
    expect(page.locator("#case")).to_contain_text("已办理")

    page.goto(re.sub(r"/desk.*", "/desk", page.url))
    for _ in range(5):
        press("j")
        press("x")
    expect(page.locator("input[name=task]:checked")).to_have_count(5)
    press("m")
    arrive(page, "**/desk/batch?**")
    expect(page.locator("textarea")).to_have_count(5)
    look(page, "department-batch")
    press("a")
    press("Tab")
    page.locator("dialog#confirm button[value=yes]").press("Enter")
    expect(page.get_by_text("办好 5 件")).to_be_visible()
    look(page, "department-batch-done")
    assert faults == []


@pytest.mark.usefixtures("busy")
def test_手机上先是列表_再是办件(enter: Enter) -> None:
    phone = enter(HANDLER, PHONE)
    look(phone, "department-phone-list")
    phone.locator("a.split-row").first.click()
    arrive(phone, re.compile(r"/desk/\d+-"))
    phone.reload()
    expect(phone.locator("#inbox-list")).to_be_hidden()
    look(phone, "department-phone-case")
    phone.locator(".board-back").click()
    expect(phone.locator("a.split-row").first).to_be_visible()


@pytest.mark.usefixtures("busy")
def test_筛选写在地址里_不用脚本也能走(enter: Enter) -> None:
    page = enter(HANDLER, DESKTOP)
    page.locator("#inbox-by").select_option("week")
    arrive(page, "**by=week*")
    expect(page.locator(".rows-head").first).to_be_visible()
    page.locator("#inbox-q").fill("没有这家")
    arrive(page, "**q=*")
    expect(page.locator("a.split-row")).to_have_count(0)
    page.reload()
    expect(page.locator("#inbox-q")).to_have_value("没有这家")
    expect(page.locator("#inbox-by")).to_have_value("week")
