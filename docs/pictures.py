"""图片 — the picture of the README, put together from the pages that the journeys saw: `make shots`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parent / "pictures"
PAGE = """<!doctype html><style>
body {{ margin: 0; background: #e9edf3; display: flex; gap: 28px; align-items: center; padding: 36px; width: 1400px }}
img {{ border: 1px solid #b8c2d0; border-radius: 10px; box-shadow: 0 10px 30px #1b2a4a33; background: #fff }}
.phone {{ height: 560px }} .desk {{ width: 1060px; height: 620px; object-fit: cover; object-position: top }}
</style><img class="phone" src="{phone}"><img class="desk" src="{desk}">"""


def overview() -> None:
    """A case on the applicant's phone beside the same case on an official's desk."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1472, "height": 692})
        source = FOLDER / "overview.html"
        source.write_text(PAGE.format(phone="citizen-follow.png", desk="department-case.png"), "utf-8")
        page.goto(source.as_uri())
        page.screenshot(path=FOLDER / "overview.png")
        source.unlink()
        browser.close()


if __name__ == "__main__":
    overview()
    sys.exit(0)
