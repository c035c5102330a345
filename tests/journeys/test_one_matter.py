"""一件事走到底 — a restaurant: one application, four parts at three departments, one of them refused, one delivery."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Demo
from tests.journeys.conftest import DESKTOP, PHONE, Enter
from tests.journeys.test_one_application import fill_what_is_empty, fit_for_everybody, number_on, work

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOOD, SIGN, DISCHARGE = "食品经营许可", "户外广告设施设置审批", "排污许可证核发（简化管理）"
PLACE = "330106"

Officer = Callable[[str, str, str, dict[str, Any]], None]


@pytest.fixture
def officer(demo: Demo) -> Iterator[Officer]:
    """Somebody works the task that waits at the own desk in a case, by the programs' interface."""
    with httpx2.Client(base_url=f"{demo.address}/api/v1", timeout=30, trust_env=False) as http:

        def act(login: str, ref: str, verb: str, body: dict[str, Any]) -> None:
            headers = {**demo.accounts[login]["headers"], "Idempotency-Key": str(uuid4())}
            case = http.get(f"/cases/{ref}", headers=headers).json()
            desk = f"{PLACE}.{login.split('-', maxsplit=1)[0].upper()}"
            task = next(t["task"] for t in case["tasks"] if t["organisation"] == desk)
            done = http.post(f"/cases/{ref}/tasks/{task}/{verb}", json=body, headers=headers)
            assert done.is_success, done.text

        yield act


def look(page: Page, name: str) -> None:
    """For everybody, on a phone and on a desk; pictures where YIWANG_PICTURES names a folder."""
    folder, size = os.environ.get("YIWANG_PICTURES"), page.viewport_size
    assert size is not None
    other = DESKTOP if size == PHONE else PHONE
    for width in (other, size):
        page.set_viewport_size(width)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url}: {wide} px too wide"
        if folder:
            page.screenshot(path=Path(folder) / f"{name}-{width['width']}.png", full_page=True)
    fit_for_everybody(page)


def parts(page: Page) -> dict[str, str]:
    """What the applicant reads of each part."""
    rows = page.locator("ol.parts > li")
    return {row.locator("strong").inner_text(): row.inner_text() for row in rows.all()}


def applied(phone: Page, demo: Demo) -> tuple[str, str]:
    """Apply for a restaurant with everything; the number and the page of the case."""
    phone.goto(f"{demo.address}/?q=开餐饮店")
    phone.get_by_role("link", name=re.compile("开餐饮店一件事")).first.click()
    for wanted in ("sign", "discharge"):
        phone.locator(f"[name='q.parts'][value={wanted}]").check()
    phone.locator("main form[action^='/items/'] button").first.click()
    phone.locator("[name=division]").select_option(PLACE)
    phone.locator("form[action^='/my/apply/'] button").first.click()
    phone.wait_for_url("**/form")
    fill_what_is_empty(phone)
    phone.locator("main form[action$='/form'] button.btn-primary").first.click()
    phone.wait_for_url("**/check")
    phone.locator("main form[action$='/submit'] button.btn-primary").click()
    phone.wait_for_url("**done=1*")
    return number_on(phone), phone.url.split("?")[0]


def accept(clerk: Page, found: str) -> None:
    """The clerk ticks what was brought and accepts."""
    clerk.goto(found)
    for box in clerk.locator("[name^='brought.']").all():
        box.check()
    clerk.locator("form[action$='/accept'] button.btn-primary").last.click()
    clerk.wait_for_url("**done=1*")


