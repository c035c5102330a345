"""请求记录 — every request counted, timed and told in one line: id, route, status; never an address or a value."""

from __future__ import annotations

import re
from time import perf_counter
from uuid import uuid4

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from yiwang.plumbing.telemetry import HTTP_REQUESTS, HTTP_SECONDS

REQUEST_ID = b"x-request-id"
_GIVEN = re.compile(rb"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_log = structlog.get_logger("request")


class Watch:
    """请求记录: around the whole application, so that what its router refuses is told as well."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its answer back, and write down what came of it."""
        if scope["type"] != ScopeType.HTTP:
            await self.app(scope, receive, send)
            return
        started, status = perf_counter(), 0
        name = _request_id(scope)

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (REQUEST_ID, name.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=name):
            try:
                await self.app(scope, receive, told)
            finally:
                _tell(scope, status, perf_counter() - started)


def _request_id(scope: Scope) -> str:
    """The id a proxy gave, if it looks like one, else a new one."""
    given = dict(scope["headers"]).get(REQUEST_ID, b"")
    return given.decode() if _GIVEN.fullmatch(given) else uuid4().hex


def _tell(scope: Scope, status: int, seconds: float) -> None:
    route = str(scope.get("path_template") or "unknown")
    method = str(scope.get("method", ""))
    method = method if method in _METHODS else "other"
    HTTP_REQUESTS.labels(method, route, str(status)).inc()
    HTTP_SECONDS.labels(route).observe(seconds)
    _log.info("answered", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
