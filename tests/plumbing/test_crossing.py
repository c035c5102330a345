"""相让 — two acts that wait for each other: one gives way, and its act by key is simply done again."""

from __future__ import annotations

import threading
from uuid import uuid4

from yiwang.ground.actor import SYSTEM
from yiwang.plumbing.idempotency import once
from yiwang.plumbing.tables import Mode, Table
from yiwang.plumbing.work import Engine, Work

MARK = Table("plumbing.setting", {"name": "text", "value": "text"}, ("name",))


def test_of_two_acts_that_cross_both_are_done(engine: Engine) -> None:
    for name in ("one", "two"):
        with engine.begin(SYSTEM) as work:
            work.add(MARK, {"name": name, "value": "0"}, Mode.PUT)
    met = threading.Barrier(2)
    tries: list[str] = []

    def cross(first: str, second: str) -> None:
        def act(work: Work) -> tuple[int, object]:
            tries.append(first)
            work.read("SELECT value FROM plumbing.setting WHERE name = %s FOR UPDATE", (first,))
            if len(tries) <= 2:
                met.wait(timeout=20)
            work.read("SELECT value FROM plumbing.setting WHERE name = %s FOR UPDATE", (second,))
            work.change(MARK, {"name": first}, {"value": "done"})
            return 200, {}

        once(engine, SYSTEM, str(uuid4()), b"digest", act)

    threads = [threading.Thread(target=cross, args=pair) for pair in (("one", "two"), ("two", "one"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.begin(SYSTEM) as work:
        done = work.read("SELECT value FROM plumbing.setting WHERE name IN ('one', 'two')")
    assert done == [("done",), ("done",)]
    assert len(tries) == 3, "one of them was tried twice"
