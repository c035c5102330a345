"""旅程夹具 — people who sit down with a browser at the whole system as `yiwang demo` starts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.conftest import Demo

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}


Enter = Callable[..., Page]


@pytest.fixture
def enter(demo: Demo, chromium: Browser) -> Iterator[Enter]:
    """Log somebody in, each in a browser of their own; gives the first page."""
    contexts: list[BrowserContext] = []

    def log_in(login: str, size: ViewportSize = DESKTOP) -> Page:
        context = chromium.new_context(viewport=size, locale="zh-CN")
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{demo.address}/login")
        page.locator("[name=login]").first.fill(login)
        page.locator("[name=password]").first.fill(demo.accounts[login]["password"])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield log_in
    for context in contexts:
        context.close()
