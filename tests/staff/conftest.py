"""工作人员夹具 — the whole web application in this process, a fresh demo database a test, people who are logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from yiwang import web
from yiwang.front.desk import COOKIE
from yiwang.front.entry import admitted
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing.work import Engine

Client = TestClient[Litestar]
LogIn = Callable[[str], Client]


@pytest.fixture
def visitor(engine: Engine) -> Iterator[Client]:
    """Somebody who has not logged in."""
    with TestClient(web.application(engine, secure=False)) as client:
        yield client


@pytest.fixture
def log_in(visitor: Client, engine: Engine) -> LogIn:
    """Somebody of the demo comes in; several may, one after the other.

    Passwords are dear on purpose and have their own tests (tests/front/test_entry.py): here nobody is asked for one.
    """

    def enter(login: str) -> Client:
        with engine.begin(SYSTEM) as work:
            session, _ = admitted(work, login, login, "web testclient")
        visitor.cookies.clear()
        visitor.cookies.set(COOKIE, session.token)
        return visitor

    return enter
