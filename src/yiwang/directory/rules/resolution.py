"""谁来办 — from line, level and place to the one organisation; from item and place to the one authority."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from yiwang.directory.messages import Division, Line, Organisation, Power
from yiwang.ground.outcome import NotFound, Refused

LENGTH = {"province": 2, "city": 4, "county": 6, "town": 9}
LEVELS = tuple(LENGTH)


def covers(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """有效: whether a period that may be open at either end covers a day; `valid_to` is the first day after it."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on < valid_to)


@dataclass(slots=True)
class Directory:
    """机构目录: a snapshot with indexes; built once an edition, only read."""

    divisions: Mapping[str, Division]
    lines: Mapping[str, Line]
    organisations: Mapping[str, Organisation]
    powers: Mapping[str, tuple[Power, ...]] = field(default_factory=dict)

    def organisation(self, code: str) -> Organisation:
        """The organisation with this code, whenever it existed."""
        found = self.organisations.get(code)
        if found is None:
            raise NotFound("directory.unknown_organisation", code=code[:40])
        return found

    def resolve(self, line: str, level: str, division: str, on: date) -> Organisation:
        """The one organisation of a line at a level for a place on a day. R20, R52

        Below the province a line may be another's (工商 → 市场监管). Refused `directory.no_organisation` when there is none.
        """
        known = self.lines.get(line)
        if known is not None and known.local_line and level != "province":
            line = known.local_line
        place = division_at(division, level)
        found = self.organisations.get(f"{place}.{line}") if place else None
        if found is None or not covers(found.valid_from, found.valid_to, on):
            raise Refused("directory.no_organisation", line=line, level=level, division=division)
        return found

    def authority(self, item: str, line: str, division: str, on: date) -> Organisation:
        """谁决定: the authority for an item in a place on a day, by the most specific power in force. R20, R21, K2

        A delegation changes who decides, never where people apply. Refused `directory.no_power`,
        `directory.two_authorities`.
        """
        held = [
            p for p in self.powers.get(item, ()) if division.startswith(p.area) and covers(p.held_from, p.held_to, on)
        ]
        if not held:
            raise Refused("directory.no_power", item=item, division=division)
        longest = max(len(p.area) for p in held)
        best = [p for p in held if len(p.area) == longest]
        if len(best) > 1:
            raise Refused("directory.two_authorities", item=item, division=division)
        return self.resolve(line, best[0].level, division, on)

    def centre(self, division: str, on: date) -> Organisation:
        """受理中心: the service centre nearest to a place: the township's, else the county's, the city's, the province's."""
        for level in reversed(LEVELS):
            place = division_at(division, level)
            found = self.organisations.get(f"{place}.XZFW") if place else None
            if found is not None and covers(found.valid_from, found.valid_to, on):
                return found
        raise Refused("directory.no_organisation", line="XZFW", level="", division=division)


def division_at(division: str, level: str) -> str:
    """The division of a level that contains a place, as its code (6 digits, 9 for a township); empty when below the place."""
    length = LENGTH[level]
    bare = division if len(division) > 6 else division.rstrip("0").ljust(2, "0")
    if len(bare) % 2 and len(bare) < 6:
        bare += "0"
    if len(bare) < length:
        return ""
    return bare[:length] if length > 6 else bare[:length].ljust(6, "0")


def prefix(division: str) -> str:
    """范围前缀: a division subtree as the prefix of its codes: 330000 → 33, 330100 → 3301, 330106 → 330106."""
    for level in LEVELS:
        if division_at(division, level) == division:
            return division[: LENGTH[level]]
    return division


def in_scope(scope: str, division: str) -> bool:
    """辖区内: whether a place lies in the subtree of a division."""
    return division.startswith(prefix(scope))


def build(
    divisions: Iterable[Division], lines: Iterable[Line], organisations: Iterable[Organisation], powers: Iterable[Power]
) -> Directory:
    """The snapshot of these rows."""
    by_item: dict[str, tuple[Power, ...]] = {}
    for power in powers:
        by_item[power.item] = (*by_item.get(power.item, ()), power)
    return Directory(
        divisions={d.code: d for d in divisions},
        lines={x.key: x for x in lines},
        organisations={o.code: o for o in organisations},
        powers=by_item,
    )
