"""行政区划代码 — codes as prefixes: province 2, city 4, county 6 (GB/T 2260), town 9, village 12 digits (NBS)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum

from yiwang.ground.digits import normal, only
from yiwang.ground.outcome import Invalid


class Level(IntEnum):
    """层级 — the value is the length of the code's meaning part, its prefix."""

    PROVINCE = 2
    CITY = 4
    COUNTY = 6
    TOWN = 9
    VILLAGE = 12


def normalise(code: str) -> str:
    """规范 — 6 digits down to the county, 12 below it: `33` `330000` `330000000000` are all `330000`.

    Accepts 2, 4, 6, 9 or 12 digits. Invalid `division.length`, `division.characters`, `division.shape` (a part
    after an empty one, such as a village without its town).
    """
    written = normal(code)
    if not only(written, "0123456789"):
        raise Invalid("division.characters")
    if len(written) not in tuple(Level):
        raise Invalid("division.length", length=len(written), expected=tuple(map(int, Level)))
    full = written.ljust(12, "0")
    if full[:2] == "00" or (full[2:4] == "00" and full[4:6] != "00") or (full[6:9] == "000" and full[9:] != "000"):
        raise Invalid("division.shape")
    return full if full[6:] != "000000" else full[:6]


def prefix(code: str) -> str:
    """前缀 — the part of the code that all below share: `330000` → `33`, `330106001000` → `330106001`."""
    full = normalise(code).ljust(12, "0")
    return full[: _level(full)]


def level(code: str) -> Level:
    """层级 — province, city, county, town or village."""
    return _level(normalise(code).ljust(12, "0"))


def _level(full: str) -> Level:
    if full[9:] != "000":
        return Level.VILLAGE
    if full[6:9] != "000":
        return Level.TOWN
    if full[4:6] != "00":
        return Level.COUNTY
    return Level.CITY if full[2:4] != "00" else Level.PROVINCE


def parent(code: str) -> str | None:
    """上级 — the division one level up, None above a province; a town of a city without counties is the city's."""
    full = normalise(code).ljust(12, "0")
    lengths = sorted(Level)
    above = lengths.index(_level(full)) - 1
    return normalise(full[: lengths[above]]) if above >= 0 else None


def ancestors(code: str) -> tuple[str, ...]:
    """各级上级 — from the nearest up to the province."""
    found: list[str] = []
    above = parent(code)
    while above is not None:
        found.append(above)
        above = parent(above)
    return tuple(found)


def contains(area: str, code: str) -> bool:
    """包含 — is `code` the area itself or inside it?"""
    return normalise(code).ljust(12, "0").startswith(prefix(area))


@dataclass(frozen=True, slots=True)
class Period:
    """有效期 — from `since` on, until the day before `until` (None: still in force).

    Invalid `period.ends_before_start` when it would hold no day.
    """

    since: dt.date
    until: dt.date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until <= self.since:
            raise Invalid("period.ends_before_start", since=self.since, until=self.until)

    def covers(self, day: dt.date) -> bool:
        """Was it in force on this day?"""
        return self.since <= day and (self.until is None or day < self.until)

    def overlaps(self, other: Period) -> bool:
        """Is there a day in both?"""
        return (self.until is None or other.since < self.until) and (other.until is None or self.since < other.until)


@dataclass(frozen=True, slots=True)
class Division:
    """行政区划 — a division under one name for one period, and the codes that took its place.

    Old acts keep the old code and name; `successors` says where its open matters go.
    """

    code: str
    name: str
    period: Period
    successors: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """层级."""
        return level(self.code)
