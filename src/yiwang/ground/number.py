"""办件编号 — our case number: 23 digits for a phone's number pad, read aloud in groups.

`330106 170814 01234 5678 42`: division that received it, date (two digits of the year), home, serial, check.
The two check digits (ISO 7064 MOD 97-10) find every wrong digit and every swap of two neighbours.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from yiwang.ground.digits import mod_97_10, normal, only
from yiwang.ground.home import HOMES
from yiwang.ground.outcome import Invalid

LENGTH = 23
SERIALS = 10_000
_GROUPS = (6, 6, 5, 4, 2)
_CENTURY = 2000


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """办件编号 — its parts: 6-digit division, date of receipt, home 0–16383, serial 0–9999 of that day and home."""

    division: str
    date: dt.date
    home: int
    serial: int

    def __post_init__(self) -> None:
        if len(self.division) != 6 or not only(self.division, "0123456789"):
            raise Invalid("case_number.division", division=self.division)
        if not _CENTURY <= self.date.year < _CENTURY + 100:
            raise Invalid("case_number.date", date=self.date)
        if not 0 <= self.home < HOMES:
            raise Invalid("case_number.home", home=self.home)
        if not 0 <= self.serial < SERIALS:
            raise Invalid("case_number.serial", serial=self.serial)

    def __str__(self) -> str:
        digits = f"{self.division}{self.date:%y%m%d}{self.home:05}{self.serial:04}"
        return digits + mod_97_10(digits)


def make(division: str, date: dt.date, home: int, serial: int) -> str:
    """编号 — the 23 digits as stored; Invalid `case_number.` `division`, `date`, `home`, `serial`."""
    return str(CaseNumber(division, date, home, serial))


def parse(text: str) -> CaseNumber:
    """读号 — with or without spaces and hyphens, in full-width digits too.

    Invalid `case_number.` `characters`, `length`, `check`, `date`, `home`.
    """
    written = normal(text)
    if not only(written, "0123456789"):
        raise Invalid("case_number.characters")
    if len(written) != LENGTH:
        raise Invalid("case_number.length", length=len(written), expected=LENGTH)
    if mod_97_10(written[:-2]) != written[-2:]:
        raise Invalid("case_number.check")
    try:
        date = dt.date.fromisoformat(f"{_CENTURY // 100}{written[6:12]}")
    except ValueError:
        raise Invalid("case_number.date", date=written[6:12]) from None
    return CaseNumber(written[:6], date, int(written[12:17]), int(written[17:21]))


def show(number: str | CaseNumber) -> str:
    """分组 — the number in groups as printed and read aloud: `330106 170814 01234 5678 42`."""
    digits, groups, place = str(number), [], 0
    for length in _GROUPS:
        groups.append(digits[place : place + length])
        place += length
    return " ".join(groups)
