"""发件箱测试 — each errand once, whoever works and whoever dies; what fails waits, and is given up in view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, Lock, Thread

import pytest

from yiwang.demo.walk import SimulatedClock
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Refused
from yiwang.plumbing import health, outbox
from yiwang.plumbing.database import Unavailable
from yiwang.plumbing.outbox import ATTEMPTS, LEASE, Errand, Retry, Runner, claim, drain, run, wait
from yiwang.plumbing.shift import Shift
from yiwang.plumbing.work import Engine, Work

Inside = Callable[[Work, Errand, object], None]


def put(engine: Engine, kind: str, count: int = 1, lane: str = "default") -> None:
    """Errands of a kind, due now."""
    with engine.begin(SYSTEM) as work:
        for number in range(count):
            work.later(kind, {"number": number}, home=number % 16_384, lane=lane, key=str(number))


def left(engine: Engine) -> int:
    """How many errands there are."""
    with engine.begin(SYSTEM) as work:
        return int(work.read("SELECT count(*) FROM plumbing.outbox")[0][0])


def nothing(_work: Work, _errand: Errand, _answer: object) -> None:
    """An errand that is done at once."""


def raising(error: Exception) -> Inside:
    """An errand that always fails so."""

    def inside(_work: Work, _errand: Errand, _answer: object) -> None:
        raise error

    return inside


def test_many_workers_side_by_side_run_each_errand_once(bare: Engine) -> None:
    """SKIP LOCKED and leases: eight workers, three hundred errands, three hundred calls."""
    put(bare, "count", 300)
    calls: Counter[str] = Counter()
    guard = Lock()

    def outside(errand: Errand) -> None:
        with guard:
            calls[str(errand.id)] += 1

    together = Barrier(8)

    def work_off() -> int:
        together.wait()
        return drain(bare, {"count": Runner(nothing, outside)})

    with ThreadPoolExecutor(8) as pool:
        done = [f.result() for f in [pool.submit(work_off) for _ in range(8)]]
    assert sum(done) == 300
    assert set(calls.values()) == {1}
    assert len(calls) == 300
    assert left(bare) == 0


def test_a_claim_takes_no_more_than_it_was_told(bare: Engine) -> None:
    put(bare, "count", 9)
    assert len(claim(bare, "default", limit=4)) == 4
    assert len(claim(bare, "default", limit=4)) == 4
    assert len(claim(bare, "default", limit=4)) == 1


def test_the_lease_of_a_killed_worker_runs_out(bare: Engine, clock: SimulatedClock) -> None:
    put(bare, "count")
    [first] = claim(bare, "default")
    assert claim(bare, "default") == []
    clock.now += LEASE + timedelta(seconds=1)
    [second] = claim(bare, "default")
    assert (second.id, second.attempt) == (first.id, 2)


def test_who_lost_the_lease_writes_nothing(bare: Engine, clock: SimulatedClock) -> None:
    """A worker that hung and comes back: neither its effect nor its failure touches the other's errand."""
    put(bare, "effect")
    effects: list[int] = []

    def inside(_work: Work, errand: Errand, _answer: object) -> None:
        effects.append(errand.attempt)

    [slow] = claim(bare, "default")
    clock.now += LEASE + timedelta(seconds=1)
    [quick] = claim(bare, "default")
    assert not run(bare, {"effect": Runner(inside)}, slow)
    assert not run(bare, {"effect": Runner(raising(ValueError()))}, slow)
    assert claim(bare, "default") == []
    assert run(bare, {"effect": Runner(inside)}, quick)
    assert not run(bare, {"effect": Runner(inside)}, quick)
    assert effects == [2]


def test_the_effect_and_the_end_of_an_errand_commit_together(bare: Engine) -> None:
    put(bare, "bad")

    def inside(work: Work, _errand: Errand, _answer: object) -> None:
        work.later("never", {}, home=1)
        raise ValueError

    assert not run(bare, {"bad": Runner(inside)}, claim(bare, "default")[0])
    assert left(bare) == 1


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), KeyError("x"), RuntimeError("x"), OSError("x"), RecursionError("x"), Refused("case.unknown")],
    ids=lambda error: type(error).__name__,
)
def test_a_poisoned_errand_stops_nobody(bare: Engine, error: Exception) -> None:
    put(bare, "poison")
    put(bare, "fine", 5)
    assert drain(bare, {"poison": Runner(raising(error)), "fine": Runner(nothing)}) == 5
    assert left(bare) == 1


