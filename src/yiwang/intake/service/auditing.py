"""受理核对 — applications against their cases, timers of acceptance, deliveries, and licences that were ordered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from yiwang.casework.messages.case import Case, Status
from yiwang.casework.service import holding
from yiwang.ground.audit import Difference, Key, Stretch
from yiwang.intake.service.applications import DEEM, LAPSE
from yiwang.plumbing import outbox
from yiwang.plumbing.work import Work
from yiwang.sharing.service import auditing as sharing

STANDS: Mapping[str, frozenset[Status]] = {
    "submitted": frozenset({Status.SUBMITTED}),
    "correction": frozenset({Status.CORRECTION}),
    "accepted": frozenset({Status.HANDLING, Status.SUSPENDED, Status.DECIDED, Status.READY, Status.CLOSED}),
    "closed": frozenset({Status.CLOSED}),
    "refused": frozenset({Status.REFUSED}),
    "withdrawn": frozenset({Status.WITHDRAWN}),
    "acceptance_revoked": frozenset({Status.ACCEPTANCE_REVOKED}),
    "terminated": frozenset({Status.TERMINATED}),
}
"""Where the case may stand while the application stands so."""


@dataclass(frozen=True, slots=True)
class _Filed:
    home: int
    id: UUID
    state: str
    number: str
    delivered: bool


_FILED = """
SELECT home, id, state, number,
       EXISTS (SELECT FROM intake.delivery d WHERE d.home = a.home AND d.application = a.id)
FROM intake.application a
WHERE (home, id) > (%s, %s) AND (home, id) <= (%s, %s) AND submitted_at IS NOT NULL ORDER BY home, id
"""


def differences(work: Work, stretch: Stretch, cases: Mapping[Key, Case]) -> Iterator[Difference]:
    """差异: of what was handed in with the cases of the same stretch."""
    filed: dict[Key, _Filed] = {(row[0], row[1]): _Filed(*row) for row in work.read(_FILED, stretch.bounds)}
    timers = {kind: outbox.waiting(work, kind, stretch) for kind in (DEEM, LAPSE)}
    issued = sharing.issuers(work, stretch)
    yield from _tolerated(work, cases)
    for key in sorted(filed.keys() | cases.keys()):
        one, case = filed.get(key), cases.get(key)
        if one is None and case is not None and case.matter.parent is not None:
            continue
        if one is None:
            yield Difference("application.missing", *key)
        elif case is None:
            yield Difference("case.missing", one.home, one.id, {"number": one.number})
        else:
            yield from _of_one(one, case, timers)
    for key in sorted(issued.keys() | cases.keys()):
        case = cases.get(key)
        granted = _granted(work, case) if case is not None else []
        if granted != issued.get(key, []):
            yield Difference("licence.not_as_granted", *key, {"stored": issued.get(key, []), "expected": granted})


_BROUGHT = """
SELECT b.home, b.application, b.material FROM intake.brought b
JOIN unnest(%s::int[], %s::uuid[]) AS wanted(h, i) ON b.home = wanted.h AND b.application = wanted.i
"""


def _tolerated(work: Work, cases: Mapping[Key, Case]) -> Iterator[Difference]:
    """What a case was accepted without: what is still to come was not brought, and what has come was."""
    waiting = {key: case.timing.tolerance for key, case in cases.items() if case.timing.tolerance is not None}
    if not waiting:
        return
    there: dict[Key, set[str]] = {key: set() for key in waiting}
    for home, application, material in work.read(_BROUGHT, ([h for h, _ in waiting], [i for _, i in waiting])):
        there[home, application].add(material)
    for key, tolerance in waiting.items():
        if both := sorted(there[key] & set(tolerance.lacking)):
            yield Difference("tolerance.brought", *key, {"stored": both, "expected": []})


def _of_one(one: _Filed, case: Case, timers: Mapping[str, set[tuple[int, str]]]) -> Iterator[Difference]:
    if case.status not in STANDS[one.state]:
        yield Difference("application.state", one.home, one.id, {"stored": one.state, "expected": case.status})
    if one.number != case.matter.number:
        yield Difference("application.number", one.home, one.id, {"stored": one.number, "expected": case.matter.number})
    waits_for = {"submitted": DEEM, "correction": LAPSE}.get(one.state)
    if waits_for and (one.home, str(one.id)) not in timers[waits_for]:
        yield Difference("timer.missing", one.home, one.id, {"kind": waits_for})
    handed_out = any(done.outcome == "delivered" for done in case.progress.done)
    if one.delivered != handed_out:
        yield Difference("delivery.row", one.home, one.id, {"stored": one.delivered, "expected": handed_out})


def _granted(work: Work, case: Case) -> list[str]:
    if case.decided_at is None:
        return []
    return sorted(who for who, outcome in holding.decisions(work, case).items() if outcome == "grant")
