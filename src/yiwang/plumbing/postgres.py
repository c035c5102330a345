"""内嵌数据库 — a PostgreSQL of our own from the wheel's programs, started, guarded and stopped by us."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from yiwang.plumbing.postgres_programs import Identity, Programs, StartFailed, find
from yiwang.plumbing.postgres_programs import environment as without_surprises
from yiwang.plumbing.postgres_roles import ADMIN, APP, OWNER, ROLES, app_on_server, create

DATABASE = "yiwang"
DATABASE_URL = "YIWANG_DATABASE_URL"
PORT = "5432"
SOCKET = f".s.PGSQL.{PORT}"
SOCKET_PATH_LIMIT = 107
# Without these flags initdb takes the environment's locale; in plain C a Chinese character is not a letter.
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "shared_buffers": "256MB",
    "max_connections": "120",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "log_error_verbosity": "terse",  # the detail of an error is a row, and a row may be about a person
}
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
}
START_SECONDS = 600.0  # recovery after a crash reads up to max_wal_size
ORPHANS_SECONDS = 10.0
LOG_LIMIT = 10 * 2**20
NO_SUCH_PROCESS = str(2**31 - 1)


class AlreadyRunning(Exception):
    """已在运行: another process keeps this data directory."""


class NotRunning(Exception):
    """未运行: nobody keeps this data directory, so there is no server to connect to."""


@dataclass(frozen=True, slots=True)
class Access:
    """连接方式: conninfos of the owner, who migrates, and of the app, which acts; `keep` starts a dead server again."""

    owner: str
    app: str
    keep: Callable[[], object] = lambda: None


@contextlib.contextmanager
def access(data_dir: Path) -> Iterator[Access]:
    """The server that YIWANG_DATABASE_URL names, or a cluster of our own in `data_dir`, running inside the block.

    AlreadyRunning, StartFailed; psycopg.OperationalError when the server named cannot be reached.
    """
    if url := os.environ.get(DATABASE_URL):
        yield Access(url, app_on_server(url))
        return
    with Cluster(data_dir) as cluster:
        yield Access(cluster.conninfo(OWNER), cluster.conninfo(APP), cluster.start)


def attach(data_dir: Path) -> Access:
    """How to connect to the cluster that another process keeps running in `data_dir`; NotRunning when nobody does."""
    try:
        socket = (data_dir.resolve() / "pg" / "postmaster.pid").read_text().splitlines()[4]
    except (FileNotFoundError, IndexError) as error:
        raise NotRunning(str(data_dir)) from error
    return Access(_conninfo(socket, OWNER, DATABASE), _conninfo(socket, APP, DATABASE))


def _conninfo(socket: str, role: str, database: str) -> str:
    return make_conninfo(host=socket, port=PORT, user=role, dbname=database)


class Cluster:
    """内嵌数据库: one data directory and the server on it. `durable=False` is for tests' throw-away clusters only.

    One process at a time keeps a directory: it holds a lock as long as it lives, and what a killed one left behind is
    cleared away by the next.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.durable = durable
        self._settings = {**SETTINGS, **({} if durable else NOT_DURABLE), **(settings or {})}
        self._folder = self.data_dir / "pg"
        self._log = self.data_dir / "postgres.log"
        self._socket = _socket_place(self.data_dir)
        self._lock: IO[str] | None = None
        self._programs: Programs | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Make the cluster when there is none, recover it when it was killed, and give the owner's conninfo.

        A second call starts a server that has died. AlreadyRunning when another process keeps the directory;
        StartFailed with the end of the log.
        """
        if not self.alive():
            self._take_lock()
            try:
                self._clear_leftovers()
                if not self._folder.exists():
                    self._create()
                self._launch()
                self._prepare()
            except BaseException:
                self.stop()
                raise
        return self.conninfo(OWNER)

    @property
    def programs(self) -> Programs:
        """PostgreSQL's programs, to be run under the identity this cluster belongs to."""
        if self._programs is None:
            self._programs = find(self._folder)
        return self._programs

    def conninfo(self, role: str = OWNER, database: str = DATABASE) -> str:
        """How to connect over the socket."""
        return _conninfo(str(self._socket), role, database)

    def alive(self) -> bool:
        """Whether the server we started still runs."""
        return self._server is not None and self._server.poll() is None

    def stop(self) -> None:
        """Stop the server cleanly, closing all connections, and let go of the directory."""
        if self._lock is None:
            return
        try:
            if (self._folder / "postmaster.pid").exists():
                self._halt()
            if self._server is not None:
                _end(self._server)
        finally:
            self._server = None
            if self._socket.parent != self.data_dir:
                shutil.rmtree(self._socket, ignore_errors=True)
            self._lock.close()
            self._lock = None

    def sweep(self) -> None:
        """Stop the server that a killed process left behind, if there is one. AlreadyRunning when nobody was killed."""
        self._take_lock()
        self.stop()

    def __enter__(self) -> Cluster:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        self.data_dir.mkdir(parents=True, exist_ok=True)
        lock = (self.data_dir / "yiwang.lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip()
            lock.close()
            raise AlreadyRunning(f"{self.data_dir} is kept by process {holder}") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _clear_leftovers(self) -> None:
        """What a killed supervisor or server left: we hold the lock, so nobody else is at work here."""
        pid_file = self._folder / "postmaster.pid"
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        if lines and _command_line(lines[0])[1:3] == ["-D", str(self._folder)]:
            self._halt()
        elif lines and Path("/proc", lines[0]).exists():
            # Its number belongs to somebody else by now. The rest of the file stays: PostgreSQL finds orphans by it.
            pid_file.write_text("\n".join([NO_SUCH_PROCESS, *lines[1:], ""]))
        elif pid_file.exists() and not lines:
            pid_file.unlink()
        for left in self._socket.glob(f"{SOCKET}*"):
            left.unlink()

    def _create(self) -> None:
        """Make the cluster beside its place, so that one that was not finished is never taken for one."""
        fresh = self.data_dir / "pg.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self.programs.identity.give(fresh)
        arguments = ["-D", str(fresh), "-U", ADMIN, "--auth-local=trust", "--auth-host=reject", "--data-checksums"]
        if not self.durable:
            arguments.append("--no-sync")
        made = self.programs.run("initdb", *arguments, "--no-instructions", *LOCALE, folder=self.data_dir)
        if made.returncode:
            raise StartFailed((made.stderr or made.stdout)[-2000:])
        fresh.rename(self._folder)

    def _launch(self) -> None:
        """Start the server, in a session of its own so that the terminal's Ctrl-C reaches us and not it."""
        _make_private(self._socket, self.programs.identity)
        settings = {**self._settings, "unix_socket_directories": str(self._socket)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = self.programs.command("postgres", "-D", str(self._folder), *options)
        patience = time.monotonic() + ORPHANS_SECONDS
        while True:
            said = self._run_until_ready(command)
            if said is None:
                return
            if "pre-existing shared memory block" not in said or time.monotonic() > patience:
                raise StartFailed(said[-2000:])
            time.sleep(0.1)  # children of a killed server notice on their own, and go

    def _run_until_ready(self, command: list[str]) -> str | None:
        """Nothing once the server takes connections, or what it said when it ended."""
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as log:
            before = log.tell()
            self._server = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.data_dir,
                env=without_surprises(),
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._ready(self._server.pid):
            if self._server.poll() is not None:
                return self._log.read_bytes()[before:].decode(errors="replace")
            if time.monotonic() > deadline:
                raise StartFailed(f"not ready after {START_SECONDS:.0f} seconds; see {self._log}")
            time.sleep(0.01)
        return None

    def _ready(self, pid: int) -> bool:
        try:
            lines = (self._folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _prepare(self) -> None:
        """The roles and the database, where they are not there yet."""
        with psycopg.connect(self.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
            create(connection, (OWNER, *ROLES), login=True)
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).rowcount:
                words = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(words.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))

    def _halt(self) -> None:
        """Stop whatever server runs on the directory; one that does not hear is cut off, and recovers at the next
        start.
        """
        for mode in ("fast", "immediate") if self.durable else ("immediate",):
            arguments = ["-D", str(self._folder), "-m", mode, "-w", "-t", "60", "stop"]
            if self.programs.run("pg_ctl", *arguments, folder=self.data_dir).returncode == 0:
                return


def _end(server: subprocess.Popen[bytes]) -> None:
    """Take leave of a server that was told to stop; one that never came so far as its pid file is killed."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(timeout=5)
    server.kill()
    server.wait()


def _command_line(pid: str) -> list[str]:
    """The words a process was started with; none when there is no such process, or one that only waits to be reaped."""
    try:
        return Path("/proc", pid, "cmdline").read_bytes().decode(errors="surrogateescape").split("\0")
    except OSError:
        return []


def _socket_place(data_dir: Path) -> Path:
    """In the data directory, or a short folder where the path is too long for a socket or has a comma or the like."""
    place = data_dir / "socket"
    if len(os.fsencode(place / SOCKET)) <= SOCKET_PATH_LIMIT and re.fullmatch(r"[\w/.+-]+", str(place)):
        return place
    name = sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"yiwang-{os.geteuid()}-{name}"


def _make_private(place: Path, identity: Identity) -> None:
    """A folder that only we can enter: whoever gets in is trusted. StartFailed when somebody else made it."""
    place.mkdir(mode=0o700, exist_ok=True)
    seen = place.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid not in (os.geteuid(), identity.uid):
        raise StartFailed(f"{place} belongs to somebody else")
    place.chmod(0o700)
    identity.give(place)
