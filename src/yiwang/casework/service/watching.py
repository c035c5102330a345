"""谁在看 — who has a case before them right now, so that no two work it unaware of each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from yiwang.directory import service as directory
from yiwang.plumbing.work import Work

PRESENT = timedelta(seconds=60)
"""How long somebody counts as there after the page last asked; it asks four times as often."""


@dataclass(frozen=True, slots=True)
class Present:
    """在看的人: who, and when last seen."""

    person: str
    name: str
    seen_at: datetime


_LOOK = """
WITH gone AS (
    DELETE FROM casework.presence
    WHERE person = %(me)s AND seen_at < %(since)s AND (home, matter) <> (%(home)s, %(matter)s)
), me AS (
    INSERT INTO casework.presence (home, matter, person, seen_at) VALUES (%(home)s, %(matter)s, %(me)s, %(now)s)
    ON CONFLICT (home, matter, person) DO UPDATE SET seen_at = EXCLUDED.seen_at
)
SELECT person, seen_at FROM casework.presence
WHERE home = %(home)s AND matter = %(matter)s AND seen_at >= %(since)s AND person <> %(me)s ORDER BY person
"""


def present(work: Work, home: int, case_id: UUID) -> list[Present]:
    """在看: say that the actor has this case before them, and who else has. One statement, and no trace is kept.

    The caller has made sure that the actor may know of the case.
    """
    asked = {"home": home, "matter": case_id, "me": work.actor.person, "now": work.now, "since": work.now - PRESENT}
    rows = work.read(_LOOK, asked)
    names = directory.names_of(work, [person for person, _ in rows])
    return [Present(person, names[person], seen_at) for person, seen_at in rows]
