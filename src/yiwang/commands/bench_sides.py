"""基准三面 — the same act through the services, by the bare driver and over HTTP, measured side by side."""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import UUID

import anyio
import psycopg

from yiwang.casework.service import reading
from yiwang.commands import bench_bare
from yiwang.commands.bench_bare import ListeningDatabase, Notes, Plain
from yiwang.commands.bench_data import Loaded, brought
from yiwang.ground.actor import Actor
from yiwang.handling.messages import Review
from yiwang.handling.service import reviewing
from yiwang.intake.messages import Accept
from yiwang.intake.service import applications
from yiwang.plumbing.work import Engine, Work

BATCH = 10
WORDS = "材料齐全，符合法定形式，资质条件核对无误，同意。"
NANO = 1e9


class _Undone(Exception):
    """The act was only listened to."""


@dataclass(frozen=True, slots=True)
class Target:
    """对象: the case an act is done on, and its task."""

    at: Loaded
    task: UUID

    @property
    def ref(self) -> str:
        """As addresses name it."""
        return f"{self.at.home}-{self.at.id}"


@dataclass(frozen=True, slots=True)
class Measured:
    """一件事: how it is done through the services, and asked for over HTTP: method, path, body."""

    name: str
    who: Actor
    service: Callable[[Work, Target], object]
    request: Callable[[Target], tuple[str, str, dict[str, Any] | None]]


def target(connection: psycopg.Connection[Any], at: Loaded) -> Target:
    """The case with its first open task, if it has one."""
    rows = connection.execute(
        "SELECT tasks->0->>'id' FROM casework.matter WHERE home = %s AND id = %s", (at.home, at.id)
    ).fetchall()
    return Target(at, UUID(rows[0][0] or "0" * 32))


def acts(engine: Engine, clerk: Actor, handler: Actor) -> list[Measured]:
    """受理、完成环节、查件、待办: what is measured."""
    checked = brought(engine)

    def accept(work: Work, on: Target) -> object:
        return applications.accept(Accept(home=on.at.home, id=on.at.id, brought=checked), work)

    def step(work: Work, on: Target) -> object:
        command = Review(home=on.at.home, id=on.at.id, task=on.task, outcome="pass", words=WORDS)
        return reviewing.review(command, work)

    def look_up(work: Work, on: Target) -> object:
        return reading.look(work, *reading.find(work, on.at.number))

    def inbox(work: Work, _: Target) -> object:
        return reading.inbox(work, handler.organisation, handler.roles)

    opinion = {"outcome": "pass", "words": WORDS}
    return [
        Measured(
            "accept",
            clerk,
            accept,
            lambda on: ("POST", f"/api/v1/applications/{on.ref}/acceptance", {"brought": checked}),
        ),
        Measured(
            "step",
            handler,
            step,
            lambda on: ("POST", f"/api/v1/cases/{on.ref}/tasks/{on.task}/review", opinion),
        ),
        Measured("look_up", handler, look_up, lambda on: ("GET", f"/api/v1/cases?number={on.at.number}", None)),
        Measured("inbox", handler, inbox, lambda _: ("GET", "/api/v1/tasks", None)),
    ]


# ── processor time ──────────────────────────────────────────────────────────────────────────────────


