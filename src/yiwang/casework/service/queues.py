"""排队 — the cases that wait to be looked at or dated again, worked slice by slice, and those free to be worked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

import structlog

from yiwang.casework.messages.case import Case
from yiwang.casework.store import cases as store
from yiwang.ground.actor import SYSTEM
from yiwang.ground.audit import Key
from yiwang.plumbing.work import Engine, Work

Place = tuple[date, int, UUID]
"""A place in the row of cases to look at: the day, home and id."""
Stamp = tuple[str, int, UUID]
"""A place among the open cases: the version they were dated by, home and id."""
FIRST_PLACE: Stamp = ("", -1, UUID(int=0))
P = TypeVar("P", Place, Stamp)

_log = structlog.get_logger("clock")

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


@dataclass(slots=True)
class Worked:
    """办过的: how many cases were come to, what working them has added up to, how many could not be worked."""

    looked: int = 0
    done: int = 0
    failed: int = 0


def in_slices(
    engine: Engine,
    ahead: Callable[[Work, P | None], list[P]],
    do: Callable[[Engine, list[Key]], int],
    each: Callable[[int], object] | None,
) -> Worked:
    """逐批: all cases of a row, slice by slice, until none is `ahead` of the last place.

    A slice commits together; where one case breaks, its slice is done again case by case, so that it stops no other.
    """
    worked, after = Worked(), None
    while True:
        with engine.begin(SYSTEM) as work:
            places = ahead(work, after)
        if not places:
            return worked
        after = places[-1]
        keys = [(home, case_id) for _, home, case_id in places]
        try:
            worked.done += do(engine, keys)
        except Exception as error:  # noqa: BLE001 — whichever of them it was, the others go on
            _log.warning("a slice is worked again one by one", why=repr(error))
            for key in keys:
                _alone(engine, key, do, worked)
        worked.looked += len(keys)
        if each is not None:
            each(worked.looked)


def _alone(engine: Engine, key: Key, do: Callable[[Engine, list[Key]], int], worked: Worked) -> None:
    try:
        worked.done += do(engine, [key])
    except Exception as error:  # noqa: BLE001 — it stays in view: the next round finds it again, and reconcile
        worked.failed += 1
        _log.error("a case cannot be worked", home=key[0], case=str(key[1]), exc_info=error)


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
