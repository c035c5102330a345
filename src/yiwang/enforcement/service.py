"""执法的门 — the door of enforcement: no grant without a duty to supervise it."""

from __future__ import annotations

from uuid import UUID

from yiwang.directory import service as directory
from yiwang.enforcement import store
from yiwang.enforcement.messages import CreateDuties, DutiesCreated
from yiwang.enforcement.store import DUTY, DutyRow
from yiwang.plumbing.work import Work


def create_duties(command: CreateDuties, work: Work) -> None:
    """建立监管责任: who granted supervises, unless the item names another line. R33, R34, 规定 33"""
    duties: dict[str, str] = {}
    for organisation, outcome in command.outcomes.items():
        if outcome != "grant":
            continue
        granted = directory.organisation(work, organisation)
        supervisor = organisation
        if command.supervisor and len(command.outcomes) == 1 and command.supervisor != granted.line:
            supervisor = directory.resolve(work, command.supervisor, granted.level, command.division, work.today).code
        duties.setdefault(supervisor, organisation)
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
                "created_at": work.now,
            },
        )
    work.tell(DutiesCreated(home=command.home, id=command.id, organisations=tuple(duties)))


def duties_of(work: Work, home: int, matter: UUID) -> list[DutyRow]:
    """The supervision duties that a case has created."""
    return store.duties(work, home, matter)