def spent(pids: Sequence[int]) -> float:
    """Seconds of processor time that all threads of these processes have used."""
    total = 0
    for pid in pids:
        for thread in Path("/proc", str(pid), "task").glob("*/schedstat"):
            try:
                total += int(thread.read_text().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                continue
    return total / NANO


def children(pid: int) -> list[int]:
    """A process and all that came of it."""
    found = [pid]
    for one in found:
        for thread in Path("/proc", str(one), "task").glob("*/children"):
            found += map(int, thread.read_text().split())
    return found


# ── sides ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Side:
    """一面: one way of doing an act, and what it has cost so far. Processor times in seconds."""

    do: Callable[[Target], object]
    program: Callable[[], float]  # processor time of the program so far
    backends: Callable[[], float]  # processor time of its database sessions so far
    targets: Iterator[Target]
    round_trips: int = 0
    seconds: list[float] = field(default_factory=list)
    in_program: float = 0.0
    in_database: float = 0.0

    def batch(self, size: int = BATCH) -> bool:
        """Do some; false when there is nothing left to do it on."""
        chosen = list(islice(self.targets, size))
        program, database = self.program(), self.backends()
        for on in chosen:
            started = time.perf_counter()
            self.do(on)
            self.seconds.append(time.perf_counter() - started)
        self.in_program += self.program() - program
        self.in_database += self.backends() - database
        return len(chosen) == size

    def forget(self) -> None:
        """What was done so far only warmed it up."""
        self.seconds.clear()
        self.in_program = self.in_database = 0.0

    def figures(self) -> dict[str, float | int]:
        """In milliseconds an act."""
        done = max(len(self.seconds), 1)
        cuts = quantiles(self.seconds, n=100, method="inclusive") if len(self.seconds) > 1 else [0.0] * 99
        return {
            "acts": len(self.seconds),
            "p50_ms": round(cuts[49] * 1000, 3),
            "p99_ms": round(cuts[98] * 1000, 3),
            "app_cpu_ms": round(self.in_program / done * 1000, 3),
            "db_cpu_ms": round(self.in_database / done * 1000, 3),
            "round_trips": self.round_trips,
        }


def by_services(one: Measured, engine: Engine, backends: Callable[[], float], targets: Iterator[Target]) -> Side:
    """Through the services, in this process."""

    def do(on: Target) -> object:
        with engine.begin(one.who) as work:
            return one.service(work, on)

    return Side(do, time.process_time, backends, targets)


def notes_of(listening: Engine) -> Notes:
    """A clean sheet."""
    assert isinstance(listening.database, ListeningDatabase)
    notes = listening.database.notes = Notes()
    return notes


def listen(one: Measured, listening: Engine, on: Target) -> Notes:
    """What the act asks of the database, without doing it."""
    notes = notes_of(listening)
    try:
        with listening.begin(one.who) as work:
            one.service(work, on)
            work.save()
            raise _Undone
    except _Undone:
        return notes


def by_bare_driver(
    one: Measured,
    listening: Engine,
    connection: psycopg.Connection[Any],
    backends: Callable[[], float],
    targets: Iterator[Target],
) -> Side:
    """By bare psycopg: the statements are made ready first, so that only their execution is measured."""
    ready: dict[UUID, list[Plain]] = {}

    def prepared() -> Iterator[Target]:
        while some := list(islice(targets, BATCH)):
            for on in some:
                ready[on.at.id] = bench_bare.plainly(listen(one, listening, on))
            yield from some

    def do(on: Target) -> object:
        return bench_bare.act(connection, ready.pop(on.at.id))

    return Side(do, time.process_time, backends, prepared())


class Caller:
    """来电: one HTTP connection that stays open, with somebody's token."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=30)
        self._token = token
        self._host = f"{host}:{port}"
        self._keys = count()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def headers(self, method: str) -> dict[str, str]:
        """What goes with a request: whose it is, and a new key for what must be done once."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", "Host": self._host}
        if method == "POST":
            headers["Idempotency-Key"] = f"bench-{os.getpid()}-{next(self._keys)}"
        return headers

    def __call__(self, method: str, path: str, body: dict[str, Any] | None) -> bytes:
        """The body of the answer; AssertionError for any other status than 200."""
        headers = self.headers(method)
        self._connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status == 200, (answer.status, text[:300])
        return text


def asked(app: Any, method: str, path: str, headers: Mapping[str, str], body: bytes) -> int:
    """The application asked in this process, without a server around it; the status it answers."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    anyio.run(app, scope, receive, send)
    return status


def over_http(
    one: Measured, call: Caller, server: Sequence[int], backends: Callable[[], float], targets: Iterator[Target]
) -> Side:
    """Over HTTP: the program is the web server's processes, the caller is not counted."""
    return Side(lambda on: call(*one.request(on)), lambda: spent(server), backends, targets)
