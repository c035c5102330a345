"""路由 — every route of the application is guarded or public for a reason, and refuses whoever may not use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler

from yiwang.demo.people import everybody
from yiwang.front import policy
from yiwang.front.shell import build
from yiwang.web import application

from tests.web.conftest import Served

PUBLIC_REASON = 10
FILLED = {"ref": f"1-{uuid4()}", "uuid": str(uuid4()), "int": "1"}


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path, with what its handler says of itself."""

    method: str
    path: str
    opt: dict[str, Any]

    @property
    def address(self) -> str:
        """An address that leads to it."""
        return re.sub(r"{(\w+)(?::(\w+))?}", lambda m: FILLED.get(m[1], FILLED.get(m[2] or "", "x")), self.path)


def routes_of(app: Litestar) -> Iterator[Route]:
    """Every route, but for the OPTIONS that the library adds to each."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            methods = handler.http_methods if isinstance(handler, HTTPRouteHandler) else {"ASGI"}
            yield from (Route(str(m), route.path, dict(handler.opt)) for m in methods if m != "OPTIONS")


def unguarded(app: Litestar) -> list[Route]:
    """Routes that name neither an act of the policy nor, in words, why they are open."""
    return [
        route
        for route in routes_of(app)
        if route.opt.get("act") not in policy.ACTS and len(route.opt.get("public", "")) < PUBLIC_REASON
    ]


@pytest.fixture(scope="module")
def routes() -> list[Route]:
    """All routes of the application as it is served."""
    return list(routes_of(_application()))


def _application() -> Litestar:
    engine: Any = None
    return application(engine, secure=False)


def test_every_route_names_its_act_or_why_it_is_open(routes: list[Route]) -> None:
    assert len(routes) > 50
    assert unguarded(_application()) == []


def test_a_route_that_says_nothing_is_found() -> None:
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return ""

    engine: Any = None
    assert [route.path for route in unguarded(build(engine, [forgotten], secure=False))] == ["/forgotten"]


def test_nobody_gets_past_a_guard(served: Served, routes: list[Route]) -> None:
    with served.client() as nobody:
        for route in routes:
            if "act" not in route.opt:
                continue
            answer = nobody.request(route.method, route.address)
            refused = answer.status_code in (401, 403) or answer.headers.get("location", "").startswith("/login")
            assert refused, (route, answer.status_code)


@pytest.mark.requirement("R14")
def test_nobody_gets_past_the_guard_of_a_role_that_is_not_theirs(served: Served, routes: list[Route]) -> None:
    roles = {person.code: frozenset(person.roles) for person in everybody() if person.code in served.tokens}
    one_of_each = {had: login for login, had in sorted(roles.items())}
    tried = 0
    for had, login in one_of_each.items():
        with served.client(login) as browser:
            browser.headers["authorization"] = f"Bearer {served.tokens[login]}"
            for route in routes:
                wanted = policy.ACTS.get(route.opt.get("needs") or route.opt.get("act", ""), had)
                if wanted & had:
                    continue
                unsafe = {} if route.method == "GET" else {"idempotency-key": str(uuid4())}
                answer = browser.request(route.method, route.address, headers=unsafe)
                assert answer.status_code in (400, 403), (login, route, answer.status_code)
                tried += 1
    assert tried > 100
