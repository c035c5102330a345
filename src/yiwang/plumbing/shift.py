"""值班 — a worker: threads of their own for each lane, so that none holds up another; a heartbeat; old things swept."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

import structlog

from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Refused
from yiwang.plumbing import outbox, retention
from yiwang.plumbing.database import Unavailable
from yiwang.plumbing.outbox import Runner
from yiwang.plumbing.tables import Mode, Table
from yiwang.plumbing.work import Engine

PAUSE = 0.2
AFTER_TROUBLE = 1.0
BEAT = 5.0
SWEEP = timedelta(hours=1)

HEARTBEAT = Table("plumbing.heartbeat", {"worker": "text", "seen_at": "timestamptz"}, ("worker",))

_log = structlog.get_logger("worker")


@dataclass(frozen=True, slots=True)
class Round:
    """巡: what a worker does again and again, `every` so many seconds, beside the lanes."""

    name: str
    every: float
    do: Callable[[], object]


@dataclass(slots=True)
class Shift:
    """值班: works the lanes, each with so many threads, from `run` on until `stopping` is set. Any number may do so."""

    engine: Engine
    runners: Mapping[str, Runner]
    lanes: Mapping[str, int]
    rounds: Sequence[Round] = ()
    stopping: Event = field(default_factory=Event)
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")

    def run(self) -> None:
        """Until told to stop; the errands in hand are finished first."""
        with ThreadPoolExecutor(sum(self.lanes.values()) + len(self.rounds), "lane") as threads:
            for lane, number in self.lanes.items():
                for turn in range(number):
                    threads.submit(self._work, lane, turn, number)
            for one in self.rounds:
                threads.submit(self._go_round, one)
            try:
                self._watch()
            finally:
                self.stopping.set()

    def _work(self, lane: str, turn: int, number: int) -> None:
        """Threads of a lane look in turn, so that an idle lane is looked at equally often however many it has."""
        self.stopping.wait(PAUSE * turn)
        while not self.stopping.is_set():
            done = False
            with self._unharmed(lane):
                for errand in outbox.claim(self.engine, lane):
                    outbox.run(self.engine, self.runners, errand)
                    done = True
            if not done:
                self.stopping.wait(PAUSE * number)

    def _go_round(self, one: Round) -> None:
        while not self.stopping.is_set():
            with self._unharmed(one.name):
                one.do()
            self.stopping.wait(one.every)

    def _watch(self) -> None:
        swept = self.engine.clock() - SWEEP
        while not self.stopping.is_set():
            with self._unharmed("heartbeat"):
                with self.engine.begin(SYSTEM) as work:
                    work.add(HEARTBEAT, {"worker": self.name, "seen_at": work.now}, Mode.PUT)
                if self.engine.clock() - swept >= SWEEP:
                    retention.sweep(self.engine)
                    swept = self.engine.clock()
            self.stopping.wait(BEAT)

    @contextmanager
    def _unharmed(self, doing: str) -> Iterator[None]:
        """Trouble of one round is told, and the next round tries again."""
        try:
            yield
        except (Unavailable, Refused) as error:
            _log.warning("worker waits", doing=doing, why=type(error).__name__)
            self.stopping.wait(AFTER_TROUBLE)
        except Exception as error:  # noqa: BLE001 — a lane that ended by itself would be missed by nobody
            _log.error("worker in trouble", doing=doing, exc_info=error)
            self.stopping.wait(AFTER_TROUBLE)