def test_an_errand_of_an_unknown_kind_waits(bare: Engine) -> None:
    put(bare, "of tomorrow's version")
    assert drain(bare, {}) == 0
    assert left(bare) == 1


def test_back_off_then_dead_then_revived(bare: Engine, clock: SimulatedClock) -> None:
    put(bare, "poison")
    runners = {"poison": Runner(raising(ValueError("why")))}
    for attempt in range(1, ATTEMPTS + 1):
        assert drain(bare, runners) == 0
        with bare.begin(SYSTEM) as work:
            due, attempts = work.read("SELECT due_at, attempts FROM plumbing.outbox")[0]
        assert attempts == attempt
        assert due == clock.now + wait(attempt)
        clock.now = due
    with bare.begin(SYSTEM) as work:
        [(_, _, kind, key, error)] = outbox.dead(work)
        assert (kind, key) == ("poison", "0")
        assert "why" in error
        assert [(lane.name, lane.due, lane.dead) for lane in outbox.lanes(work)] == [("default", 0, 1)]
    assert drain(bare, {"poison": Runner(nothing)}) == 0
    with bare.begin(SYSTEM) as work:
        assert outbox.revive(work) == 1
    assert drain(bare, {"poison": Runner(nothing)}) == 1


def test_a_department_that_is_down_kills_no_errand(bare: Engine, clock: SimulatedClock) -> None:
    put(bare, "ask")
    for _ in range(ATTEMPTS + 3):
        drain(bare, {"ask": Runner(raising(Retry("down")))})
        clock.now += timedelta(hours=7)
    with bare.begin(SYSTEM) as work:
        assert outbox.dead(work) == []
    assert drain(bare, {"ask": Runner(nothing)}) == 1


def test_without_a_database_the_errand_is_neither_blamed_nor_lost(bare: Engine) -> None:
    put(bare, "ask")
    [errand] = claim(bare, "default")
    with pytest.raises(Unavailable):
        run(bare, {"ask": Runner(raising(Unavailable("gone")))}, errand)
    assert left(bare) == 1


def test_waiting_grows_to_six_hours() -> None:
    assert [wait(n).total_seconds() for n in (1, 2, 3, 14, 15, 10_000)] == [2, 4, 8, 16_384, 21_600, 21_600]


def test_a_slow_lane_does_not_hold_up_the_clock(bare: Engine) -> None:
    """A department that never answers, and the clock lane still runs to its end; then the heartbeat is seen."""
    put(bare, "slow", lane="sharing")
    put(bare, "tick", 20, lane="clock")
    ticks = Counter[str]()
    all_ticked, answer, asked = Event(), Event(), Event()

    def never(_errand: Errand) -> None:
        asked.set()
        answer.wait(30)

    def tick(_work: Work, _errand: Errand, _answer: object) -> None:
        ticks["tick"] += 1
        if ticks["tick"] == 20:
            all_ticked.set()

    shift = Shift(bare, {"slow": Runner(nothing, never), "tick": Runner(tick)}, {"clock": 1, "sharing": 1}, name="a")
    thread = Thread(target=shift.run)
    thread.start()
    try:
        assert asked.wait(10)
        assert all_ticked.wait(10)
        assert health.examine(bare).worker
    finally:
        answer.set()
        shift.stopping.set()
        thread.join(30)
    assert not thread.is_alive()
    assert left(bare) == 0


def test_a_shift_outlives_a_poisoned_lane(bare: Engine) -> None:
    put(bare, "poison")
    put(bare, "last")
    done = Event()

    def last(_work: Work, _errand: Errand, _answer: object) -> None:
        done.set()

    shift = Shift(bare, {"poison": Runner(raising(RuntimeError())), "last": Runner(last)}, {"default": 1}, name="a")
    thread = Thread(target=shift.run)
    thread.start()
    try:
        assert done.wait(10)
    finally:
        shift.stopping.set()
        thread.join(30)
