"""旅程夹具 — people who sit down with a browser at the whole system as `yiwang demo` starts it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.conftest import Demo

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PATIENCE = 60_000
"""Milliseconds until something that never comes counts as missing: only a test that fails waits that long."""

Enter = Callable[..., Page]


def arrive(page: Page, url: str | re.Pattern[str] | Callable[[str], bool]) -> None:
    """Wait until a page stands there with its scripts; pictures and fonts may come later."""
    page.wait_for_url(url, wait_until="domcontentloaded")


@pytest.fixture
def enter(demo: Demo, chromium: Browser) -> Iterator[Enter]:
    """Log somebody in, each in a browser of their own; gives the first page."""
    contexts: list[BrowserContext] = []
    expect.set_options(timeout=PATIENCE)

    def log_in(login: str, size: ViewportSize = DESKTOP) -> Page:
        context = chromium.new_context(viewport=size, locale="zh-CN")
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{demo.address}/login")
        page.locator("[name=login]").first.fill(login)
        page.locator("[name=password]").first.fill(demo.accounts[login]["password"])
        page.keyboard.press("Enter")
        arrive(page, lambda url: "/login" not in url)
        return page

    yield log_in
    for context in contexts:
        context.close()
