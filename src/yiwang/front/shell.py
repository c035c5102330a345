"""门厅 — the web application around desks and gateway: sessions, guards, limits, headers, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

import anyio
import msgspec
from litestar import Litestar, Request, Response
from litestar.config.app import AppConfig
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.router import Router
from litestar.types import ASGIApp, ControllerRouterHandler, HTTPScope, Receive, Scope, Send

from yiwang.directory import service as directory
from yiwang.front import policy
from yiwang.front.admission import API, BODY, SAFE, admit, hurried
from yiwang.front.desk import COOKIE, LANGUAGE_COOKIE, SECURE_COOKIE, Desk
from yiwang.front.errors import answer_to
from yiwang.front.files import static_file
from yiwang.front.look.environment import CONTENT_SECURITY_POLICY
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.ground.outcome import Forbidden
from yiwang.ground.zone import day_of
from yiwang.plumbing.i18n import Language, negotiate
from yiwang.plumbing.sessions import Session, find
from yiwang.plumbing.work import Engine, Work


class NotLoggedIn(Exception):
    """未登录: the page needs somebody; where to go on afterwards is the address asked for."""


def actor_in(session: Session | None) -> Actor | None:
    """Who a session belongs to."""
    if session is None or "actor" not in session.data:
        return None
    return msgspec.convert(session.data["actor"], Actor)


class Gate(ASGIMiddleware):
    """门岗: refuses what no handler should see, and finds out whose request it is, in a thread of its own."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, engine: Engine, *, secure: bool) -> None:
        self.engine = engine
        self.cookie = SECURE_COOKIE if secure else COOKIE

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Look at the request before anything else does."""
        admit(cast("HTTPScope", scope))
        token = self._token(Request(scope))
        session = await anyio.to_thread.run_sync(self._find, token) if token else None
        scope["state"]["session"] = session
        await next_app(scope, hurried(receive), send)

    def _token(self, request: Request[Any, Any, Any]) -> str:
        if request.scope["path"].startswith(API):
            kind, _, token = request.headers.get("authorization", "").partition(" ")
            return token.strip() if kind.lower() == "bearer" else ""
        if request.scope["path"].startswith("/static/"):
            return ""
        return request.cookies.get(self.cookie, "")

    def _find(self, token: str) -> Session | None:
        with self.engine.begin(SYSTEM) as work:
            session = find(work, token[:200])
            actor = actor_in(session)
            if session is not None and actor is not None:
                _renew(work, session, actor)
            return session


def _renew(work: Work, session: Session, actor: Actor) -> None:
    """Posts and deputies change while somebody is logged in: rights are those of now, or there are none."""
    now = directory.renewed(work, actor)
    if now is None:
        del session.data["actor"]
    elif now != actor:
        session.data["actor"] = msgspec.to_builtins(now)


def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """守卫: a route says `act` or `public`; one that says neither is open to nobody."""
    opt = handler.opt
    if connection.scope.get("method", "GET") not in SAFE and not connection.scope["path"].startswith(API):
        _same_origin(connection)
    if opt.get("public"):
        return
    actor = actor_in(connection.scope["state"].get("session"))
    act = opt.get("act")
    if actor is None:
        raise NotLoggedIn
    if act is None or not policy.may(actor, act):
        raise Forbidden("web.forbidden")


def _same_origin(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """A form comes from our own pages; the token in it says so too."""
    site = connection.headers.get("sec-fetch-site", "same-origin")
    origin = connection.headers.get("origin", "")
    host = connection.headers.get("host", "")
    if site not in ("same-origin", "none") or (origin and origin.partition("://")[2] != host):
        raise Forbidden("web.csrf")


def _harden(response: Response[Any], *, secure: bool) -> Response[Any]:
    response.headers.setdefault("content-security-policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("x-content-type-options", "nosniff")
    response.headers.setdefault("referrer-policy", "same-origin")
    response.headers.setdefault("cache-control", "no-store")
    response.headers.setdefault("cross-origin-opener-policy", "same-origin")
    if secure:
        response.headers.setdefault("strict-transport-security", "max-age=63072000; includeSubDomains")
    return response


def build(
    engine: Engine,
    routes: Sequence[ControllerRouterHandler],
    *,
    secure: bool,
    demo: Sequence[Mapping[str, str]] = (),
    dependencies: Mapping[str, Provide] | None = None,
    configure: Callable[[AppConfig], AppConfig] | None = None,
) -> Litestar:
    """The application of these routes on an engine. `secure`: behind TLS, so that cookies and HSTS say so."""

    def language(request: Request[Any, Any, Any]) -> Language:
        return negotiate(
            request.cookies.get(LANGUAGE_COOKIE), accept_language=request.headers.get("accept-language", "")
        )

    def desk(request: Request[Any, Any, Any]) -> Desk:
        session = request.scope["state"].get("session")
        return Desk(engine, request, session, actor_in(session), language(request), secure, tuple(demo))

    def harden(response: Response[Any]) -> Response[Any]:
        return _harden(response, secure=secure)

    def fail(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        if isinstance(error, NotLoggedIn) and not request.scope["path"].startswith(API):
            query = request.scope["query_string"].decode("ascii")
            place = quote(request.scope["path"] + (f"?{query}" if query else ""))
            return harden(Response("", status_code=303, headers={"location": f"/login?next={place}"}))
        api = request.scope["path"].startswith(API)
        today = day_of(engine.clock())
        actor = actor_in(request.scope["state"].get("session"))
        return harden(answer_to(request, error, language(request), api=api, today=today, actor=actor))

    return Litestar(
        route_handlers=[*routes, static_file],
        guards=[guard],
        middleware=[Gate(engine, secure=secure)],
        dependencies={"desk": Provide(desk, sync_to_thread=False), **(dependencies or {})},
        exception_handlers={Exception: fail},
        after_request=harden,
        request_max_body_size=BODY,
        openapi_config=_described(),
        logging_config=None,  # plumbing/telemetry.py says how things are told
        on_app_init=[configure] if configure else None,
    )


def _described() -> OpenAPIConfig:
    """The description of the JSON interface; served at /openapi.json."""
    return OpenAPIConfig(
        title="Yiwang 一网",
        version="1",
        description="One interface per business, for departments' own systems and outside clients. Log in at "
        "/api/v1/token; a department's system names the officer it acts for in `Acting-Officer`.",
        render_plugins=[],
        openapi_router=Router("/_schema", route_handlers=[], opt={"public": "description"}, include_in_schema=False),
        components=Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}),
        use_handler_docstrings=True,
    )
