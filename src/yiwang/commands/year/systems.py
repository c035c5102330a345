"""部门系统 — the departments' records of the sandbox, asked within the process, down and slow as the year has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from yiwang.commands.year.staff import Lines
from yiwang.connectors.sandbox import holdings
from yiwang.connectors.sandbox.office import Office, selected
from yiwang.sharing.messages import Correction, Fetch, Fetched, FetchFailed


@dataclass(slots=True)
class Systems:
    """部门系统: a line that is down answers nobody, a slow one only who asks a second time."""

    lines: Lines
    clock: Callable[[], datetime]
    office: Office = field(default_factory=Office)
    waiting: set[object] = field(default_factory=set)
    asked: int = 0

    def fetch(self, request: Fetch) -> Fetched:
        """Ask."""
        self.asked += 1
        if request.line in self.lines.down:
            raise FetchFailed("down", retryable=True)
        if request.line in self.lines.slow and request.request_id not in self.waiting:
            self.waiting.add(request.request_id)
            raise FetchFailed("slow", retryable=True)
        self.waiting.discard(request.request_id)
        resource = holdings.resources().get((request.line, request.resource))
        holder = self.office.holder(request.subject_kind, request.subject_identifier)
        found = self.office.record(resource, holder) if resource is not None and holder is not None else None
        if found is None:
            raise FetchFailed("no_record", retryable=False)
        values = selected(found, request.material, request.data_items)
        return Fetched(values, str(found.version), self.clock(), request.line)

    def tell(self, correction: Correction) -> None:
        """Every notice of a dispute is taken."""
