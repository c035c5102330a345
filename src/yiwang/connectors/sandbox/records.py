"""沙箱记录 — what the departments of the sandbox hold about their people and firms, and how they misbehave when told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock

from yiwang.connectors.sandbox.roster import Citizen, Firm, citizens, firms

MODES = ("ok", "slow", "down", "wrong")
LACKING_ONE_IN = 29
"""So many subjects lack any one record, so that «no record» is met in the demo too."""


@dataclass(slots=True)
class Behaviour:
    """沙箱行为: how a line answers: ok, slow (after `delay` seconds), down, or wrong (unsigned nonsense)."""

    mode: str = "ok"
    delay: float = 0.0


@dataclass(slots=True)
class Office:
    """沙箱部门: the state of one sandbox process."""

    people: dict[str, Citizen] = field(default_factory=citizens)
    firms: dict[str, Firm] = field(default_factory=firms)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    changed: dict[tuple[str, str], tuple[int, dict[str, str]]] = field(default_factory=dict)
    nonces: dict[str, float] = field(default_factory=dict)
    asked: list[dict[str, object]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def behaviour(self, line: str) -> Behaviour:
        """How a line behaves now."""
        return self.behaviours.setdefault(line, Behaviour())

    def seen(self, nonce: str, now: float, window: float) -> bool:
        """Whether this nonce was used before; remembers it."""
        with self.lock:
            for old in [n for n, at in self.nonces.items() if at < now - window]:
                del self.nonces[old]
            if nonce in self.nonces:
                return True
            self.nonces[nonce] = now
            return False

    def remember(self, question: dict[str, object]) -> None:
        """Keep the last thousand questions, for the console."""
        with self.lock:
            self.asked.append(question)
            del self.asked[:-1000]

    def change(self, resource: str, subject: str, values: dict[str, str]) -> int:
        """A department changes a record; the number of its new version."""
        with self.lock:
            version, old = self.changed.get((resource, subject), (1, {}))
            self.changed[(resource, subject)] = (version + 1, {**old, **values})
            return version + 1

    def record(self, resource: str, subject: str) -> dict[str, str] | None:
        """The record of a subject, or none. A firm's personal records are those of its legal representative."""
        firm = self.firms.get(subject)
        person = firm.representative if firm else self.people.get(subject)
        if person is None:
            return None
        mark = int(sha256(f"{resource}/{subject}".encode()).hexdigest()[:8], 16)
        if mark % LACKING_ONE_IN == 0 and resource not in ("id_card", "business_licence"):
            return None
        return {**_particulars(person, firm), "document_no": f"{resource.upper()[:6]}-{mark:010d}"[:24]}


def _particulars(person: Citizen, firm: Firm | None) -> dict[str, str]:
    found = {
        "name": person.name,
        "sex": person.sex,
        "birth_date": person.born.isoformat(),
        "address": person.address,
        "valid_to": "长期",
    }
    if firm:
        found |= {
            "enterprise": firm.name,
            "credit_code": firm.identifier,
            "legal_representative": person.name,
            "address": firm.address,
            "capital": str(firm.capital),
        }
    return found


def answer(office: Office, line: str, resource: str, subject: str, wanted: list[str]) -> dict[str, object] | None:
    """The answer to a question: the data items asked for, by the item's code, or the whole record under the material."""
    record = office.record(resource, subject)
    if record is None:
        return None
    version, changes = office.changed.get((resource, subject), (1, {}))
    record |= changes
    text = "；".join(f"{k}={v}" for k, v in record.items())
    values: dict[str, object] = {code: record.get(code, record if len(wanted) == 1 else text) for code in wanted}
    as_of = datetime.now(UTC).isoformat()
    return {"record_version": str(version), "as_of": as_of, "values": values, "source": line}
