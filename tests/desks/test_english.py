"""英文页面 — a page in English has Chinese only where it says that it is Chinese (lang)."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.desks.conftest import Filing, Visitor

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
EMPTY = {"br", "hr", "img", "input", "link", "meta", "path", "rect", "use", "wbr"}


class Reader(HTMLParser):
    """读者 — collects the Chinese that stands where the language is not said to be Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            language = dict(attrs).get("lang") or ""
            self._open.append((tag, language.startswith("zh") or (not language and self._chinese)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if CHINESE.search(data) and not self._chinese:
            self.found.append(data.strip())

    @property
    def _chinese(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def unmarked(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    return reader.found


def test_找得出没有标明的中文() -> None:
    assert unmarked('<html lang="en"><p>好<br>x</p><a lang="zh-CN">中文<b>好</b></a></html>') == ["好"]


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/?all=1",
        "/?q=nothing-of-the-kind",
        "/check",
        "/items/许可-90015-000",
        "/items/许可-90014-000?q.categories=highway&q.titles=yes",
        "/no/such/page",
    ],
)
def test_英文页面没有不标明的中文(visitor: Visitor, address: str) -> None:
    visitor.go("/language/en")
    page = visitor.go(address)
    assert '<html lang="en"' in page
    assert unmarked(page) == []


def test_从填表到跟踪的页面没有不标明的中文(filing: Filing) -> None:
    """What the applicant wrote in a text area is theirs; all else is English or marked."""
    filing.start()
    filing.visitor.go("/language/en")
    form = filing.visitor.go(f"/my/{filing.ref}/form")
    assert unmarked(re.sub(r"(<textarea[^>]*>)[^<]*", r"\1", form)) == []
    filing.hand_in()
    address = f"/my/{filing.ref}"
    for page in (filing.visitor.page, *map(filing.visitor.go, (address, "/my", "/my/data", "/my/licences"))):
        assert unmarked(page) == []
