"""各部门受理时间 — when each department counts as having accepted: together, or one after the other. 规定 5(3)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from yiwang.casework.messages.flow import Progress
from yiwang.casework.rules.flow import RETURNED, Compiled
from yiwang.catalogue.messages import StepKind

HANDLES = frozenset({StepKind.REVIEW, StepKind.SPECIAL, StepKind.DECIDE})
"""Steps by which a department handles a case; whoever is only consulted has accepted nothing."""
CLAUSE = "规定 5"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """部门受理: since when an organisation counts as having accepted, in which step its part begins, and after which
    step of another department it had to wait; without one it accepted together with the centre.
    """

    organisation: str
    at: datetime
    step: str
    after: str = ""


def acceptances(
    flow: Compiled, progress: Progress, accepted_at: datetime | None, desks: Mapping[str, str]
) -> tuple[Acceptance, ...]:
    """各部门受理: of every organisation that has come to a step of its own, in the order in which they accepted.

    `desks` maps each step to the organisation that works it. Departments side by side have accepted at the moment of
    the centre's acceptance; in a row each accepts when the one before it is done in writing.
    """
    if accepted_at is None:
        return ()
    reached = {token.step for token in progress.open} | {d.step for d in progress.done if d.outcome != RETURNED}
    found: dict[str, Acceptance] = {}
    for step in _in_order(flow):
        desk = desks.get(step, "")
        if step not in reached or flow.step(step).kind not in HANDLES or not desk or desk in found:
            continue
        at, after = _begun(flow, progress, accepted_at, step)
        found[desk] = Acceptance(desk, at, step, after)
    return tuple(sorted(found.values(), key=lambda a: (a.at, a.organisation)))


def _begun(flow: Compiled, progress: Progress, accepted_at: datetime, step: str) -> tuple[datetime, str]:
    """When the last of the steps before this one was done, the first time; that of the acceptance itself is its own."""
    done: dict[str, datetime] = {}
    for d in progress.done:
        if d.outcome != RETURNED:
            done.setdefault(d.step, d.at)
    before = [(done[s], s) for s in worked_before(flow, step) if s in done]
    at, after = max(before, default=(accepted_at, ""))
    return (accepted_at, "") if not after or flow.step(after).kind is StepKind.ACCEPT else (at, after)


def worked_before(flow: Compiled, step: str) -> Iterator[str]:
    """前一环节: what must be done right before a step: through forks, joins and what the system fetches by itself."""
    seen: set[str] = set()
    waiting = list(flow.before[step])
    while waiting:
        earlier = waiting.pop()
        if earlier in seen:
            continue
        seen.add(earlier)
        kind = flow.step(earlier).kind
        if flow.step(earlier).who is None or kind is StepKind.FETCH:
            waiting += flow.before[earlier]
        else:
            yield earlier


def _in_order(flow: Compiled) -> Iterator[str]:
    """The steps from the start on, each after one that leads to it."""
    seen, waiting = {flow.start}, [flow.start]
    for step in waiting:
        yield step
        for edge in flow.after[step]:
            if edge.target not in seen:
                seen.add(edge.target)
                waiting.append(edge.target)
