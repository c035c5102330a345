"""测试夹具 — one throw-away PostgreSQL for all tests, a fresh database a test, the demo, a browser."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has none

from yiwang import main
from yiwang.demo.seed import seed
from yiwang.demo.walk import SimulatedClock
from yiwang.plumbing.database import Database
from yiwang.plumbing.migrations import migrate
from yiwang.plumbing.postgres import DATABASE, AlreadyRunning, Cluster
from yiwang.plumbing.postgres_roles import ADMIN, APP, OWNER
from yiwang.plumbing.work import Engine

# A database is a thousand small files: copied in memory it costs a twentieth of what it costs on a disk.
MEMORY, ENOUGH = Path("/dev/shm"), 3 * 2**30
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ["TMPDIR"], tempfile.tempdir = str(MEMORY), None

# How long an example takes says more about the machine than about the rule.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PREFIX = "yiwang-test-"
SERVERS = {"tests/gateway/": "demo", "tests/journeys/": "demo", "tests/web/": "served"}
BUILDING = 0x64656D6F
READY = re.compile(rb"https?://127\.0\.0\.1:\d+")
_kept = pytest.StashKey[contextlib.ExitStack]()
_folder = pytest.StashKey[str]()
_numbers = count()


def pytest_configure(config: pytest.Config) -> None:
    """A test that needs a database is marked so by its fixtures: `make fast` leaves those out."""
    config.addinivalue_line("markers", "database: needs PostgreSQL; set by the fixture `cluster`, never by hand")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are skipped where there is no browser; the plugin `requirements` refuses that in CI.

    Files with slow tests come first, so that two test processes end together.
    """
    slow = {together(item.nodeid) for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: together(item.nodeid) not in slow)
    for item in items:
        if "cluster" in getattr(item, "fixturenames", ()):
            item.add_marker("database")
        if CHROMIUM is None and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


def together(nodeid: str) -> str:
    """What one test process should run, one after the other: a file, or the folders that need the same servers."""
    file = nodeid.partition("::")[0]
    return next((servers for folder, servers in SERVERS.items() if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Several test processes (xdist) take files as they were collected: nothing that a file sets up is set up twice."""
    config.option.loadscopereorder = False
    scheduling = LoadScopeScheduling(config, log)
    scheduling._split_scope = together
    return scheduling


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Several test processes (xdist) share the cluster that their leader keeps."""
    config = node.config
    if _folder not in config.stash:
        config.stash[_kept] = contextlib.ExitStack()
        config.stash[_folder] = str(config.stash[_kept].enter_context(throwaway_cluster()).data_dir)
    node.workerinput["cluster"] = config.stash[_folder]


def pytest_unconfigure(config: pytest.Config) -> None:
    """The leader stops it when all have ended."""
    if _kept in config.stash:
        config.stash[_kept].close()


@contextlib.contextmanager
def throwaway_cluster() -> Iterator[Cluster]:
    """A running cluster that is gone afterwards, and so are those that killed test runs left behind."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/data/pg/postmaster.pid"):
        with contextlib.suppress(AlreadyRunning, FileNotFoundError):
            Cluster(left.parents[1], durable=False).sweep()
            shutil.rmtree(left.parents[2], ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX) as folder,
        Cluster(Path(folder) / "data", durable=False) as running,
    ):
        migrate(running.conninfo(OWNER))
        yield running


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Iterator[Cluster]:
    """A PostgreSQL for this test run, with the migrated database `yiwang` to be copied."""
    given = getattr(pytestconfig, "workerinput", {}).get("cluster")
    if given is not None:
        yield Cluster(Path(given), durable=False)
    else:
        with throwaway_cluster() as running:
            yield running


@pytest.fixture(scope="session")
def empty_template(cluster: Cluster) -> str:
    """A migrated database without a row, to be copied."""
    assert cluster.data_dir.exists()
    return DATABASE


@pytest.fixture(scope="session")
def demo_template(cluster: Cluster, empty_template: str) -> str:
    """A migrated database with the demo's directory, people and catalogue, to be copied."""
    return template(cluster, "demo", empty_template, lambda database: seed(main.engine(database, SimulatedClock())))


def template(cluster: Cluster, name: str, copied: str, fill: Callable[[Database], object]) -> str:
    """A database to be copied, itself a copy and more; made by whichever test process needs it first."""
    with psycopg.connect(cluster.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (BUILDING,))
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).rowcount:
            unfinished = f"{name}_unfinished"
            connection.execute(f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)".encode())
            copy_database(cluster, copied, unfinished)
            with closing(Database(cluster.conninfo(APP, unfinished))) as database:
                fill(database)
            connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}".encode())
    return name


def copy_database(cluster: Cluster, template: str, name: str) -> None:
    """A new database like another one that nobody is connected to; its rights are copied too."""
    with psycopg.connect(cluster.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {OWNER} STRATEGY file_copy".encode())


@pytest.fixture
def fresh_database(cluster: Cluster) -> Iterator[Callable[[str], str]]:
    """Makes databases by copying a template, and gives their names; they are dropped after the test."""
    made: list[str] = []

    def make(template: str) -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        copy_database(cluster, template, name)
        made.append(name)
        return name

    yield make
    with psycopg.connect(cluster.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def database(cluster: Cluster, fresh_database: Callable[[str], str], empty_template: str) -> Iterator[Database]:
    """A fresh migrated database, as the app sees it."""
    fresh = Database(cluster.conninfo(APP, fresh_database(empty_template)), max_size=50)
    yield fresh
    fresh.close()


@pytest.fixture
def demo_database(cluster: Cluster, fresh_database: Callable[[str], str], demo_template: str) -> Iterator[Database]:
    """A fresh database with the demo's directory, people and catalogue, as the app sees it."""
    fresh = Database(cluster.conninfo(APP, fresh_database(demo_template)), max_size=50)
    yield fresh
    fresh.close()


@pytest.fixture
def clock() -> SimulatedClock:
    """The engine's clock: stands on 2017-08-14, nine in the morning."""
    return SimulatedClock()


@pytest.fixture
def engine(demo_database: Database, clock: SimulatedClock) -> Engine:
    """The engine on a database with the demo's directory, people and catalogue."""
    return main.engine(demo_database, clock)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium, for tests marked `browser`. Open a context of your own in it and close it again."""
    assert CHROMIUM is not None, "mark the test `browser`: without Chromium it is then skipped"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Demo:
    """演示系统: where it answers, and its accounts by login."""

    address: str
    accounts: dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`yiwang demo` on an empty folder, stopped by the signal that Ctrl-C sends."""
    folder = tmp_path_factory.mktemp("demo")
    accounts = folder / "accounts.json"
    # Test processes side by side look for free ports in places of their own.
    port = 8_200 + 20 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    command = [sys.executable, "-m", "yiwang", "demo", "--data", str(folder / "data"), "--port", str(port)]
    command += ["--accounts-json", str(accounts)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield Demo(_address(process), _by_login(accounts))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
    assert process.returncode == 0


def _address(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := READY.search(line):
            return found[0].decode()
    raise AssertionError("the demo ended before it was ready")


def _by_login(accounts: Path) -> dict[str, dict[str, Any]]:
    return {account["login"]: account for account in json.loads(accounts.read_text("utf-8"))}
