"""排队 — the cases that wait to be looked at or dated again, and those free to be worked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from yiwang.casework import store
from yiwang.casework.messages import Case
from yiwang.ground.audit import Key
from yiwang.plumbing.work import Work

Place = tuple[date, int, UUID]
"""A place in the row of cases to look at: the day, home and id."""
Stamp = tuple[str, int, UUID]
"""A place among the open cases: the version they were dated by, home and id."""
FIRST_PLACE: Stamp = ("", -1, UUID(int=0))

_TO_LOOK_AT = """
SELECT look_on, home, id FROM casework.matter WHERE look_on <= %s{behind} ORDER BY look_on, home, id LIMIT %s
"""
_DATED_OTHERWISE = """
SELECT calendar, home, id FROM casework.matter
WHERE closed_at IS NULL AND calendar {than} %s AND (calendar, home, id) > (%s, %s, %s)
ORDER BY calendar, home, id LIMIT %s
"""
_FREE = """
JOIN unnest(%s::int[], %s::uuid[]) AS wanted(h, i) ON m.home = wanted.h AND m.id = wanted.i
FOR UPDATE OF m SKIP LOCKED
"""


def to_look_at(work: Work, after: Place | None, size: int) -> list[Place]:
    """The next cases whose day to look at them has come, behind a place in their row."""
    behind = " AND (look_on, home, id) > (%s, %s, %s)" if after else ""
    return work.read(_TO_LOOK_AT.format(behind=behind), (work.today, *(after or ()), size))


def dated_otherwise(work: Work, version: str, after: Stamp, size: int) -> list[Stamp]:
    """The next open cases that were dated by another version; two ranges of the index, so that none costs nothing."""
    for than in ("<", ">"):
        if found := work.read(_DATED_OTHERWISE.format(than=than), (version, *after, size)):
            return found
    return []


def open_after(work: Work, key: Key, size: int) -> list[Case]:
    """The next open cases behind a home and id, only to be read."""
    tail = "WHERE closed_at IS NULL AND (home, id) > (%s, %s) ORDER BY home, id LIMIT %s"
    return [store.case_of(row) for row in work.read(store.CASE + tail, (*key, size))]


def take_free(work: Work, keys: Sequence[Key]) -> list[Case]:
    """Those of these cases that no other act holds, locked and in the hands of this one."""
    wanted = [home for home, _ in keys], [case_id for _, case_id in keys]
    found = [store.case_of(row) for row in work.read(store.CASE + _FREE, wanted)]
    for case in found:
        work.held["case", case.matter.home, case.matter.id] = case
    return found


def stamp(work: Work, case: Case, calendar: str, look_on: date | None) -> None:
    """A case none of whose dates moved: only the version it was looked at by, and when to look again."""
    case.calendar, case.look_on = calendar, look_on
    key = {"home": case.matter.home, "id": case.matter.id}
    work.change(store.MATTER, key, {"calendar": calendar, "look_on": look_on})
