"""内嵌数据库测试 — it finds its data again, recovers from every kill, has one keeper, and refuses what is unsafe."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from yiwang.cli import app
from yiwang.plumbing.database import Database, Unsafe
from yiwang.plumbing.migrations import migrate
from yiwang.plumbing.postgres import DATABASE_URL, AlreadyRunning, Cluster, NotRunning, access, attach
from yiwang.plumbing.postgres_roles import ADMIN, APP, OWNER

pytestmark = pytest.mark.slow

KEEPER = """
import sys
from pathlib import Path
from yiwang.plumbing.postgres import Cluster
Cluster(Path(sys.argv[1])).start()
print("started", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of this test's own, running, with one word in it."""
    cluster = Cluster(tmp_path / "data")
    with cluster:
        with psycopg.connect(cluster.conninfo(), autocommit=True) as connection:
            connection.execute("CREATE TABLE word (said text); INSERT INTO word VALUES ('政务')")
        yield cluster


def word(cluster: Cluster) -> str:
    """The word that was kept."""
    with psycopg.connect(cluster.conninfo()) as connection:
        row = connection.execute("SELECT said FROM word").fetchone()
    assert row is not None
    return str(row[0])


def postmaster(cluster: Cluster) -> int:
    """The number of the server's process."""
    return int((cluster.data_dir / "pg" / "postmaster.pid").read_text().splitlines()[0])


def processes_of(cluster: Cluster) -> list[str]:
    """Every process that works in the cluster's folder."""
    inside = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if str(cluster.data_dir) in str((place / "cwd").readlink()):
                inside.append(place.name)
        except OSError:
            continue
    return inside


def test_a_second_start_finds_its_data_and_a_stop_leaves_no_process(own: Cluster) -> None:
    own.stop()
    assert processes_of(own) == []
    assert not (own.data_dir / "pg" / "postmaster.pid").exists()
    own.start()
    assert word(own) == "政务"


def test_a_killed_server_is_started_again(own: Cluster) -> None:
    os.kill(postmaster(own), signal.SIGKILL)
    assert own._server is not None
    own._server.wait()
    assert not own.alive()
    own.start()
    assert word(own) == "政务"


def test_two_on_one_folder_the_second_says_so(own: Cluster) -> None:
    with pytest.raises(AlreadyRunning, match=f"kept by process {os.getpid()}"):
        Cluster(own.data_dir, durable=False).start()
    assert word(own) == "政务"


def test_the_second_demo_on_one_folder_leaves_with_a_word(own: Cluster) -> None:
    command = [sys.executable, "-m", "yiwang", "demo", "--data", str(own.data_dir)]
    environment = {k: v for k, v in os.environ.items() if k != DATABASE_URL}
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert said.returncode == 1
    assert "Already running" in said.stderr
    assert str(own.data_dir) in said.stderr
    assert "Traceback" not in said.stderr


def test_a_killed_keeper_leaves_a_server_that_the_next_one_takes_over(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    command = [sys.executable, "-c", KEEPER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"started\n"
        orphan = int((folder / "pg" / "postmaster.pid").read_text().splitlines()[0])
        with psycopg.connect(attach(folder).owner, autocommit=True) as connection:
            connection.execute("CREATE TABLE word (said text); INSERT INTO word VALUES ('一网')")
        keeper.kill()
    with Cluster(folder) as cluster:
        assert postmaster(cluster) != orphan
        assert word(cluster) == "一网"
    assert processes_of(cluster) == []


def test_the_number_of_a_dead_server_may_be_somebody_elses(own: Cluster) -> None:
    """After a restart of the machine: the pid file names a process that is none of ours, and it is left alone."""
    os.kill(postmaster(own), signal.SIGKILL)
    assert own._server is not None
    own._server.wait()
    file = own.data_dir / "pg" / "postmaster.pid"
    file.write_text("\n".join([str(os.getppid()), *file.read_text().splitlines()[1:]]))
    own.start()
    assert word(own) == "政务"


def test_a_cluster_that_was_not_finished_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "data" / "pg.new" / "base").mkdir(parents=True)
    with Cluster(tmp_path / "data", durable=False) as cluster:
        assert cluster.alive()


def test_nobody_runs_here(tmp_path: Path) -> None:
    with pytest.raises(NotRunning):
        attach(tmp_path)


def test_the_server_is_no_root_and_listens_on_a_private_socket_only(own: Cluster) -> None:
    status = Path("/proc", str(postmaster(own)), "status").read_text()
    inside = subprocess.run(
        [*own.programs.identity.before, "id", "-u"], capture_output=True, text=True, check=True
    ).stdout
    assert inside.strip() != "0"
    assert "postgres" in status
    assert own._socket.stat().st_mode & 0o077 == 0
    with psycopg.connect(own.conninfo(ADMIN)) as connection:
        row = connection.execute("SELECT current_setting('listen_addresses')").fetchone()
    assert row == ("",)


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_database_that_could_lose_what_was_acknowledged_is_refused(
    cluster: Cluster, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster of the tests is such a one."""
    database = Database(cluster.conninfo(APP), max_size=1)
    try:
        with pytest.raises(Unsafe, match=f"{setting}=off"):
            database.check_safe()
        database.check_safe(throwaway=True)
    finally:
        database.close()
    monkeypatch.setenv(DATABASE_URL, cluster.conninfo(APP))
    for command in ("serve", "worker"):
        said = CliRunner().invoke(app, [command])
        assert said.exit_code == 1
        assert f"{setting}=off" in said.stderr


def test_the_owner_does_not_act(cluster: Cluster) -> None:
    database = Database(cluster.conninfo(OWNER), max_size=1)
    try:
        with pytest.raises(Unsafe, match="yiwang_app acts"):
            database.check_safe(throwaway=True)
    finally:
        database.close()


def test_nothing_serves_before_it_is_migrated(own: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE_URL, own.conninfo(APP))
    said = CliRunner().invoke(app, ["worker", "--once"])
    assert said.exit_code == 1
    assert "yiwang migrate" in said.stderr


def test_a_server_that_is_named_is_used(own: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """YIWANG_DATABASE_URL: nothing of our own is started, and the app does not act as the owner."""
    monkeypatch.setenv(DATABASE_URL, own.conninfo(OWNER))
    with psycopg.connect(own.conninfo(ADMIN), autocommit=True) as connection:
        connection.execute(f"GRANT {APP}, yiwang_worker TO {OWNER}".encode())
    with access(tmp_path / "unused") as found:
        assert not (tmp_path / "unused").exists()
        migrate(found.owner)
        with psycopg.connect(found.app) as connection:
            row = connection.execute("SELECT current_user").fetchone()
        assert row == (APP,)
