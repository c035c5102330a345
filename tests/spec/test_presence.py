"""谁在看 — two officials with one case before them know of each other; nobody else's look is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from yiwang.casework.service import watching
from yiwang.plumbing.work import Work

from tests.spec.conftest import CONSULTING, Filed, Office


def sees(office: Office, login: str, filed: Filed) -> list[str]:
    """Whom somebody sees beside themselves when the page asks."""

    def do(work: Work) -> list[str]:
        return [p.person for p in watching.present(work, *filed)]

    seen: list[str] = office.by(login, do)
    return seen


@pytest.mark.requirement("R52")
def test_两人同看一件_互相看得见(office: Office) -> None:
    filed, other = office.accepted(CONSULTING), office.accepted(CONSULTING)
    assert sees(office, "jst-handler-330000", filed) == []
    assert sees(office, "jst-decider-330000", filed) == ["jst-handler-330000"]
    assert sees(office, "jst-handler-330000", filed) == ["jst-decider-330000"]
    assert sees(office, "jst-reviewer-330000", other) == []


def test_离开一分钟就不再算在看(office: Office) -> None:
    filed, other = office.accepted(CONSULTING), office.accepted(CONSULTING)
    sees(office, "jst-handler-330000", filed)
    office.clock.now += watching.PRESENT + timedelta(seconds=1)
    assert sees(office, "jst-decider-330000", filed) == []
    sees(office, "jst-handler-330000", other)
    left = office.sql("SELECT matter FROM casework.presence WHERE person = 'jst-handler-330000'")
    assert left == [(other[1],)], "看过的旧记录不留"


def test_在看只是一条语句(office: Office) -> None:
    filed = office.accepted(CONSULTING)
    with office.engine.begin(office.actor("jst-handler-330000")) as work:
        watching.present(work, *filed)
        assert work.reads == 1
    assert work.writes == 0