def decide(officer: Officer, refs: dict[str, str]) -> None:
    """The departments do their parts; the sign is refused."""
    for login in ("scjg-handler", "scjg-officer"):
        officer(f"{login}-{PLACE}", refs[FOOD], "review", {"outcome": "pass", "words": "现场与图纸一致"})
    for line in ("jst", "jtt"):
        officer(f"{line}-handler-{PLACE}", refs[SIGN], "reply", {"outcome": "agree", "words": "无意见"})
    for part, line in ((FOOD, "scjg"), (SIGN, "zhzf"), (DISCHARGE, "hbt")):
        officer(f"{line}-reviewer-{PLACE}", refs[part], "review", {"outcome": "pass", "words": "同意"})
        verdict = {"outcome": "refuse", "words": "遮挡交通标志"} if part == SIGN else {"outcome": "grant"}
        officer(f"{line}-decider-{PLACE}", refs[part], "decision", verdict)
        officer(f"{line}-handler-{PLACE}", refs[part], "document", {})


@pytest.mark.requirement("R01", "R12", "R49", "R57")
def test_开餐饮店_一次申请_分头办_一件不准其余照办_一次出件(enter: Enter, demo: Demo, officer: Officer) -> None:
    phone = enter("citizen-3", PHONE)
    number, mine = applied(phone, demo)
    assert len(parts(phone)) == 4

    accept(enter(f"clerk-{PLACE}"), f"{demo.address}/window?q={number}")
    phone.goto(mine)
    said = parts(phone)
    assert "接在" not in said["个体工商户设立登记"]
    assert "等「个体工商户设立登记」办结" in said[FOOD]
    look(phone, "bundle-accepted")
    decider = enter(f"scjg-decider-{PLACE}")
    registration = re.sub(r"\D", "", re.findall(r"\d{6}(?:[ -]?\d){17}", said["个体工商户设立登记"])[0])
    work(decider, registration, "grant")

    refs = refs_of(demo, mine)
    for part, line in ((FOOD, "scjg"), (SIGN, "zhzf"), (DISCHARGE, "hbt")):
        officer(f"{line}-handler-{PLACE}", refs[part], "review", {"outcome": "pass", "words": "齐全"})
    keeper = enter(f"hbt-reviewer-{PLACE}")
    keeper.goto(f"{demo.address}/desk/{refs[DISCHARGE]}")
    seen = keeper.locator("main").inner_text()
    assert "接在前一件之后" in seen
    assert "自行监测方案" in seen
    assert "场所布局与流程图" not in seen, "部门只看本件要的材料"
    look(keeper, "bundle-part")

    decide(officer, refs)

    issuer = enter(f"issuer-{PLACE}")
    issuer.goto(f"{demo.address}/window?q={number}")
    expect(issuer.locator("main")).to_contain_text("4 件的结果一次给齐")
    look(issuer, "bundle-exit")
    issuer.locator("form[action$='/hand-over'] button").first.click()
    issuer.wait_for_url("**done=2*")

    phone.goto(mine)
    said = parts(phone)
    assert "营业执照" in said["个体工商户设立登记"]
    assert "食品经营许可证" in said[FOOD]
    assert "其余各件照常办理" in said[SIGN]
    assert "行政复议" in said[SIGN]
    expect(phone.locator("main")).to_contain_text("遮挡交通标志")
    expect(phone.locator(".licence")).to_have_count(3)
    look(phone, "bundle-done")
    phone.context.add_cookies([{"name": "yiwang_language", "value": "en", "url": demo.address}])
    phone.goto(mine)
    assert "The other parts go on as before." in parts(phone)["Outdoor advertising permit"]
    look(phone, "bundle-done-en")

    supervisor = enter("supervisor")
    supervisor.goto(f"{demo.address}/supervision?q={number}")
    assert len(parts(supervisor)) == 4
    look(supervisor, "bundle-thread")
    supervisor.locator("ol.parts a").last.click()
    expect(supervisor.locator("main")).to_contain_text("接在前一件之后")


def refs_of(demo: Demo, mine: str) -> dict[str, str]:
    """The references of the parts, as the applicant's program reads them."""
    headers = dict(demo.accounts["citizen-3"]["headers"])
    found = httpx2.get(
        f"{demo.address}/api/v1/cases/{mine.rpartition('/')[2]}", headers=headers, trust_env=False
    ).json()
    return {part["name"]: part["ref"] for part in found["parts"]}
