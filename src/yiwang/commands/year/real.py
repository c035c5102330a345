"""真库之年 — a year through the services on a throw-away database: the same for the same seed, down to each id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from random import Random

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from yiwang import main
from yiwang.catalogue import service as catalogue
from yiwang.commands.bench import own_database
from yiwang.commands.year import against, almanac, mix, reforms
from yiwang.commands.year.days import Setting, Year
from yiwang.commands.year.figures import Figures
from yiwang.commands.year.mix import Temper
from yiwang.commands.year.panels import of_the_year
from yiwang.commands.year.posting import Mailbox, Queue
from yiwang.commands.year.services import Services
from yiwang.commands.year.staff import Lines, Staff
from yiwang.commands.year.systems import Remote, Systems
from yiwang.commands.year.watch import Watch
from yiwang.commands.year.world import PLACES, World, hire, offers
from yiwang.demo.seed import publish
from yiwang.demo.seed import seed as load_demo
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM
from yiwang.ground.home import home_of
from yiwang.plumbing import notices
from yiwang.plumbing.database import Database
from yiwang.plumbing.signing import Signer
from yiwang.plumbing.work import SHANGHAI, Engine
from yiwang.sharing.service import webhooks

USUAL = Temper()
NO_WAIT = "-c synchronous_commit=off"
MANY = 1_000
PROVED = 250
REFORMED, FEW = 0.55, 12
"""At which part of a year departments are reorganised; in fewer days than this they are not."""
"""With so many cases or fewer everything is proved after every day; with more, more seldom."""


@contextmanager
def throwaway() -> Iterator[Database]:
    """库: an empty migrated database that is gone afterwards, whose commits do not wait for the disk."""
    with own_database() as own:
        given = conninfo_to_dict(own.app).get("options") or ""
        database = Database(make_conninfo(own.app, options=f"{given} {NO_WAIT}".strip()), max_size=2, name="year")
        try:
            yield database
        finally:
            database.close()


def loaded(database: Database, rng: Random) -> tuple[Engine, SimulatedClock]:
    """装: the demo's directory and catalogue with the year's own items, and an engine whose ids, homes and signatures
    come from the seed.
    """
    clock = SimulatedClock()
    home_key, licence_key = rng.randbytes(32), rng.randbytes(32)
    engine = replace(
        main.engine(database, clock),
        home=lambda kind, identifier: home_of(home_key, kind, identifier),
        signer=Signer.from_hex(licence_key.hex()),
        secret=rng.randbytes(32),
        dice=rng.randbytes,
    )
    load_demo(engine)
    with engine.begin(SYSTEM) as work:
        known = {published.item.code for published in catalogue.items(work)}
        if new := [item for item in of_the_year(mix.items()) if item.code not in known]:
            publish(work, new)
    return engine, clock


@dataclass(frozen=True, slots=True)
class Played:
    """一年已过: the figures, how often everything was proved, how often departments were asked, and over
    HTTP."""

    figures: Figures
    proofs: int
    asked: int
    over_http: int = 0


def play(
    database: Database,
    seed: int,
    days: int,
    cases: int,
    told: Callable[[int], None],
    every: int | None = None,
    temper: Temper = USUAL,
    start: date = mix.START,
    remote: Remote | None = None,
) -> Played:
    """真服务的一年: Broken where something did not hold. `told` hears how many days are over; everything is proved
    after `every` so many days; one line of departments is asked by `remote`.
    """
    rng = Random(f"{seed}/services")  # noqa: S311 — a year that can be played again, not a secret
    engine, clock = loaded(database, rng)
    before, ahead, last = almanac.calendars(start)
    dates = mix.workdays(start, days, last)
    clock.now = datetime.combine(dates[0], time(8), SHANGHAI)
    for arrival, _ in before:
        with engine.begin(SYSTEM) as work:
            notices.bring_in(work, arrival.notice, "year")
    own = of_the_year(mix.items())
    with engine.begin(SYSTEM) as work:
        offered = offers(
            work, mix.kinds(rng, own, waiting=True), PLACES[: 4 if cases >= MANY else 2], dates[0], dates[-1]
        )
        world = hire(work, offered, dates[0], led_by_two=reforms.PLACE)
    found = {offer.kind.number: offer.kind for offer in offered}
    holders = {material.source.line for kind in found.values() for material in kind.item.materials}
    places = {desk.rpartition(".")[2] for desk in (*(seat[0] for seat in world.seats), reforms.FOUNDED)}
    lines = Lines.of(rng, temper, places | holders)
    setting = Setting(dates, mix.arrivals(rng, dates, cases), list(found.values()), Staff(world.seats), lines, temper)
    year = Year(setting, rng, Watch(sample=1))
    year.calendar = before[-1][1]
    year.watch.use(year.calendar)
    systems = Systems(lines, clock, remote=remote)
    mailbox = Mailbox(Random(f"{seed}/mailbox"), temper.undelivered)  # noqa: S311 — as above
    subscribe(engine, world)
    queue = Queue(year, engine, clock, main.runners(systems, mailbox))
    hands = Services(
        year,
        engine,
        clock,
        world,
        queue=queue,
        ahead=ahead,
        reformed_on=int(days * REFORMED) if days >= FEW else None,
        every=every or max(1, cases // PROVED),
    )
    year.hands = hands
    figures = year.run(told)
    figures.acts["told departments"] = len(mailbox.events)
    figures.acts["told again"] = mailbox.twice
    figures.digests.append(against.journals(engine))
    return Played(figures, hands.proofs, systems.asked, systems.over_http)


def settled(engine: Engine, rng: Random, places: Sequence[str], first: date, last: date) -> World:
    """安顿: what is decided where, and people for it; whoever is there already stays."""
    kinds = mix.kinds(rng, of_the_year(mix.items()), waiting=True)
    with engine.begin(SYSTEM) as work:
        return hire(work, offers(work, kinds, places, first, last), first, led_by_two=reforms.PLACE)


def subscribe(engine: Engine, world: World) -> None:
    """回调: every fifth house wants to hear of its cases."""
    for desk in sorted({desk for desk, _ in world.seats})[::5]:
        person = next(people[0] for seat, people in world.seats.items() if seat[0] == desk)
        with engine.begin(SYSTEM) as work:
            actor = directory.actor_of(work, person.code, "", "year")
        with engine.begin(actor) as work:
            webhooks.register(work, f"http://{desk.lower()}.example/events", "secret", tuple(sorted(webhooks.EVENTS)))
