"""测试夹具 — an engine on an empty database: all plumbing, no government."""

from __future__ import annotations

import io

import pytest

from yiwang import main
from yiwang.demo.walk import SimulatedClock
from yiwang.plumbing.database import Database
from yiwang.plumbing.telemetry import configure
from yiwang.plumbing.work import Engine


@pytest.fixture
def bare(database: Database, clock: SimulatedClock) -> Engine:
    """An engine on a migrated database without a row."""
    return main.engine(database, clock)


@pytest.fixture(autouse=True)
def log() -> io.StringIO:
    """What is logged during a test, as an installation writes it."""
    stream = io.StringIO()
    configure(as_json=True, stream=stream)
    return stream
