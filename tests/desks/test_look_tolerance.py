"""容缺的样子 — accepted with something to follow, seen from every seat at two sizes, until its acceptance ends."""

from __future__ import annotations

from datetime import date

import pytest

from yiwang.demo.walk import Walk

from tests.desks.conftest import Filing
from tests.desks.test_look import Sight, judge, see, sight

__all__ = ["sight"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

RESTAURANT = "许可-90029-000"
CLERK, HANDLER = "clerk-330106", "scjg-handler-330106"


@pytest.mark.requirement("R22", "R19")
def test_容缺受理到撤销(sight: Sight, filing: Filing, stage: Walk) -> None:
    filing.start("firm-2", RESTAURANT)
    fields = dict.fromkeys(("m1_contact", "m1_contact_phone", "m1_contact_address", "m1_request"), "演示")
    filing.visitor.send(f"/my/{filing.ref}/form", {**fields, "delivery": "e_licence"})
    assert filing.visitor.at.endswith("/check"), filing.visitor.text()
    assert "我承诺在受理时告知的期限内补齐" in filing.visitor.text()
    see(sight, {"tolerance-check": f"/my/{filing.ref}/check"})
    filing.visitor.go(f"/my/{filing.ref}/check")
    filing.visitor.send(f"/my/{filing.ref}/submit", {"undertakes": "1"})
    sheet = f"/window/{filing.ref}"
    filing.visitor.log_in(CLERK)
    page = sight.look(sheet)
    for box in page.locator("input[name^='brought.']:not([name='brought.m5'])").all():
        box.check()
    page.locator("summary", has_text="容缺受理").click()
    sight.weights.clear()
    page.locator("button[name=tolerate]").click()
    page.wait_for_url("**?done=1")
    judge(page, sight, "tolerance-accepted")
    see(
        sight,
        {"tolerance-list": "/window/tolerances", "tolerance-supply": f"{sheet}/supply", "tolerance-queue": "/window"},
    )
    see(sight, {"tolerance-clock": f"/cases/{filing.ref}/clock?clock=tolerance"})
    filing.visitor.log_in("clerk-330302")
    assert "食品安全管理制度" in filing.visitor.go(f"{sheet}/supply"), "任何窗口都收"
    assert filing.visitor.client.get(sheet).status_code == 404, "别的中心的件仍看不到"
    filing.visitor.log_in("firm-2")
    see(sight, {"tolerance-follow": f"/my/{filing.ref}"})
    assert filing.visitor.client.get(f"/my/{filing.ref}/receipt").content.startswith(b"%PDF")
    filing.visitor.log_in(HANDLER)
    see(sight, {"tolerance-desk": f"/desk/{filing.ref}"})
    stage.clock.go(date(2017, 8, 25))
    stage.drain()
    filing.visitor.log_in("firm-2")
    see(sight, {"tolerance-revoked": f"/my/{filing.ref}"})
    assert "受理已经撤销" in filing.visitor.go(f"/my/{filing.ref}")
