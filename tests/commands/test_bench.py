"""基准的规格 — what it reports and what it leaves behind; never how long anything took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from yiwang import main
from yiwang.commands import bench_data, bench_inbox
from yiwang.commands.bench import run
from yiwang.commands.bench_bare import ListeningDatabase, Notes
from yiwang.commands.opening import progress
from yiwang.commands.reconcile import differences
from yiwang.commands.verify import prove_all
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing.database import Database
from yiwang.plumbing.postgres import Access, Cluster
from yiwang.plumbing.postgres_roles import APP, OWNER

from tests.commands.conftest import Installation

# Asked and waited for: BEGIN, reads, one write, COMMIT. Over HTTP also the session and the memory of the key.
ROUND_TRIPS = {
    "accept": {"services": 7, "http": 12},
    "step": {"services": 4, "http": 9},
    "look_up": {"services": 4, "http": 7},
    "inbox": {"services": 3, "http": 6},
}
VIEWS: bench_inbox.Views = ({}, {"by": "light"}, {"q": "{number}"})
FIGURES = {"acts", "p50_ms", "p99_ms", "app_cpu_ms", "db_cpu_ms", "round_trips"}


@pytest.fixture(scope="module")
def own(cluster: Cluster) -> Any:
    """A migrated database of this module."""
    yield from migrated(cluster, "bench_tested")


def migrated(cluster: Cluster, name: str) -> Iterator[Access]:
    """A database that is gone afterwards."""
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE yiwang OWNER {OWNER}".encode())
        yield Access(cluster.conninfo(OWNER, name), cluster.conninfo(APP, name))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="module")
def report(own: Access) -> dict[str, Any]:
    """Of a tiny run, in a thread of its own: the browser of another file may keep a loop running in this one."""
    with progress() as bar, ThreadPoolExecutor(1) as beside:
        return beside.submit(run, own, 400, 1, bar).result()


def test_three_sides_of_four_acts_are_reported(report: dict[str, Any]) -> None:
    assert report["cases"] == 400
    assert report["bytes_per_case"] > 5_000
    assert set(report["acts"]) == set(ROUND_TRIPS)
    for act in report["acts"].values():
        assert set(act["ratio_to_bare"]) == {"services", "http"}
        for side in ("services", "bare", "http"):
            assert set(act[side]) == FIGURES
            assert act[side]["acts"] >= 10
            assert act[side]["app_cpu_ms"] > 0


def test_a_step_of_the_flow_stands_beside_a_bare_token_game(report: dict[str, Any]) -> None:
    assert report["advance"]["us"] > report["advance"]["bare_us"] > 0


def test_round_trips_are_as_stated(report: dict[str, Any]) -> None:
    """A read more in a hot path is seen here, whatever the machine's mood."""
    found = {
        name: {side: act[side]["round_trips"] for side in ("services", "http")} for name, act in report["acts"].items()
    }
    assert found == ROUND_TRIPS


def test_the_bare_driver_writes_the_rows_that_the_services_write(report: dict[str, Any], own: Access) -> None:
    """What the two have accepted differs in nothing but the time, and in the chain that only the services make."""
    assert report["acts"]["accept"]["rows_written"] > 8
    assert report["acts"]["look_up"]["rows_written"] == 0
    with psycopg.connect(own.owner) as connection:
        kinds = connection.execute(
            "SELECT m.status, m.journal_seq, (SELECT count(*) FROM plumbing.journal j WHERE j.thread = m.id),"
            " (SELECT count(*) FROM casework.inbox i WHERE i.matter = m.id),"
            " (SELECT count(*) FROM intake.notice n WHERE n.application = m.id) FROM casework.matter m"
            " WHERE m.status = 'handling' AND m.accepted_at > (SELECT max(received_at) FROM casework.matter)"
            " GROUP BY 1, 2, 3, 4, 5, m.id"
        ).fetchall()
    assert len(kinds) >= 30
    assert len(set(kinds)) == 1


def test_after_all_of_it_journals_are_whole_and_nothing_differs(report: dict[str, Any], own: Access) -> None:
    """The loaded cases are real ones, and so are those that bare psycopg has accepted."""
    assert report
    database = Database(own.app)
    with main.engine(database).begin(SYSTEM) as work:
        proof = prove_all(work)
        assert (proof.threads, proof.broken) == (400, [])
        # Copies go without papers, whose numbers are given once (bench_data.NOT_COPIED).
        found = [(number, one) for number, one in differences(work) if one.kind != "document.not_as_in_journal"]
        assert found == []
    database.close()


@pytest.fixture(scope="module")
def many(cluster: Cluster) -> Any:
    """An inbox table with desks of all sizes."""
    for access in migrated(cluster, "bench_inbox_tested"):
        with psycopg.connect(access.owner, autocommit=True) as connection:
            bench_inbox.load(connection, 0, main.real_clock())
        yield access


def test_every_view_is_measured_at_desks_small_and_huge(many: Access) -> None:
    """What it reports; of the views a few."""
    service, heard = Database(many.app), ListeningDatabase(many.app)
    heard.notes = Notes()
    with psycopg.connect(many.app, autocommit=True) as bare:
        engine, listening = main.engine(service), main.engine(heard)
        found = bench_inbox.measure(engine, listening, bare, lambda _: time.process_time(), 2, VIEWS)
    service.close()
    heard.close()
    assert set(found) == set(bench_inbox.DESKS)
    for desk in found.values():
        assert desk["ratio_to_bare"] > 0
        assert desk["worst"]["p95_ms"] > 0


def test_the_same_case_is_loaded_at_every_run() -> None:
    pattern = bench_data.Pattern("review", main.real_clock().date(), 1, case="019d0000-0000-7000-8000-000000000001")
    pattern.compiled(pattern.case)
    assert bench_data.copy_of(pattern, 77) == bench_data.copy_of(pattern, 77)
    one, other = bench_data.copy_of(pattern, 77)[0], bench_data.copy_of(pattern, 78)[0]
    assert (one.home, one.id, one.number) != (other.home, other.id, other.number)


def test_its_database_is_gone_afterwards(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it ends."""

    def fail(*_: object) -> dict[str, Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr("yiwang.commands.bench.run", fail)
    assert installation.run("bench", "--cases", "400").code == 130
    assert installation.sql("SELECT datname FROM pg_database WHERE datname LIKE 'yiwang_bench_%%'") == []


def test_numbers_out_of_range_are_a_mistake_of_usage(installation: Installation) -> None:
    assert installation.run("bench", "--cases", "1").code == 2
    assert installation.run("bench", "--seconds", "0").code == 2
