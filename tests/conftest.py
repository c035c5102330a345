"""测试夹具 — one throw-away PostgreSQL a test process, a fresh migrated database a test, the demo's engine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from yiwang import main
from yiwang.demo.seed import seed
from yiwang.demo.walk import SimulatedClock
from yiwang.plumbing.database import Database
from yiwang.plumbing.migrations import migrate
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.work import Engine

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_numbers = count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are skipped only where there is no browser, and never where one is demanded."""
    if CHROMIUM or os.environ.get("YIWANG_REQUIRE_BROWSER"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL for this test process, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="yiwang-test-") as folder:
        Path(folder).chmod(0o755)
        with Cluster(Path(folder) / "data", durable=False) as running:
            yield running


@pytest.fixture(scope="session")
def empty_template(cluster: Cluster) -> str:
    """A migrated database without a row, to be copied."""
    migrate(cluster.conninfo())
    return "yiwang"


@pytest.fixture(scope="session")
def demo_template(cluster: Cluster, empty_template: str) -> str:
    """A migrated database with the demo's directory, people and catalogue, to be copied."""
    copy_database(cluster, empty_template, "demo")
    database = Database(cluster.conninfo("demo"))
    seed(main.engine(database, SimulatedClock()))
    database.close()
    return "demo"


def copy_database(cluster: Cluster, template: str, name: str) -> None:
    """A new database like another one that nobody is connected to."""
    with psycopg.connect(cluster.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


@pytest.fixture
def database(cluster: Cluster, empty_template: str) -> Iterator[Database]:
    """A fresh migrated database."""
    yield from _fresh(cluster, empty_template)


@pytest.fixture
def demo_database(cluster: Cluster, demo_template: str) -> Iterator[Database]:
    """A fresh database with the demo's directory, people and catalogue."""
    yield from _fresh(cluster, demo_template)


def _fresh(cluster: Cluster, template: str) -> Iterator[Database]:
    name = f"test_{next(_numbers)}"
    copy_database(cluster, template, name)
    fresh = Database(cluster.conninfo(name), max_size=50)
    yield fresh
    fresh.close()
    with psycopg.connect(cluster.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def clock() -> SimulatedClock:
    """The engine's clock: stands on 2017-08-14, nine in the morning."""
    return SimulatedClock()


@pytest.fixture
def engine(demo_database: Database, clock: SimulatedClock) -> Engine:
    """The engine on a database with the demo's directory, people and catalogue."""
    return main.engine(demo_database, clock)
