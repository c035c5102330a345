"""真库之年 — a year through the services on a throw-away database: the same for the same seed, down to each id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from yiwang import main
from yiwang.commands.bench import own_database
from yiwang.commands.year import against, mix
from yiwang.commands.year.days import Setting, Year
from yiwang.commands.year.figures import Figures
from yiwang.commands.year.mix import Temper
from yiwang.commands.year.services import Services
from yiwang.commands.year.staff import Lines, Staff
from yiwang.commands.year.systems import Systems
from yiwang.commands.year.watch import Watch
from yiwang.commands.year.world import PLACES, hire, offers
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.demo.seed import seed as load_demo
from yiwang.demo.walk import SimulatedClock
from yiwang.ground.actor import SYSTEM
from yiwang.ground.home import home_of
from yiwang.plumbing.database import Database
from yiwang.plumbing.signing import Signer
from yiwang.plumbing.work import Engine

USUAL = Temper()
NO_WAIT = "-c synchronous_commit=off"
MANY = 1_000
PROVED = 250
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
    """装: the demo's directory and catalogue, and an engine whose ids, homes and signatures come from the seed."""
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
    return engine, clock


@dataclass(frozen=True, slots=True)
class Played:
    """一年已过: the figures, how often everything was proved, how often departments were asked."""

    figures: Figures
    proofs: int
    asked: int


def play(
    database: Database,
    seed: int,
    days: int,
    cases: int,
    told: Callable[[int], None],
    every: int | None = None,
    temper: Temper = USUAL,
) -> Played:
    """真服务的一年: Broken where something did not hold. `told` hears how many days are over; everything is proved
    after `every` so many days.
    """
    rng = Random(f"{seed}/services")  # noqa: S311 — a year that can be played again, not a secret
    engine, clock = loaded(database, rng)
    dates = mix.workdays(mix.START, days)
    with engine.begin(SYSTEM) as work:
        offered = offers(work, mix.kinds(rng), PLACES[: 4 if cases >= MANY else 2], dates[0], dates[-1])
        seats, heads = hire(work, offered, dates[0])
    found = {offer.kind.number: offer.kind for offer in offered}
    holders = {material.source.line for kind in found.values() for material in kind.item.materials}
    lines = Lines.of(rng, temper, {desk.rpartition(".")[2] for desk, _ in seats} | holders)
    setting = Setting(dates, mix.arrivals(rng, dates, cases), list(found.values()), Staff(seats), lines, temper)
    year = Year(setting, rng, Watch(sample=1))
    systems = Systems(lines, clock)
    runners = main.runners(systems, WebhookClient())
    hands = Services(year, engine, clock, runners, offered, heads, every or max(1, cases // PROVED))
    year.hands = hands
    figures = year.run(told)
    figures.digests.append(against.journals(engine))
    return Played(figures, hands.proofs, systems.asked)
