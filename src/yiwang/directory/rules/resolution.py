"""谁来办 — from line, level and place to the one organisation; from item and place to the one authority."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from yiwang.directory.messages import Division, Line, Naming, Organisation, Power, Succession
from yiwang.ground import divisions as codes
from yiwang.ground.outcome import Invalid, NotFound, Refused

CENTRE = "XZFW"
LENGTH = {"province": 2, "city": 4, "county": 6, "town": 9}
LEVELS = tuple(LENGTH)
DAY = timedelta(days=1)


def covers(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """有效: whether a period that may be open at either end covers a day; `valid_to` is the first day after it."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on < valid_to)


@dataclass(frozen=True, slots=True)
class Directory:
    """机构目录: a snapshot with indexes; built once an edition, only read."""

    divisions: Mapping[str, Division]
    lines: Mapping[str, Line]
    organisations: Mapping[str, Organisation]
    powers: Mapping[str, tuple[Power, ...]] = field(default_factory=dict)
    namings: Mapping[str, tuple[Naming, ...]] = field(default_factory=dict)
    successions: Mapping[str, tuple[Succession, ...]] = field(default_factory=dict)

    def organisation(self, code: str) -> Organisation:
        """The organisation with this code, whenever it existed; NotFound `directory.unknown_organisation`."""
        found = self.organisations.get(code)
        if found is None:
            raise NotFound("directory.unknown_organisation", code=code[:40])
        return found

    def name_of(self, code: str, on: date) -> str:
        """旧文旧名: what an organisation was called on a day, so that old acts keep old names."""
        name = self.organisation(code).name
        for naming in self.namings.get(code, ()):
            if naming.since <= on:
                name = naming.name
        return name

    def heir(self, code: str, item: str, division: str, on: date, since: date = date.min) -> str:
        """承继: who has on a day what an organisation had on the eve of `since`, for an item in a place.

        Decisions count in the order of their days: what was given away is no longer there to be given again, and what
        is given back is back. Of one day's, the closest counts: of the item before of all items, of the smaller area.
        """
        while found := self._succession(code, item, division, since, on):
            code, since = found.successor, found.since + DAY
        return code

    def forerunners(self, code: str, on: date) -> frozenset[str]:
        """前身: the organisations whose rest is this one's on a day, itself among them while it is its own."""
        known = (old for old in (code, *self.successions) if old in self.organisations)
        return frozenset(old for old in known if self.heir(old, "", self.organisations[old].division, on) == code)

    def _succession(self, code: str, item: str, division: str, since: date, on: date) -> Succession | None:
        known = self.successions.get(code)
        if not known:
            return None
        place = prefix(division)
        mine = [s for s in known if since <= s.since <= on and s.item in ("", item) and place.startswith(s.area)]
        return min(mine, key=lambda s: (s.since, s.item == "", -len(s.area)), default=None)

    def standing(self, division: str, on: date) -> str:
        """The place that answers for a place on a day: itself, or the one that took over from its abolished division.

        Refused `directory.division_split` where several did: then only the applicant can say which one.
        """
        passed: set[str] = set()
        while (gone := self._abolished(division, on)) and gone.code not in passed:
            if len(gone.successors) > 1:
                raise Refused("directory.division_split", division=gone.code, successors=gone.successors)
            passed.add(gone.code)
            division = gone.successors[0] if gone.successors else division
        return division

    def _abolished(self, division: str, on: date) -> Division | None:
        for level in LEVELS:
            place = self.divisions.get(division_at(division, level))
            if place is not None and place.valid_to is not None and place.valid_to <= on:
                return place
        return None

    def resolve(self, line: str, level: str, division: str, on: date, item: str = "") -> Organisation:
        """The one organisation of a line at a level for a place on a day; `item` where a line was divided. R20, R52

        Below the province a line may be another's (工商 → 市场监管). What an abolished division left goes to its
        successor, what a reorganised department left to its heir. Refused `directory.no_organisation` when there is
        none, `directory.division_split`.
        """
        known = self.lines.get(line)
        if known is not None and known.local_line and level != "province":
            line = known.local_line
        found = self._there(line, level, self.standing(division, on), on, item)
        if found is None:
            raise Refused("directory.no_organisation", line=line, level=level, division=division)
        return found

    def _there(self, line: str, level: str, division: str, on: date, item: str = "") -> Organisation | None:
        place = division_at(division, level)
        found = self.organisations.get(self.heir(f"{place}.{line}", item, division, on)) if place else None
        return found if found is not None and covers(found.valid_from, found.valid_to, on) else None

    def authority(self, item: str, line: str, division: str, on: date) -> Organisation:
        """谁决定: the authority for an item in a place on a day, by the most specific power in force. R20, R21

        A delegation changes who decides, never where people apply. Refused `directory.no_power`,
        `directory.two_authorities`, and as `resolve` does.
        """
        place = prefix(self.standing(division, on))
        held = [p for p in self.powers.get(item, ()) if place.startswith(p.area) and covers(p.held_from, p.held_to, on)]
        if not held:
            raise Refused("directory.no_power", item=item, division=division)
        longest = max(len(p.area) for p in held)
        best = [p for p in held if len(p.area) == longest]
        if len(best) > 1:
            raise Refused("directory.two_authorities", item=item, division=division)
        return self.resolve(best[0].line or line, best[0].level, division, on, item)

    def centre(self, division: str, on: date) -> Organisation:
        """受理中心: the service centre nearest to a place: the township's, the county's, the city's or the province's.

        Powers have no say in it (R21). Refused `directory.no_organisation`, `directory.division_split`.
        """
        place = self.standing(division, on)
        for level in reversed(LEVELS):
            if found := self._there(CENTRE, level, place, on):
                return found
        raise Refused("directory.no_organisation", line=CENTRE, level="", division=division)


