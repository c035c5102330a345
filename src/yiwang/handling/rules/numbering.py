"""文号 — the number of a document: the organisation's short word, the year, a serial of its own; and its check code."""

from __future__ import annotations

import re

from yiwang.ground.digits import mod_97_10, normal, only
from yiwang.ground.home import HOMES
from yiwang.ground.outcome import NotFound

DECISIONS, NOTICES = "审", "告"
"""编号系列: decisions and notices are counted apart, each from 1 in every year."""
CODE = 22
_PLACE = re.compile(r"(?:.族)*(?:自治)?[省市县区]$")
_OFFICE = re.compile(r"(?:管理)?(?:厅|局|委|办|处|中心)$")
_TOWN = re.compile(r"(?:镇|乡|街道)$")


def word(places: tuple[str, ...], short: str) -> str:
    """发文机关代字: `浙质监` of 省质监局 in 浙江省, `西湖发改` of the one in 西湖区.

    `places` are the names from the place itself upwards as far as they are needed to tell it from another: one for a
    province, city or county, two for a township; `short` is the short name of the line.
    """
    own = "".join(_PLACE.sub("", _TOWN.sub("", name)) for name in reversed(places))
    return ("浙" if own == "浙江" else own) + _OFFICE.sub("", short.removeprefix("省"))


def number(of: str, series: str, year: int, serial: int | None) -> str:
    """文号: `浙质监审〔2017〕12号`; with a blank for a document that has none yet."""
    return f"{of}{series}〔{year}〕{'　' if serial is None else serial}号"


def code(home: int, chance: int) -> str:
    """核验码: 22 digits: the home, fifteen digits nobody can guess, two check digits (ISO 7064 MOD 97-10)."""
    digits = f"{home:05d}{chance % 10**15:015d}"
    return digits + mod_97_10(digits)


def read_code(text: str) -> tuple[int, str]:
    """读核验码: home and code as somebody typed it; NotFound `document.unknown` when it cannot be one."""
    written = normal(text)
    if len(written) != CODE or not only(written, "0123456789") or mod_97_10(written[:-2]) != written[-2:]:
        raise NotFound("document.unknown")
    home = int(written[:5])
    if home >= HOMES:
        raise NotFound("document.unknown")
    return home, written
