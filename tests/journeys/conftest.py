"""旅程夹具 — the whole system as `yiwang demo` starts it, and people who sit down at it with a browser."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
READY = re.compile(rb"https?://127\.0\.0\.1:\d+")


@dataclass(frozen=True, slots=True)
class Demo:
    """演示系统: where it answers, and its accounts by login."""

    address: str
    accounts: dict[str, dict[str, str]]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`yiwang demo` on an empty folder, stopped by the signal that Ctrl-C sends."""
    folder = tmp_path_factory.mktemp("demo")
    accounts = folder / "accounts.json"
    command = [sys.executable, "-m", "yiwang", "demo", "--data", str(folder / "data"), "--accounts-json", str(accounts)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield Demo(_address(process), _by_login(accounts))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
    assert process.returncode == 0


def _address(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := READY.search(line):
            return found[0].decode()
    raise AssertionError("the demo ended before it was ready")


def _by_login(accounts: Path) -> dict[str, dict[str, str]]:
    return {account["login"]: account for account in json.loads(accounts.read_text("utf-8"))}


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
