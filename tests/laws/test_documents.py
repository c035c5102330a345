"""文书 — the documents agree with the code: the glossary is fresh, links lead somewhere, records are listed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.laws.test_tidy import ROOT

LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
PAGES = sorted(path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))


def test_the_glossary_is_fresh() -> None:
    check = subprocess.run([sys.executable, ROOT / "docs" / "glossary.py", "--check"], check=False)
    assert check.returncode == 0, "run `make glossary`"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()]
    assert missing == []


def test_every_decision_is_listed_under_its_own_title() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text("utf-8")
    for record in sorted(folder.glob("[0-9]*.md")):
        title = record.read_text("utf-8").partition("\n")[0].removeprefix("# ")
        assert f"| [{title[:4]}]({record.name}) | {title[5:]} |" in index
