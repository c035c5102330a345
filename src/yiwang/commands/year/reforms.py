"""机构改革 — one decision in the middle of a year: departments that end, one that gives a part away, a new one."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from yiwang.commands.year.days import Year
from yiwang.commands.year.lives import Person
from yiwang.commands.year.staff import Seat
from yiwang.commands.year.world import Offer, World
from yiwang.directory.messages import Heir, Organisation, Reorganisation, Restructuring

PLACE, CENTRE = "330106", "XZFW"
FOUNDED = f"{PLACE}.WSB"
NAME = "西湖区外事侨务办公室"
SECOND = 1
"""Of each seat of the department that gives, the second person goes along."""


@dataclass(frozen=True, slots=True)
class Reform:
    """改革: what the year itself knows of a decision — which desk has what from that day on."""

    day: date
    merged: Mapping[str, str]
    giving: str
    items: frozenset[str]
    going: frozenset[str]
    wanted: Reorganisation

    def desk(self, desk: str, item: str) -> str:
        """Who has on that day what a desk had in an item."""
        return FOUNDED if desk == self.giving and item in self.items else self.merged.get(desk, desk)

    def house(self, person: Person) -> Person:
        """Where somebody works from that day on."""
        return replace(person, desk=FOUNDED if person.code in self.going else self.merged.get(person.desk, person.desk))

    def offer(self, offer: Offer) -> Offer:
        """Who decides from that day on."""
        return replace(offer, deciding=self.desk(offer.deciding, offer.kind.item.code))


def decided(world: World, year: Year, day: date) -> Reform:
    """方案: of the departments of a place that have most on their desks the first gives half of its items to a new one,
    and two are merged into others.
    """
    busy = Counter(ticket.desk for life in year.lives.values() for ticket in life.tickets.values())
    open_items = Counter(life.kind.item.code for life in year.lives.values())
    houses = {seat[0] for seat in world.seats if seat[0].partition(".")[0] == PLACE} - {f"{PLACE}.{CENTRE}"}
    decides = {offer.deciding: set[str]() for offer in world.offers}
    for offer in world.offers:
        decides[offer.deciding].add(offer.kind.item.code)
    order = sorted(houses, key=lambda house: (-busy[house], house))
    giving = next(house for house in order if len(decides.get(house, ())) > 1)
    first, second, *heirs = [house for house in order if house != giving]
    items = sorted(decides[giving], key=lambda code: (-open_items[code], code))
    given = frozenset(items[: len(items) // 2])
    leaving = [people[SECOND] for seat, people in world.seats.items() if seat[0] == giving]
    going = frozenset(p.code for p in [*leaving, *(p for p in world.seconds if p.desk == giving)])
    merged = {first: heirs[0], second: heirs[1]}
    part = Heir(to=FOUNDED, items=tuple(sorted(given)), posts=tuple(sorted(world.posts[code] for code in going)))
    wanted = Reorganisation(
        document="杭编〔2018〕1号",
        day=day,
        founded=(_founded(day),),
        restructured=(
            *(Restructuring(organisation=gone, heirs=(Heir(to=heir),)) for gone, heir in merged.items()),
            Restructuring(organisation=giving, heirs=(part,), ends=False),
        ),
    )
    return Reform(day, merged, giving, given, going, wanted)


def _founded(day: date) -> Organisation:
    return Organisation(
        code=FOUNDED,
        line=FOUNDED.partition(".")[2],
        division=PLACE,
        level="county",
        name=NAME,
        name_en="",
        kind="department",
        valid_from=day,
    )


def follow(year: Year, reform: Reform) -> int:
    """跟上: the year's own desks, queues, people and files after the decision; how many tasks have moved."""
    moved = 0
    for life in year.lives.values():
        item = life.kind.item.code
        life.ref.offer = reform.offer(life.ref.offer)
        for ticket in life.tickets.values():
            desk = reform.desk(ticket.desk, item)
            if desk != ticket.desk:
                ticket.desk, ticket.holder = desk, ""
                moved += 1
    staff = year.setting.staff
    staff.seats = _seated(reform, [person for people in staff.seats.values() for person in people])
    standing = [(reform.house(who), until) for found in staff.standing_in.values() for who, until in found]
    own = {person.code: person.desk for people in staff.seats.values() for person in people}
    staff.standing_in = {}
    for who, until in standing:
        if own[who.code] == own[who.behalf]:  # a deputy of another house by now stands in no more
            staff.standing_in.setdefault((own[who.code], who.role), []).append(
                (replace(who, desk=own[who.code]), until)
            )
    staff.arrange()
    waiting = [ticket for queue in year.queues.values() for ticket in queue if ticket.open]
    year.queues = {seat: deque() for seat in staff.order}
    for ticket in waiting:
        year.queues[ticket.desk, ticket.role].append(ticket)
    return moved


def _seated(reform: Reform, people: Iterable[Person]) -> dict[Seat, list[Person]]:
    seats: dict[Seat, list[Person]] = {}
    for person in map(reform.house, people):
        seats.setdefault((person.desk, person.role), []).append(person)
    return seats


def heads(reform: Reform, known: Mapping[str, Person], seconds: Sequence[Person]) -> dict[str, Person]:
    """负责人: who leads which house from that day on."""
    after = dict(known)
    for gone, heir in reform.merged.items():
        if gone in after:
            after.setdefault(heir, replace(after.pop(gone), desk=heir))
    for person in seconds:
        if person.code in reform.going:
            after[FOUNDED] = reform.house(person)
    return after
