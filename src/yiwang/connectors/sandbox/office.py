"""部门沙箱的案头 — the state of one sandbox process: records as changed, how each line behaves, what came in."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from yiwang.connectors.sandbox import holdings
from yiwang.connectors.sandbox.holdings import Holder, Resource, Value
from yiwang.connectors.sandbox.roster import Citizen, Firm, citizens, firms

KEPT = 1_000
"""So many questions in all, and so many notices a line, are kept for the console."""

Mode = Literal["ok", "slow", "drip", "down", "wrong"]
Flaw = Literal["signature", "unsigned", "malformed", "truncated", "surplus", "stranger", "oversize", "redirect"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """故障方式: how a line answers — ok; slow, `delay` seconds late; drip, a byte every `delay` seconds; down; wrong,
    with this flaw in its answers.
    """

    mode: Mode = "ok"
    delay: float = 0.0
    flaw: Flaw = "signature"


@dataclass(frozen=True, slots=True)
class Record:
    """记录: what a department holds now; the version grows by one with each change."""

    version: int
    values: Mapping[str, Value]


@dataclass(slots=True)
class Line:
    """One department's side of the sandbox."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    asked: int = 0
    received: int = 0
    inbox: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))


@dataclass(slots=True)
class Nonces:
    """随机数登记: nonces seen in the last `window` seconds, so that no question is answered twice."""

    window: float
    known: set[tuple[str, str]] = field(default_factory=set)
    queue: deque[tuple[float, tuple[str, str]]] = field(default_factory=deque)

    def fresh(self, client: str, nonce: str, now: float) -> bool:
        """Whether this client has not used this nonce yet; remembers it."""
        while self.queue and self.queue[0][0] < now - self.window:
            self.known.discard(self.queue.popleft()[1])
        if (client, nonce) in self.known:
            return False
        self.known.add((client, nonce))
        self.queue.append((now, (client, nonce)))
        return True


@dataclass(slots=True)
class Office:
    """部门沙箱的全部状态. It lives in one event loop and needs no lock."""

    lines: dict[str, Line] = field(default_factory=lambda: {line: Line() for line in holdings.lines()})
    people: Mapping[str, Citizen] = field(default_factory=citizens)
    firms: Mapping[str, Firm] = field(default_factory=firms)
    changed: dict[tuple[str, str, str], Record] = field(default_factory=dict)
    questions: deque[Mapping[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def holder(self, kind: str, identifier: str) -> Holder | None:
        """持有人: the person or firm with this identifier; `kind` is person, firm, or empty for either."""
        if kind != "person" and (found := self.firms.get(identifier)):
            return Holder(found.legal_representative, found)
        if kind != "firm" and (citizen := self.people.get(identifier)):
            led = next((f for f in self.firms.values() if f.legal_representative.number == citizen.number), None)
            return Holder(citizen, led)
        return None

    def record(self, resource: Resource, holder: Holder) -> Record | None:
        """What the department holds now, or none."""
        values = holdings.original(resource, holder)
        return self.changed.get(_key(resource, holder), Record(1, values) if values else None)

    def change(self, resource: Resource, holder: Holder, values: Mapping[str, Value]) -> Record:
        """变更记录: the department corrects a record or makes one; gives the new version."""
        before = self.record(resource, holder) or Record(0, {})
        after = Record(before.version + 1, {**before.values, **values})
        self.changed[_key(resource, holder)] = after
        return after


def _key(resource: Resource, holder: Holder) -> tuple[str, str, str]:
    """A record belongs to the person or to the firm it is about, whoever was named to find it."""
    firm = holder.firm if resource.subject == "firm" else None
    return resource.line, resource.code, (firm or holder.person).identifier


def selected(record: Record, material: str, wanted: Sequence[str]) -> dict[str, object]:
    """所答: the data items asked for. The material's code stands for the whole document; what is not held is null."""
    whole = dict(record.values)
    return {code: whole if code == material else whole.get(code) for code in wanted}
