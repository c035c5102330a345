"""投递 — the queue as a bad day has it: workers that die with an answer in hand, two with one errand, nobody there."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import msgspec

from yiwang.commands.year.days import Year
from yiwang.commands.year.lives import Broken
from yiwang.demo.walk import SimulatedClock
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Refused
from yiwang.plumbing import journal, outbox
from yiwang.plumbing.outbox import LEASE, Errand, Retry, Runner
from yiwang.plumbing.work import Engine
from yiwang.sharing.messages import FetchFailed, Undelivered

SECOND = 1
LEASED = int(LEASE.total_seconds()) + SECOND


@dataclass(slots=True)
class Queue:
    """队列: runs what is due. Some errands are lost with their worker and come again, some are run by two."""

    year: Year
    engine: Engine
    clock: SimulatedClock
    runners: Mapping[str, Runner]

    def drain(self, *lanes: str) -> None:
        """All that is due in these lanes, at the latest when the leases of the dead have run out."""
        lost = sum([self._lane(lane, mishaps=True) for lane in lanes])
        if lost:
            self.year.wait(LEASED)
            self.clock.now = self.year.moment()
            for lane in lanes:
                self._lane(lane, mishaps=False)

    def _lane(self, lane: str, *, mishaps: bool) -> int:
        lost, temper, rng = 0, self.year.temper, self.year.rng
        while errands := outbox.claim(self.engine, lane):
            for errand in errands:
                chance = rng.random() if mishaps else 1.0
                if chance < temper.crashed:
                    self._die(errand)
                    lost += 1
                    continue
                outbox.run(self.engine, self.runners, errand)
                if chance < temper.crashed + temper.doubled:
                    self._again(errand)
        return lost

    def _die(self, errand: Errand) -> None:
        """The world was asked, and whoever asked is gone before anything was written down."""
        self.year.figures.acts["worker died"] += 1
        outside = self.runners[errand.kind].outside
        if outside is not None:
            with suppress(FetchFailed, Retry, ValueError):
                outside(errand)

    def _again(self, errand: Errand) -> None:
        """A second worker holds the same errand: it must find that nothing is left to do."""
        self.year.figures.acts["delivered twice"] += 1
        before = self._entries()
        with suppress(Refused):
            outbox.run(self.engine, self.runners, errand)
        if self._entries() != before:
            raise Broken("an errand is done once", self.year.today, errand.kind, errand.payload)

    def _entries(self) -> int:
        with self.engine.begin(SYSTEM) as work:
            return journal.size(work)


@dataclass(slots=True)
class Mailbox:
    """部门的收信口: at times nobody is there, at times the answer is lost on its way back. An event that comes again
    must be the same event.
    """

    chance: Random
    undelivered: float
    events: dict[str, bytes] = field(default_factory=dict)
    told: dict[tuple[str, str, str], str] = field(default_factory=dict)
    twice: int = 0

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Take a message, or not."""
        chance = self.chance.random()
        if chance < self.undelivered:
            raise Undelivered("nobody is there")
        self._take(url, body, headers["webhook-id"])
        if chance < 1.2 * self.undelivered:
            raise Undelivered("the answer was lost")

    def _take(self, url: str, body: bytes, event: str) -> None:
        known = self.events.setdefault(f"{url} {event}", body)
        self.twice += known is not body
        if known != body:
            raise Broken("an event that comes again is the same", None, event, body)
        read = msgspec.json.decode(body)
        if self.told.setdefault((url, read["subject"], read["type"]), event) != event:
            raise Broken("an event is told once", None, read["subject"], read["type"])