def division_at(division: str, level: str) -> str:
    """The division of a level that contains a place: 6 digits, 9 for a township; empty when below the place.

    Invalid `division.length`, `division.characters`, `division.shape` when it is no code at all.
    """
    length = LENGTH[level]
    above = codes.prefix(division)[:length]
    return above.ljust(6, "0") if len(above) == length else ""


def prefix(division: str) -> str:
    """范围前缀: a division subtree as the prefix of its codes: 330000 → 33, 330100 → 3301, 330106 → 330106."""
    return codes.prefix(division)


def in_scope(scope: str, division: str) -> bool:
    """辖区内: whether a place lies in the subtree of a division. Whoever has no scope, or no true code, is in none."""
    try:
        return codes.contains(scope, division)
    except Invalid:
        return False


def overlapping(held: Iterable[Power], new: Power) -> Power | None:
    """权力重叠: a power over the same item in the very same area that shares a day with the new one."""
    period = codes.Period(new.held_from, new.held_to)
    return next(
        (
            p
            for p in held
            if (p.item, p.area) == (new.item, new.area) and period.overlaps(codes.Period(p.held_from, p.held_to))
        ),
        None,
    )


def build(
    divisions: Iterable[Division],
    lines: Iterable[Line],
    organisations: Iterable[Organisation],
    powers: Iterable[Power] = (),
    namings: Iterable[Naming] = (),
    successions: Iterable[Succession] = (),
) -> Directory:
    """The snapshot of these rows."""
    by_item: dict[str, list[Power]] = defaultdict(list)
    for power in powers:
        by_item[power.item].append(power)
    by_organisation: dict[str, list[Naming]] = defaultdict(list)
    for naming in sorted(namings, key=lambda n: n.since):
        by_organisation[naming.organisation].append(naming)
    by_source: dict[str, list[Succession]] = defaultdict(list)
    for succession in successions:
        by_source[succession.organisation].append(succession)
    return Directory(
        divisions={d.code: d for d in divisions},
        lines={x.key: x for x in lines},
        organisations={o.code: o for o in organisations},
        powers={item: tuple(held) for item, held in by_item.items()},
        namings={code: tuple(names) for code, names in by_organisation.items()},
        successions={code: tuple(each) for code, each in by_source.items()},
    )
