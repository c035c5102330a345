"""令牌 — a program logs in by body or HTTP Basic; wrong is 401, too often is 429 with the seconds to wait."""

from __future__ import annotations

import pytest

from yiwang.demo.accounts import PASSWORD

from tests.web.conftest import Served

TOKEN = "/api/v1/token"
ELSEWHERE = "127.0.0.2"
"""The throttle counts by address as well, and other tests have failed often from the usual one."""


def test_by_body_and_by_basic_the_same_client(served: Served) -> None:
    with served.client(at=ELSEWHERE) as program:
        by_body = program.post(TOKEN, json={"login": "client-jst", "password": PASSWORD})
        by_basic = program.post(TOKEN, auth=("client-jst", PASSWORD))
        assert by_body.status_code == by_basic.status_code == 200
        for answer in (by_body, by_basic):
            bearer = {"authorization": f"Bearer {answer.json()['token']}"}
            assert program.get("/api/v1/me", headers=bearer).json()["person"] == "client-jst"


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !!!", "Basic YQ==", "Basic YQBhOmI=", "Digest YTpi", "Bearer x"]
)
def test_neither(served: Served, header: str) -> None:
    with served.client(at=ELSEWHERE) as program:
        answer = program.post(TOKEN, headers={"authorization": header})
    assert answer.status_code in (401, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_too_often(served: Served) -> None:
    with served.client(at=ELSEWHERE) as program:
        tries = [program.post(TOKEN, json={"login": "nobody-at-all", "password": "wrong"}) for _ in range(7)]
    assert [answer.status_code for answer in tries][:5] == [401] * 5
    assert tries[-1].status_code == 429
    assert int(tries[-1].headers["retry-after"]) >= 1
    assert "www-authenticate" in tries[0].headers


def test_without_a_key_nothing_is_done_and_the_answer_says_why(served: Served) -> None:
    with served.client() as program:
        headers = {"authorization": f"Bearer {served.tokens['client-jst']}", "accept-language": "en"}
        answer = program.post("/api/v1/webhooks", json={}, headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "idempotency.key")
    assert "Idempotency-Key" in problem["detail"]
