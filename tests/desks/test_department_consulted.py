"""征求意见的来回 — the lead sees whom it asked, until when, what each said, and that silence was silence."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest

from yiwang.connectors.sandbox import roster
from yiwang.demo.walk import Walk, scripts
from yiwang.front.desk import reference

from tests.desks.conftest import Visitor

LEAD = "jst-handler-330000"
FIRMS = [(f.identifier, f.name, f"firm-{n + 1}") for n, f in enumerate(map(roster.firm, range(3)))]


def asked_until(stage: Walk, day: date) -> tuple[int, UUID]:
    """The example that consults two departments, played up to a day."""
    script = scripts(FIRMS)[-1]
    found = stage._take_in(script)
    for act in script.acts:
        if act.day <= day:
            stage._act(act, *found)
    stage.clock.go(day)
    stage.drain()
    return found


def threads(page: str) -> str:
    """What the page says of the consultations."""
    part = page.partition('id="consultations"')[2].partition("</ol>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


@pytest.mark.requirement("R50", "R54")
def test_牵头看到问了谁_到哪天_答了什么_条件写进决定(stage: Walk, visitor: Visitor) -> None:
    ref = reference(*asked_until(stage, date(2017, 8, 23)))
    visitor.log_in(LEAD)
    seen = threads(visitor.go(f"/desk/{ref}"))
    days = r"8月18日 周五 09:00发出 · 期限 8月25日 周五 · 8月23日 周三 09:00答复"
    assert re.search(rf"省交通运输厅 章承办人 附条件同意 {days}", seen), seen
    assert "取得后三个月内补齐设备检定 准予时写进决定书" in seen
    assert re.search(r"省水利厅 已发出 剩 2 个工作日 8月25日 周五", seen), seen
    assert f"/cases/{ref}/clock?clock=consult_water" in visitor.page, "a date leads to its proof"


@pytest.mark.requirement("R50")
def test_逾期未复_写的是没有答复_不写同意(stage: Walk, visitor: Visitor) -> None:
    ref = reference(*asked_until(stage, date(2017, 8, 18)))
    stage.clock.go(date(2017, 8, 24))
    stage.drain()
    visitor.log_in(LEAD)
    assert threads(visitor.go(f"/desk/{ref}")).count("催过 1 次") == 2, "reminded the working day before"
    stage.clock.go(date(2017, 8, 28))
    stage.drain()
    visitor.log_in(LEAD)  # days later, the session is over
    seen = threads(visitor.go(f"/desk/{ref}"))
    assert seen.count("逾期视为无意见 8月18日") == 2, seen
    assert seen.count("没有答复，不等于同意：流程图签字确认：逾期未复视为无意见") == 2, seen
