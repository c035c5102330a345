"""种子两例的各种走法 — the founding text's two examples at the departments' desks in a browser, variant by variant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from yiwang.connectors.sandbox import roster
from yiwang.demo.walk import Script, scripts

from tests.conftest import Demo
from tests.journeys.conftest import PHONE, Enter, arrive

pytestmark = [pytest.mark.browser, pytest.mark.slow]

JOINT, CONSULTING = "许可-90015-000", "许可-90014-000"
TWO = {"categories": ["cma", "food"], "premises": "owned"}
ASKED = {"categories": ["highway", "water"], "titles": "yes"}
CENTRE = "330106"
APPLICANT = "firm-2"

TakeIn = Callable[[str, dict[str, Any]], str]


@pytest.fixture
def take_in(demo: Demo) -> Iterator[TakeIn]:
    """Take a case in at the county's window, as its program would; gives the reference."""
    headers = dict(demo.accounts[f"clerk-{CENTRE}"]["headers"])
    firm = roster.firm(1)
    with httpx2.Client(base_url=demo.address, headers=headers, timeout=30, trust_env=False) as http:

        def done(path: str, body: dict[str, Any]) -> Any:
            said = http.post(f"/api/v1{path}", json=body, headers={"Idempotency-Key": str(uuid4())})
            assert said.is_success, said.text
            return said.json()

        def take(item: str, answers: dict[str, Any]) -> str:
            script: Script = next(s for s in scripts([(firm.identifier, firm.name, APPLICANT)] * 3) if s.item == item)
            body = {"item": item, "kind": "firm", "identifier": firm.identifier, "name": firm.name}
            ref: str = done("/applications", {**body, "division": CENTRE, "answers": answers})["ref"]
            done(f"/applications/{ref}/submission", {"form": script.form})
            given = [f"{q}={v}" for q, a in answers.items() for v in ([a] if isinstance(a, str) else a)]
            needs = http.get(f"/api/v1/items/{item}/needs", params={"answer": given}).json()
            brought = {need["material"]: need["checkpoints"] for need in needs["bring"]}
            done(f"/applications/{ref}/acceptance", {"brought": brought})
            return ref

        yield take


def press(button: Locator) -> None:
    """Press a button, say yes where it asks, and wait for what comes of it."""
    page, asks = button.page, button.get_attribute("data-confirm")
    with page.expect_navigation(wait_until="domcontentloaded"):
        button.click()
        if asks:
            page.locator("#confirm button[value=yes]").click()


class Desks:
    """各部门: everybody's own browser, opened when first needed."""

    def __init__(self, enter: Enter, address: str, ref: str) -> None:
        self.enter, self.address, self.ref = enter, address, ref
        self.pages: dict[str, Page] = {}

    def page(self, login: str) -> Page:
        """Somebody before the case."""
        if login not in self.pages:
            self.pages[login] = self.enter(login)
        page = self.pages[login]
        page.goto(f"{self.address}/desk/{self.ref}")
        return page

    def act(self, login: str, outcome: str, **fields: str) -> Page:
        """Press the button of an outcome after filling in its form."""
        page = self.page(login)
        button = page.locator(f"button[name=outcome][value={outcome}]").first
        form = page.locator("form").filter(has=button).first
        for name, text in fields.items():
            form.locator(f"[name='{name}']").first.fill(text)
        press(button)
        expect(page.get_by_role("alert")).to_have_count(0)
        return page

    def both_review(self) -> None:
        """The two departments pass what they were asked to review."""
        for line in ("zjj", "syj"):
            self.act(f"{line}-handler-330000", "pass", words="材料齐全。")

    def on_phone(self) -> Page:
        """The applicant's own page."""
        if APPLICANT not in self.pages:
            self.pages[APPLICANT] = self.enter(APPLICANT, PHONE)
        page = self.pages[APPLICANT]
        page.goto(f"{self.address}/my/{self.ref}")
        return page


@pytest.mark.requirement("R49", "R53")
def test_联合审批_一家准予一家不予_一次出件(enter: Enter, demo: Demo, take_in: TakeIn) -> None:
    desks = Desks(enter, demo.address, take_in(JOINT, TWO))
    desks.both_review()
    desks.act("zjj-handler-330000", "skip")
    desks.act("zjj-decider-330000", "grant")
    desks.act("syj-decider-330000", "refuse", words="检验能力范围不符")
    desks.act("zjj-handler-330000", "issued")
    seen = desks.on_phone().locator("main")
    expect(seen).to_contain_text("准予")
    expect(seen).to_contain_text("不予许可")
    issuer = desks.enter(f"issuer-{CENTRE}")
    issuer.goto(f"{demo.address}/window/{desks.ref}")
    issuer.locator("form[action$='/hand-over'] button").first.click()
    arrive(issuer, "**done=2*")


@pytest.mark.requirement("R53", "R26")
def test_联合审批_专家评审停钟_申请人中途撤回(enter: Enter, demo: Demo, take_in: TakeIn) -> None:
    desks = Desks(enter, demo.address, take_in(JOINT, TWO))
    desks.both_review()
    lead = desks.page("zjj-handler-330000")
    press(lead.locator("#experts form button").last)
    expect(lead.locator("#experts ul.record li")).to_have_count(3)
    desks.act("zjj-handler-330000", "start", days_needed="10")
    phone = desks.on_phone()
    expect(phone.locator("main")).to_contain_text("专家评审")
    expect(phone.locator("main")).to_contain_text("停")
    press(phone.locator("form[action$='/withdraw'] button").first)
    expect(desks.on_phone().locator("main")).to_contain_text("撤回")


