"""执法的门 — the door of enforcement: no grant without a duty to supervise it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from uuid import UUID

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding, reading
from yiwang.directory import service as directory
from yiwang.enforcement import store
from yiwang.enforcement.messages import CreateDuties, DutiesCreated
from yiwang.enforcement.store import DUTY, DutyRow
from yiwang.ground.audit import Difference, Key, Stretch
from yiwang.ground.zone import day_of
from yiwang.plumbing.work import Work


def create_duties(command: CreateDuties, work: Work) -> None:
    """建立监管责任: who granted supervises, unless the item names another line. R33, R34, 规定 33"""
    duties = _supervisors(work, command.outcomes, command.supervisor, command.division, work.today)
    for supervisor, granted_by in duties.items():
        work.add(
            DUTY,
            {
                "home": command.home,
                "matter": command.id,
                "organisation": supervisor,
                "number": command.number,
                "item": command.item,
                "granted_by": granted_by,
                "state": "open",
                "created_at": work.now,
            },
        )
    work.tell(DutiesCreated(home=command.home, id=command.id, organisations=tuple(duties)))


def duties_of(work: Work, home: int, matter: UUID) -> dict[str, list[DutyRow]]:
    """监管责任: the duties that a case has created, by the organisation that answers for them today. R33, K4"""
    found: dict[str, list[DutyRow]] = {}
    duties = store.duties(work, home, matter)
    division = reading.look(work, home, matter).matter.division if duties else ""
    for duty in duties:
        answers = directory.heir(work, duty.organisation, duty.item, division, work.today)
        found.setdefault(answers, []).append(duty)
    return found


def _supervisors(work: Work, outcomes: Mapping[str, str], line: str, division: str, on: date) -> dict[str, str]:
    """Who supervises what came of these outcomes, and who granted it."""
    duties: dict[str, str] = {}
    for organisation, outcome in outcomes.items():
        if outcome != "grant":
            continue
        granted = directory.organisation(work, organisation)
        supervisor = organisation
        if line and len(outcomes) == 1 and line != granted.line:
            supervisor = directory.resolve(work, line, granted.level, division, on).code
        duties.setdefault(supervisor, organisation)
    return duties


def differences(work: Work, stretch: Stretch, held: Mapping[Key, Case]) -> Iterator[Difference]:
    """差异: grants without a duty to supervise them, and duties that no grant has made. R33"""
    there = store.supervised(work, stretch)
    for key in sorted(there.keys() | held.keys()):
        case, expected = held.get(key), {}
        if case is not None and case.closed_at and any(d.outcome == "created" for d in case.progress.done):
            line, on = holding.published_of(work, case).item.supervisor, day_of(case.closed_at)
            expected = _supervisors(work, holding.decisions(work, case), line, case.matter.division, on)
        if there.get(key, {}) != expected:
            yield Difference("duty.not_as_granted", *key, {"stored": there.get(key, {}), "expected": expected})
