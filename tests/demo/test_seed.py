"""演示数据 — what was cut off while it was loaded goes on at the next start."""

from __future__ import annotations

import pytest

from yiwang import main
from yiwang.catalogue import service as catalogue
from yiwang.demo import seed as demo
from yiwang.demo.people import everybody
from yiwang.directory import seed as places
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing.database import Database


@pytest.mark.parametrize("stages", [0, 1, 2])
def test_a_demo_that_was_killed_while_loading_is_whole_after_the_next_start(database: Database, stages: int) -> None:
    engine = main.engine(database)
    if stages > 0:
        with engine.begin(SYSTEM) as work:
            places.seed(work)
    if stages > 1:
        with engine.begin(SYSTEM) as work:
            demo._people(work, everybody()[:20])
    assert demo.seed(engine)
    assert not demo.seed(engine), "a second time changes nothing"
    with engine.begin(SYSTEM) as work:
        names = {p.code: p.name for p in everybody()}
        assert directory.names_of(work, names) == names
        assert len(catalogue.items(work)) == 75
