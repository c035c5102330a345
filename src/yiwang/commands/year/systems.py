"""部门系统 — the departments' records of the sandbox, asked within the process, down and slow as the year has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

from yiwang.commands.processes import Tree
from yiwang.commands.sandbox import DEMO_SECRET
from yiwang.commands.serving import free_port
from yiwang.commands.year.staff import Lines
from yiwang.connectors.departments.client import DepartmentClient
from yiwang.connectors.sandbox import holdings
from yiwang.connectors.sandbox.office import Office, selected
from yiwang.sharing.messages import Correction, Fetch, Fetched, FetchFailed

TRIES = 10
PATIENCE = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Remote:
    """异地部门: the departments of one line are asked over HTTP, as an installation asks them."""

    line: str
    client: DepartmentClient


@dataclass(slots=True)
class Systems:
    """部门系统: a line that is down answers nobody, a slow one only who asks a second time."""

    lines: Lines
    clock: Callable[[], datetime]
    office: Office = field(default_factory=Office)
    waiting: set[object] = field(default_factory=set)
    asked: int = 0
    remote: Remote | None = None
    over_http: int = 0

    def fetch(self, request: Fetch) -> Fetched:
        """Ask."""
        self.asked += 1
        if request.line in self.lines.down:
            raise FetchFailed("down", retryable=True)
        if request.line in self.lines.slow and request.request_id not in self.waiting:
            self.waiting.add(request.request_id)
            raise FetchFailed("slow", retryable=True)
        self.waiting.discard(request.request_id)
        if self.remote is not None and request.line == self.remote.line:
            self.over_http += 1
            return replace(_patiently(self.remote.client, request), as_of=self.clock())
        resource = holdings.resources().get((request.line, request.resource))
        holder = self.office.holder(request.subject_kind, request.subject_identifier)
        found = self.office.record(resource, holder) if resource is not None and holder is not None else None
        if found is None:
            raise FetchFailed("no_record", retryable=False)
        values = selected(found, request.material, request.data_items)
        return Fetched(values, str(found.version), self.clock(), request.line)

    def tell(self, correction: Correction) -> None:
        """Every notice of a dispute is taken."""


def _patiently(client: DepartmentClient, request: Fetch) -> Fetched:
    """A machine that is busy is no department that is down: the year decides that, by its seed."""
    for _ in range(TRIES - 1):
        try:
            return client.fetch(request)
        except FetchFailed as failure:
            if not failure.retryable:
                raise
    return client.fetch(request)


@contextmanager
def sandbox(folder: Path) -> Iterator[DepartmentClient]:
    """沙箱: the departments as a process of its own, and a client that asks it; both are gone afterwards."""
    port = free_port("127.0.0.1", 0)
    tree = Tree(folder / "logs")
    tree.start("sandbox", "sandbox", "--port", str(port))
    client = DepartmentClient(f"http://127.0.0.1:{port}", bytes.fromhex(DEMO_SECRET), timeout=PATIENCE)
    try:
        started = monotonic()
        while not client.answers():
            if monotonic() - started > PATIENCE:
                raise TimeoutError("the sandbox does not answer")
            sleep(0.05)
        yield client
    finally:
        client.close()
        tree.stop()
