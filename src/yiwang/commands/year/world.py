"""天地 — the places of a year on a real database: who decides what where, and people in every post that is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from yiwang.catalogue.messages import At, FlowKind, Step, Who
from yiwang.commands.year.lives import Person
from yiwang.commands.year.mix import Kind
from yiwang.commands.year.staff import FEWEST, Seat
from yiwang.directory import service as directory
from yiwang.directory.messages import Person as Official
from yiwang.directory.service import Directory
from yiwang.ground.actor import Actor
from yiwang.ground.outcome import Refused
from yiwang.plumbing.work import Work

NOBODY = UUID(int=0)
PLACES = ("330106109", "330302", "330681", "330106")
"""A town, and districts and a county-level city of three cities; small years have the first two only."""
HIRED = date(2017, 1, 1)
PREFIX = "year-"
SYSTEM, GOVERNMENT = "system", "ZF"
POSTS: Mapping[str, str] = {
    "clerk": "综合受理员",
    "issuer": "统一出件员",
    "handler": "承办人",
    "consultee": "复函人",
    "reviewer": "审核人",
    "decider": "审批人",
    "head": "负责人",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """一地一事: an item that is decided for a place, by whom, and where one applies."""

    kind: Kind
    division: str
    receiving: str
    deciding: str


@dataclass(slots=True)
class File:
    """卷: where the services keep a case; the last request, to be sent a second time."""

    offer: Offer
    applicant: Actor
    home: int = 0
    id: UUID = NOBODY
    number: str = ""
    last: tuple[Actor, str, str] | None = None
    clerk: str = ""
    earlier: frozenset[str] = frozenset()


def desk_of(known: Directory, offer: Offer, who: Who, on: date) -> str:
    """谁办: the organisation that works a step, from the chart, the power list and the directory. R20, R52"""
    if who.at is At.RECEIVING:
        return offer.receiving
    if who.line == "*" and who.at is At.DECIDING:
        return offer.deciding
    level = known.organisation(offer.deciding).level if who.at is At.DECIDING else who.at.value
    return known.resolve(who.line, level, offer.division, on, offer.kind.item.code).code


def extender(known: Directory, offer: Offer, on: date) -> str:
    """谁批准延期: whoever decides; where several decide together, the government of that level. 行政许可法 42"""
    if offer.kind.item.flow.kind is not FlowKind.JOINT:
        return offer.deciding
    return known.resolve(GOVERNMENT, known.organisation(offer.deciding).level, offer.division, on).code


def worked(kind: Kind) -> list[tuple[Step, Who]]:
    """The steps that somebody works."""
    found = [(step, step.who) for step in kind.flow.steps.values()]
    return [(step, who) for step, who in found if who is not None and who.role != SYSTEM]


@dataclass(slots=True)
class World:
    """天地: what is decided where; people by seat, heads by house, everybody's post. `seconds` lead beside the head."""

    offers: list[Offer]
    seats: dict[Seat, list[Person]] = field(default_factory=dict)
    heads: dict[str, Person] = field(default_factory=dict)
    seconds: list[Person] = field(default_factory=list)
    posts: dict[str, str] = field(default_factory=dict)


def offers(work: Work, kinds: Sequence[Kind], places: Sequence[str], first: date, last: date) -> list[Offer]:
    """What is decided where, on the first day of a year and still on its last."""
    known = directory.snapshot(work)
    made = []
    for place in places:
        receiving = directory.centre_of(work, place, first).code
        for kind in kinds:
            try:
                deciding = known.authority(kind.item.code, kind.item.line, place, first).code
                offer = Offer(kind, place, receiving, deciding)
                extender(known, offer, first)
                for day in (first, last):
                    for _, who in worked(kind):
                        desk_of(known, offer, who, day)
            except Refused:  # nobody decides it there, or a department that takes part has none there
                continue
            made.append(offer)
    return made


def hire(work: Work, made: list[Offer], first: date, led_by_two: str = "") -> World:
    """配人: people in every seat that a step of an offer needs, and a head wherever one may extend; two of
    them in the division `led_by_two`.
    """
    known, world = directory.snapshot(work), World(made)
    there = directory.staff(work).holdings
    world.posts = {code: held[-1].post for code, held in there.items() if code.startswith(PREFIX)}
    wanted: dict[Seat, int] = {}
    for offer in made:
        for step, who in worked(offer.kind):
            seat = (desk_of(known, offer, who, first), who.role)
            wanted[seat] = max(wanted.get(seat, FEWEST), step.persons + (step.persons > 1))
    for seat, people in sorted(wanted.items()):
        world.seats[seat] = [_appoint(work, world, seat, n) for n in range(people)]
    for desk in sorted({extender(known, offer, first) for offer in made if offer.kind.item.extension}):
        world.heads[desk] = _appoint(work, world, (desk, "head"), 0)
        if desk.partition(".")[0] == led_by_two:
            world.seconds.append(_appoint(work, world, (desk, "head"), 1))
    return world


def _appoint(work: Work, world: World, seat: Seat, number: int) -> Person:
    desk, role = seat
    code = f"{PREFIX}{desk}-{role}-{number + 1}".lower()
    if code in world.posts:
        return Person(code, desk, role)
    directory.add_person(work, Official(code=code, name=f"{POSTS[role]}{number + 1}", kind="staff"))
    world.posts[code] = directory.appoint(work, code, desk, POSTS[role], (role,), HIRED, at_centre=True)
    return Person(code, desk, role)
