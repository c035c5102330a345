"""代理页面 — the head appoints, the deputy reads for whom, after the last day it is over; exemptions have reasons."""

from __future__ import annotations

import re
from datetime import date

import pytest

from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing import editions
from yiwang.plumbing.work import Engine

from tests.staff.conftest import Client, LogIn
from tests.staff.test_window import guards

HERE = "/staff/absence"
HEAD, REVIEWER, DECIDER = "jst-head-330000", "jst-reviewer-330000", "jst-decider-330000"
SEAT = f"{DECIDER} 330000.JST#3"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "LOOK_AGAIN", 0.0)


def send(client: Client, path: str = HERE, **fields: str) -> int:
    data = {**guards(client.get(HERE).text), **fields}
    return client.post(path, data=data, follow_redirects=False).status_code


def lend(client: Client, **changed: str) -> int:
    fields = {"seat": SEAT, "deputy": REVIEWER, "since": "2017-08-15", "until": "2017-08-16", "reason": "赴京开会"}
    return send(client, **(fields | changed))


def test_负责人指定_代理人看得到代谁_期满自动终止(log_in: LogIn, clock: SimulatedClock) -> None:
    assert lend(log_in(HEAD)) == 303
    for day, words in ((14, "未开始"), (15, "代理中"), (16, "代理中"), (17, "已期满")):
        clock.go(date(2017, 8, day))
        page = log_in(REVIEWER).get(HERE).text
        assert words in page
        assert ("行使“审批人”的职权" in page) is (words == "代理中")


def test_本人只能为自己指定_别人的看不到(log_in: LogIn) -> None:
    client = log_in(REVIEWER)
    assert SEAT not in client.get(HERE).text
    assert lend(client) == 422
    assert lend(log_in(DECIDER)) == 303
    assert "赴京开会" in log_in(REVIEWER).get(HERE).text
    assert "赴京开会" not in log_in("jst-handler-330000").get(HERE).text
    assert "赴京开会" not in log_in("jtt-head-330000").get(HERE).text


def test_终止(log_in: LogIn, engine: Engine, clock: SimulatedClock) -> None:
    lend(log_in(HEAD))
    page = log_in(DECIDER).get(HERE).text
    found = re.search(r'name="deputy" value="([0-9a-f-]{36})"', page)
    assert found
    assert send(log_in(REVIEWER), f"{HERE}/end", deputy=found[1]) == 422
    assert send(log_in(DECIDER), f"{HERE}/end", deputy=found[1]) == 303
    assert "已终止" in log_in(DECIDER).get(HERE).text
    clock.go(date(2017, 8, 15))
    with engine.begin(SYSTEM) as work:
        assert directory.actor_of(work, REVIEWER, "").deputised == ()


@pytest.mark.parametrize(
    "wrong", [{"since": "昨天"}, {"since": "2017-08-13"}, {"until": "2017-08-14"}, {"deputy": DECIDER}, {"seat": "x"}]
)
def test_填错的_原样退回并说明(log_in: LogIn, wrong: dict[str, str]) -> None:
    client = log_in(HEAD)
    fields = {
        "seat": SEAT,
        "deputy": REVIEWER,
        "since": "2017-08-15",
        "until": "2017-08-16",
        "reason": "写了半天的原因",
    }
    answer = client.post(HERE, data={**guards(client.get(HERE).text), **fields, **wrong})
    assert answer.status_code == 422
    assert "写了半天的原因" in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.requirement("R26")
def test_集中办公例外_只有负责人登记_要写理由(log_in: LogIn) -> None:
    assert "集中办公例外" not in log_in(REVIEWER).get(HERE).text
    fields = {"post": "330000.JST#4", "last": "2017-08-31", "why": "设备在本部"}
    assert send(log_in(REVIEWER), f"{HERE}/exempt", **fields) == 422
    head = log_in(HEAD)
    assert send(head, f"{HERE}/exempt", **{**fields, "why": " "}) == 422
    assert send(head, f"{HERE}/exempt", **fields) == 303
    assert "设备在本部" in head.get(HERE).text


def test_申请人没有这个页面(log_in: LogIn) -> None:
    assert log_in("citizen-1").get(HERE).status_code == 403
