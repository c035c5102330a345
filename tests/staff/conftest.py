"""工作人员夹具 — the whole web application in this process, a fresh demo database a test, and log-in by password."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from yiwang import web
from yiwang.demo.accounts import PASSWORD, open_accounts
from yiwang.plumbing.work import Engine

Client = TestClient[Litestar]
LogIn = Callable[[str], Client]


@pytest.fixture
def site(engine: Engine) -> Litestar:
    """The application with the accounts of the demo."""
    accounts: list[Any] = open_accounts(engine)
    return web.application(engine, secure=False, demo=[a for a in accounts if a["shown"]])


@pytest.fixture
def visitor(site: Litestar) -> Iterator[Client]:
    """Somebody who has not logged in."""
    with TestClient(site) as client:
        yield client


@pytest.fixture
def log_in(visitor: Client) -> LogIn:
    """Somebody of the demo logs in; several may, one after the other."""

    def enter(login: str) -> Client:
        visitor.cookies.clear()
        answer = visitor.post("/login", data={"login": login, "password": PASSWORD}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return visitor

    return enter
