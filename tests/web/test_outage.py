"""停库 — the database goes away: 503 with Retry-After on page and gateway, never 500; it comes back, and so do we."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from litestar import Request

from yiwang.front.errors import answer_to
from yiwang.ground.outcome import Refused

from tests.web.conftest import Served


@pytest.fixture
def without_database(served: Served) -> Iterator[None]:
    """Nobody reaches the database during the test."""
    served.allow_database(False)
    yield
    served.allow_database(True)


PATHS = ("/", "/items/x", "/my", "/window", "/desk", "/supervision", "/api/v1/items", "/api/v1/tasks")


@pytest.mark.usefixtures("without_database")
def test_while_it_is_away_every_answer_says_when_to_come_again(served: Served) -> None:
    bearer = {"authorization": f"Bearer {served.tokens['clerk-330106']}"}
    login = {"login": "clerk-330106", "password": "demo-2017"}
    with served.client("clerk-330106") as browser, ThreadPoolExecutor(len(PATHS) + 2) as together:
        answers = {path: together.submit(browser.get, path, headers=bearer) for path in PATHS}
        answers["POST /login"] = together.submit(browser.post, "/login", data=login)
        answers["POST /api/v1/token"] = together.submit(browser.post, "/api/v1/token", json=login)
        for path, answer in answers.items():
            assert (answer.result().status_code, answer.result().headers.get("retry-after")) == (503, "5"), path


def test_once_it_is_back_the_same_server_goes_on(served: Served) -> None:
    served.allow_database(False)
    served.allow_database(True)
    with served.client("clerk-330106") as browser:
        assert {browser.get("/window").status_code for _ in range(5)} == {200}


def test_a_busy_database_asks_to_come_again_and_is_no_fault() -> None:
    scope: Any = {"type": "http", "method": "POST", "path": "/api/v1/x", "headers": []}
    request: Request[Any, Any, Any] = Request(scope)
    answer = answer_to(request, Refused("work.busy"), "en", api=True, today=date(2017, 8, 14), actor=None)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert b"work.busy" in answer.content
