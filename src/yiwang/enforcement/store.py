"""执法库 — enforcement's SQL: supervision duties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yiwang.ground.audit import Key, Stretch
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Work

DUTY = Table(
    "enforcement.duty",
    {
        "home": "int",
        "matter": "uuid",
        "organisation": "text",
        "number": "text",
        "item": "text",
        "granted_by": "text",
        "state": "text",
        "created_at": "timestamptz",
    },
    ("home", "matter", "organisation"),
    thread=("matter",),
    parts=(("state",),),
)


@dataclass(frozen=True, slots=True)
class DutyRow:
    """监管责任: who supervises what came of a case."""

    organisation: str
    granted_by: str
    number: str
    item: str
    state: str
    created_at: datetime


def duties(work: Work, home: int, matter: UUID) -> list[DutyRow]:
    """The supervision duties that a case has created."""
    rows = work.read(
        "SELECT organisation, granted_by, number, item, state, created_at FROM enforcement.duty"
        " WHERE home = %s AND matter = %s ORDER BY organisation",
        (home, matter),
    )
    return [DutyRow(*row) for row in rows]


def supervised(work: Work, stretch: Stretch) -> dict[Key, dict[str, str]]:
    """The duties of every case of a stretch: who granted, by who supervises."""
    rows = work.read(
        "SELECT home, matter, organisation, granted_by FROM enforcement.duty"
        " WHERE (home, matter) > (%s, %s) AND (home, matter) <= (%s, %s)",
        stretch.bounds,
    )
    found: dict[Key, dict[str, str]] = {}
    for home, matter, organisation, granted_by in rows:
        found.setdefault((home, matter), {})[organisation] = granted_by
    return found
