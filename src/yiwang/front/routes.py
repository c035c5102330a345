"""路由 — how a desk's functions become routes: pages to read, forms to send, each run in a thread of its own."""

from __future__ import annotations

from typing import Any

from litestar import Litestar
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.utils.sync import AsyncCallable


class ThreadHandler(HTTPRouteHandler):
    """A handler run in a thread.

    Litestar registers a handler again when another one shares its path, and then wraps it twice, so that the answer is
    a coroutine nobody awaits (seen with 2.25.0): the second registration is made to find the first one's work done.
    """

    def on_registration(self, app: Litestar) -> None:
        """Wrap once."""
        if isinstance(self._fn, AsyncCallable):
            self._fn = self._fn.func  # type: ignore[assignment]  # a plain function is what it was given first
        super().on_registration(app)


def page(path: str, opt: dict[str, Any]) -> ThreadHandler:
    """页面: a route to read. `opt` says `act` (front/policy.py) or `public` with the reason."""
    return ThreadHandler(path, http_method=HttpMethod.GET, opt=opt, sync_to_thread=True, include_in_schema=False)


def sent(path: str, opt: dict[str, Any]) -> ThreadHandler:
    """表单: a route to send a form to. `opt` as for a page."""
    return ThreadHandler(path, http_method=HttpMethod.POST, opt=opt, sync_to_thread=True, include_in_schema=False)
