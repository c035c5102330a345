"""图标 — cut the icons our pages use out of Tabler Icons into one file, static/icons.svg.

    npm pack @tabler/icons@3.51.0 && tar xzf tabler-icons-3.51.0.tgz
    python -m yiwang.front.look.sprite package/icons

To add one, put its name into icons.txt and run this again.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
LIST = HERE / "icons.txt"
TARGET = HERE / "static" / "icons.svg"

_FRAME = re.compile(
    r'^.*?<svg[^>]*>|</svg>|<path stroke="none" d="M0 0h24v24H0z" fill="none" />|\s*\n\s*', flags=re.DOTALL
)
_ATTRIBUTES = {
    "outline": 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"',
    "filled": 'fill="currentColor"',
}


def names() -> list[str]:
    """The icons of icons.txt."""
    lines = LIST.read_text("utf-8").splitlines()
    return [name for line in lines if not line.startswith("#") for name in line.split()]


def symbol(name: str, folder: Path) -> str:
    """One icon as a <symbol>; the stroke's width is left to the style sheet."""
    kind = "filled" if name.endswith("-filled") else "outline"
    svg = (folder / kind / f"{name.removesuffix('-filled')}.svg").read_text("utf-8")
    return f'<symbol id="{name}" viewBox="0 0 24 24" {_ATTRIBUTES[kind]}>{_FRAME.sub("", svg)}</symbol>'


def sprite(folder: Path) -> str:
    """All icons of the list as one SVG."""
    lines = "\n".join(symbol(name, folder) for name in names())
    note = "<!-- Tabler Icons, MIT, Copyright Paweł Kuna; cut by yiwang.front.look.sprite -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{note}\n{lines}\n</svg>\n'


if __name__ == "__main__":
    TARGET.write_text(sprite(Path(sys.argv[1])), "utf-8")