@pytest.mark.requirement("R53")
def test_联合审批_退回一个部门补审_撤回刚交的意见(enter: Enter, demo: Demo, take_in: TakeIn) -> None:
    desks = Desks(enter, demo.address, take_in(JOINT, TWO))
    desks.both_review()
    lead = desks.page("zjj-handler-330000")
    back = lead.locator("form").filter(has=lead.locator("button[value=return]")).first
    lead.locator("summary[data-key=b]").first.click()
    back.locator("[name=to]").select_option("review_food")
    back.locator("[name=words]").fill("请补审能力表")
    press(back.locator("button[value=return]"))
    desks.act("syj-handler-330000", "fail", words="能力表不全。")
    again = desks.page("syj-handler-330000")
    again.locator("details:has(summary:has-text('更多'))").first.locator("summary").first.click()
    again.locator("summary[data-key=z]").click()
    undo = again.locator("form[action*='/do/take-back']")
    undo.locator("[name=reason]").fill("看漏一页")
    press(undo.locator("button").last)
    desks.act("syj-handler-330000", "pass", words="能力表已补齐。")
    expect(desks.page("zjj-handler-330000").locator("button[value=skip]").first).to_be_visible()


@pytest.mark.requirement("R50", "R54")
def test_征求意见_附条件和不同意_条件写进决定(enter: Enter, demo: Demo, take_in: TakeIn) -> None:
    desks = Desks(enter, demo.address, take_in(CONSULTING, ASKED))
    desks.act("jst-handler-330000", "pass", words="符合标准。")
    desks.act("jtt-handler-330000", "conditional", words="原则同意。", conditions="限于二级公路以下")
    desks.act("slt-handler-330000", "disagree", words="业绩不足。")
    desks.act("jst-handler-330000", "skip")
    desks.act("jst-reviewer-330000", "pass", words="同意。")
    decided = desks.act("jst-decider-330000", "grant")
    decided.goto(f"{demo.address}/desk/{desks.ref}")
    expect(decided.locator("main")).to_contain_text("限于二级公路以下")
    expect(desks.on_phone().locator("main")).to_contain_text(re.compile("准予|待领|出件"))


@pytest.mark.requirement("R50", "R54")
def test_征求意见_催办一家_收回一家(enter: Enter, demo: Demo, take_in: TakeIn) -> None:
    desks = Desks(enter, demo.address, take_in(CONSULTING, ASKED))
    desks.act("jst-handler-330000", "pass", words="符合标准。")
    lead = desks.page("jst-handler-330000")
    row = lead.locator("li").filter(has_text="水利").filter(has=lead.locator("form[action*='/do/recall']")).first
    row.locator("details:has(form[action*='/do/recall']) > summary").click()
    row.locator("form[action*='/do/recall'] [name=reason]").fill("不涉及水利专业")
    press(row.locator("form[action*='/do/recall'] button").last)
    expect(lead.get_by_role("alert")).to_have_count(0)
    desks.act("jtt-handler-330000", "agree", words="无不同意见。")
    expect(desks.page("jst-handler-330000").locator("button[value=skip]").first).to_be_visible()


@pytest.mark.requirement("R53", "R26")
def test_联合审批_换一位专家_政府批准延期_逐人意见后各自准予(enter: Enter, demo: Demo, take_in: TakeIn) -> None:
    desks = Desks(enter, demo.address, take_in(JOINT, TWO))
    desks.both_review()
    lead = desks.page("zjj-handler-330000")
    press(lead.locator("#experts form button").last)
    first = lead.locator("#experts ul.record li strong").first.inner_text()
    lead.locator("#experts summary").last.click()
    leaves = lead.locator("#experts form").filter(has=lead.locator("[name=leaving]")).first
    leaves.locator("[name=leaving]").first.select_option(index=0)
    leaves.locator("[name=reason]").fill("与申请人有合作")
    press(leaves.locator("button").last)
    expect(lead.locator("#experts ul.record li")).to_have_count(3)
    expect(lead.locator("#experts ul.record")).not_to_contain_text(first)
    desks.act("zjj-handler-330000", "start", days_needed="10")

    lead.locator("summary", has_text="请示").first.click()
    lead.locator("[name=question]").first.fill("能力验证须送检")
    press(lead.locator("button[name=kind][value=extension]").first)
    before = desks.on_phone().locator("a.due").first.inner_text()
    head = desks.page("zf-head-330000")
    approve = head.locator("form[action*='/extend']").first
    approve.locator("[name=reason]").fill("能力验证须送检")
    press(approve.locator("button").last)
    phone = desks.on_phone()
    expect(phone.locator("main")).to_contain_text("办理期限延长15个工作日")
    expect(phone.locator("main")).not_to_contain_text(f"承诺办结 {before}")
    phone.locator("a.due").first.click()
    expect(phone.locator("main")).to_contain_text("行政许可法 42")

    lead = desks.page("zjj-handler-330000")
    review = lead.locator("form").filter(has=lead.locator("textarea[name^='expert.']")).first
    for opinion in review.locator("textarea[name^='expert.']").all():
        opinion.fill("能力符合要求。")
    review.locator("[name=words]").fill("评审组一致通过。")
    press(review.locator("button[name=outcome][value=pass]"))
    for line in ("zjj", "syj"):
        desks.act(f"{line}-decider-330000", "grant")
    desks.act("zjj-handler-330000", "issued")
    expect(desks.on_phone().locator("main")).to_contain_text("发证期限")
