"""样子 — pages of citizen and public site in a real browser: nothing blocked, for everybody, light, none too wide."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize

from yiwang.casework.messages.case import Stalled
from yiwang.casework.service import reading as cases
from yiwang.demo.walk import HANDLERS, Walk, agreed
from yiwang.front.desk import read_reference
from yiwang.ground.actor import SYSTEM
from yiwang.handling.messages import Decide, DrawExperts, EndSpecial, MakeDocument, OnTask, Review, StartSpecial
from yiwang.intake.messages import Accept, HandOver, Lack
from yiwang.intake.service import applications, delivery

from tests.desks.conftest import CONTENT, FILING, Filing, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
SIZES: dict[str, ViewportSize] = {"390": {"width": 390, "height": 844}, "1440": {"width": 1440, "height": 900}}
WEIGHT = 100 * 1024
JOINT = "许可-90015-000"
ADDRESS = "http://localhost"


@dataclass
class Sight:
    """所见 — a browser whose requests are answered by the application in this process."""

    page: Page
    visitor: Visitor
    blocked: list[str] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        """Hand a request of the browser to the application and its answer back."""
        request = route.request
        headers = {"accept-language": "zh-CN"}
        if "content-type" in request.headers:
            headers["content-type"] = request.headers["content-type"]
        path = request.url.removeprefix(ADDRESS)
        client = self.visitor.client
        got = client.request(
            request.method, path, content=request.post_data_buffer, headers=headers, follow_redirects=False
        )
        self.weights.append(len(gzip.compress(got.content)))
        kept = {k: v for k, v in got.headers.items() if k not in ("content-encoding", "content-length", "set-cookie")}
        route.fulfill(status=got.status_code, headers=kept, body=got.content)

    def look(self, address: str) -> Page:
        """A page, loaded to its end; what the policy blocks is written down."""
        self.weights.clear()
        self.page.goto(ADDRESS + address, wait_until="load")
        return self.page


@pytest.fixture(params=SIZES)
def sight(request: pytest.FixtureRequest, chromium: Browser, visitor: Visitor) -> Iterator[Sight]:
    """The browser at the size of a phone and of a desk."""
    context = chromium.new_context(viewport=SIZES[request.param], locale="zh-CN")
    context.set_default_timeout(60_000)  # only a test that fails waits that long
    seen = Sight(context.new_page(), visitor)
    seen.page.on("console", lambda m: seen.blocked.append(m.text) if m.type == "error" else None)
    seen.page.on("pageerror", lambda e: seen.blocked.append(str(e)))
    context.route(lambda url: url.startswith(ADDRESS), seen.answer)
    yield seen
    context.close()


def judge(page: Page, seen: Sight, name: str) -> None:
    """The rules every page keeps."""
    faults = [text for text in seen.blocked if "status of 4" not in text]
    assert faults == [], f"{name}: blocked or broken"
    assert sum(seen.weights) <= WEIGHT, f"{name}: {sum(seen.weights)} bytes packed"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name}: {wide} px too wide"
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        f"{v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == [], f"{name}: {serious}"
    if folder := os.environ.get("YIWANG_SHOTS"):
        size = page.viewport_size or SIZES["390"]
        page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)


def see(seen: Sight, pages: dict[str, str]) -> None:
    """Look at pages by name."""
    for name, address in pages.items():
        judge(seen.look(address), seen, name)


def test_公共页面(sight: Sight) -> None:
    see(
        sight,
        {
            "home": "/",
            "home-found": "/?q=投资",
            "home-nothing": "/?q=没有这样的事项呀",
            "home-sector": "/?sector=投资审批",
            "guide-questions": f"/items/{JOINT}",
            "guide-unanswered": f"/items/{JOINT}?asked=1",
            "guide-needs": f"/items/{JOINT}?q.categories=cma&q.premises=rented",
            "check": "/check",
            "check-wrong": "/licences/123",
            "login": "/login",
            "nowhere": "/nothing",
        },
    )


def test_申请人的空页面(sight: Sight) -> None:
    sight.visitor.log_in("firm-3")
    see(
        sight, {"mine-empty": "/my", "data-empty": "/my/data", "licences-empty": "/my/licences", "forbidden": "/window"}
    )


def test_填报(sight: Sight, filing: Filing) -> None:
    filing.start("firm-1")
    see(sight, {"guide-start": f"/items/{FILING}?q.imports=no", "form": f"/my/{filing.ref}/form"})
    page = sight.look(f"/my/{filing.ref}/form")
    page.locator("[name=total_investment]").fill("很多")
    sight.weights.clear()
    page.locator("main form[action$='/form'] button.btn-primary").click()
    page.wait_for_selector(".fault-summary")
    assert page.evaluate("document.activeElement.className") == "fault-summary"
    judge(page, sight, "form-wrong")
    filing.visitor.go(f"/my/{filing.ref}/form")
    filing.visitor.send(f"/my/{filing.ref}/form", {**CONTENT, "delivery": "courier", "address": "演示路1号"})
    see(sight, {"check-answers": f"/my/{filing.ref}/check", "mine-draft": "/my"})


def test_跟踪(sight: Sight, filing: Filing, stage: Walk) -> None:
    filing.start("firm-2")
    filing.hand_in()
    see(sight, {"done": f"/my/{filing.ref}?done=1", "follow-submitted": f"/my/{filing.ref}", "data": "/my/data"})
    home, case_id = read_reference(filing.ref)
    with stage.engine.begin(stage.actor("clerk-330106")) as work:
        lacks = [Lack(material="notice_form", what="建设规模请写明建筑面积")]
        applications.ask_once(work, home, case_id, lacks, 15)
    see(sight, {"follow-correction": f"/my/{filing.ref}", "mine-correction": "/my"})


def test_停钟到办结(sight: Sight, filing: Filing, stage: Walk) -> None:
    filing.start("firm-2", JOINT, {"q.categories": "cma", "q.premises": "owned"})
    names = ("institution", "technical_lead", "contact", "contact_phone", "site_address", "scope")
    filing.visitor.send(f"/my/{filing.ref}/form", {**dict.fromkeys(names, "演示"), "delivery": "e_licence"})
    filing.visitor.send(f"/my/{filing.ref}/submit")
    home, case_id = read_reference(filing.ref)
    with stage.engine.begin(stage.actor("clerk-330106")) as work:
        brought = {"quality_manual": (), "instruments": ()}
        applications.accept(Accept(home=home, id=case_id, brought=brought), work)
    quality = Quality(stage, home, case_id)
    stand(stage, home, case_id)
    quality.act(date(2017, 8, 16), "handler", Review, outcome="pass", words="材料齐全。")
    quality.act(date(2017, 8, 21), "handler", StartSpecial, days_needed=9)
    filing.visitor.log_in("firm-2")
    see(sight, {"follow-paused": f"/my/{filing.ref}"})
    quality.act(date(2017, 8, 22), "handler", DrawExperts)
    with stage.engine.begin(SYSTEM) as work:
        said = agreed(work, cases.look(work, home, case_id))
    quality.act(date(2017, 9, 1), "handler", EndSpecial, **said)
    quality.act(date(2017, 9, 12), "decider", Decide, outcome="grant")
    quality.act(date(2017, 9, 14), "handler", MakeDocument)
    with stage.engine.begin(stage.actor("issuer-330106")) as work:
        delivery.hand_over(HandOver(home=home, id=case_id), work)
    stage.drain()
    filing.visitor.log_in("firm-2")
    page = sight.look(f"/my/{filing.ref}")
    page.locator("details:has(.lifebar) summary").click()
    judge(page, sight, "follow-life")
    for login, address in (("zjj-handler-330000", "desk"), ("supervisor", "supervision")):
        filing.visitor.log_in(login)
        page = sight.look(f"/{address}/{filing.ref}")
        if address == "desk":
            page.locator("details:has(.lifebar) summary").click()
        judge(page, sight, f"{address}-life")
    see(sight, {"supervision-home": "/supervision", "stalls": "/supervision/stalls", "days": "/supervision/days"})
    filing.visitor.log_in("firm-2")
    see(sight, {"follow-done": f"/my/{filing.ref}", "licences": "/my/licences", "mine": "/my"})
    code = re.search(r'href="(/licences/[^"]+)"', filing.visitor.go("/my/licences"))
    assert code
    see(sight, {"licence": code[1]})


def stand(stage: Walk, home: int, case_id: UUID) -> None:
    """The clock says of a case that it stands, in every way there is."""
    with stage.engine.begin(SYSTEM) as work:
        case = cases.look(work, home, case_id)
        task, matter = next(iter(case.tasks.values())), case.matter
        where: dict[str, Any] = {"home": home, "id": case_id, "number": matter.number, "item": matter.item}
        held: dict[str, Any] = {"step": task.step, "desk": task.desk, "post": task.post, "since": date(2017, 8, 14)}
        for what, person in (("yellow", ""), ("step", ""), ("overdue", "zjj-handler-330000")):
            due: dict[str, Any] = {
                "due": date(2017, 8, 15),
                "rule": "规定 12",
                "division": matter.division,
                "person": person,
            }
            work.tell(Stalled(**where, **held, **due, what=what))


@dataclass
class Quality:
    """质监局 — the department that handles the joint approval."""

    stage: Walk
    home: int
    case: UUID

    def act(self, day: date, role: str, command: Callable[..., OnTask], **arguments: Any) -> None:
        """On a day, the post of this role does what is open to it."""
        self.stage.clock.go(day)
        self.stage.drain()
        actor = self.stage.actor(f"zjj-{role}-330000")
        with self.stage.engine.begin(actor) as work:
            open_now = cases.look(work, self.home, self.case).tasks.values()
            task = next(t for t in open_now if t.desk == actor.organisation and t.role == role)
            asked = command(home=self.home, id=self.case, task=task.id, **arguments)
            HANDLERS[type(asked)](asked, work)
