"""办件表 — the case row with its flow's state and timing, who had which duty in it, its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from yiwang.casework.messages.case import Case, Duty, Matter, Status, Task, Timing, Tolerance
from yiwang.casework.messages.flow import Facts, Progress
from yiwang.ground import number
from yiwang.ground.audit import Key
from yiwang.ground.chain import Thread
from yiwang.ground.clock import Extension, Ground, Limit, Stop
from yiwang.ground.outcome import Conflict, NotFound
from yiwang.plumbing.tables import Mode, Table
from yiwang.plumbing.work import Work

MATTER = Table(
    "casework.matter",
    {
        "home": "int",
        "id": "uuid",
        "number": "text",
        "item": "text",
        "item_version": "int",
        "item_name": "text",
        "flow_kind": "text",
        "applicant": "text",
        "division": "text",
        "receiving": "text",
        "deciding": "text",
        "channel": "text",
        "status": "text",
        "facts": "jsonb",
        "progress": "jsonb",
        "tasks": "jsonb",
        "timing": "jsonb",
        "promised_due": "date",
        "legal_due": "date",
        "provisional": "boolean",
        "calendar": "text",
        "received_at": "timestamptz",
        "accepted_at": "timestamptz",
        "decided_at": "timestamptz",
        "closed_at": "timestamptz",
        "journal_seq": "int",
        "journal_head": "bytea",
        "parent": "uuid",
        "recused": "jsonb",
        "warned": "jsonb",
        "moved": "jsonb",
        "asides": "jsonb",
        "look_on": "date",
    },
    ("home", "id"),
    {"matter_pkey": "case.already_open", "matter_number_key": "work.try_again"},
    thread=("id",),
    parts=(
        (
            *("status", "progress", "tasks", "timing", "promised_due", "legal_due", "provisional", "accepted_at"),
            *("decided_at", "closed_at", "journal_seq", "journal_head", "recused", "warned", "deciding", "moved"),
            "asides",
        ),
        ("item_version", "item_name"),
        ("calendar", "look_on"),
    ),
)
HAND = Table(
    "casework.hand",
    {"home": "int", "matter": "uuid", "person": "text", "duty": "text", "kind": "text"},
    ("home", "matter", "person"),
    {
        "same": "case.one_duty",
        "hand_centre_accepts": "case.centre_accepts",
        "hand_department_handles": "case.department_handles",
        "hand_third_party_rates": "case.third_party_rates",
    },
    thread=("matter",),
)
CASE = """
SELECT number, item, item_version, item_name, flow_kind, applicant, division, receiving, deciding, channel, status,
       facts, progress, tasks, timing, received_at, accepted_at, decided_at, closed_at, journal_seq, journal_head,
       (SELECT jsonb_object_agg(h.person, h.duty) FROM casework.hand h WHERE h.home = m.home AND h.matter = m.id),
       home, id, promised_due, legal_due, provisional, parent, recused, warned, moved, asides, calendar, look_on
FROM casework.matter m
"""
_LOCK = CASE + "WHERE home = %s AND id = %s"
_AFTER = CASE + "WHERE (home, id) > (%s, %s) ORDER BY home, id LIMIT %s"


def pack_timing(timing: Timing) -> dict[str, object]:
    """A clock as it is kept: limits as text, stops as lists of dates, ground and clause."""
    extension, tolerance = timing.extension, timing.tolerance
    return {
        "promised": str(timing.promised) if timing.promised else None,
        "legal": str(timing.legal) if timing.legal else None,
        "accepted_on": timing.accepted_on,
        "stops": [(s.start, s.end, s.ground.name, s.notice, s.clause) for s in timing.stops],
        "extension": extension
        and (str(extension.limit), extension.approved_by, extension.reason, extension.on, extension.clause),
        "met_on": timing.met_on,
    } | (
        {"tolerance": (str(tolerance.limit), tolerance.since, tolerance.told, tolerance.lacking, tolerance.ended_on)}
        if tolerance
        else {}
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def unpack_timing(raw: Mapping[str, Any]) -> Timing:
    """The clock that `pack_timing` has kept."""
    extension = raw["extension"]
    return Timing(
        promised=Limit.parse(raw["promised"]) if raw["promised"] else None,
        legal=Limit.parse(raw["legal"]) if raw["legal"] else None,
        accepted_on=_day(raw["accepted_on"]),
        stops=tuple(
            Stop(date.fromisoformat(start), _day(end), Ground[ground], date.fromisoformat(notice), clause)
            for start, end, ground, notice, clause in raw["stops"]
        ),
        extension=extension
        and Extension(
            Limit.parse(extension[0]), extension[1], extension[2], date.fromisoformat(extension[3]), extension[4]
        ),
        met_on=_day(raw["met_on"]),
        tolerance=_tolerance(raw.get("tolerance")),
    )


def _tolerance(raw: Sequence[Any] | None) -> Tolerance | None:
    if raw is None:
        return None
    limit, since, told, lacking, ended = raw
    return Tolerance(
        limit=Limit.parse(limit),
        since=date.fromisoformat(since),
        told=date.fromisoformat(told),
        lacking=tuple(lacking),
        ended_on=_day(ended),
    )


def _facts(raw: Mapping[str, Any]) -> Facts:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}


def load(work: Work, home: int, case_id: UUID, *, lock: bool) -> Case:
    """The case; locked for an act, or only to be read. NotFound when there is none."""
    rows = work.read(_LOCK + (" FOR UPDATE OF m" if lock else ""), (home, case_id))
    if not rows:
        raise NotFound("case.unknown")
    return case_of(rows[0])


def after(work: Work, key: Key, size: int) -> list[tuple[Case, date | None, date | None, bool]]:
    """The next cases behind a home and id, each with its columns promised_due, legal_due and provisional."""
    return [(case_of(row), *row[24:27]) for row in work.read(_AFTER, (*key, size))]


def case_of(r: tuple[Any, ...]) -> Case:
    """The case of a row of CASE."""
    home, case_id = r[22], r[23]
    matter = Matter(
        home=home,
        id=case_id,
        number=r[0],
        item=r[1],
        item_version=r[2],
        item_name=r[3],
        flow_kind=r[4],
        applicant=r[5],
        division=r[6],
        receiving=r[7],
        deciding=r[8],
        received_at=r[15],
        parent=r[27],
    )
    return Case(
        matter=matter,
        channel=r[9],
        status=Status(r[10]),
        facts=_facts(r[11]),
        progress=msgspec.convert(r[12], Progress),
        tasks={t.step: t for t in msgspec.convert(r[13], tuple[Task, ...])},
        timing=unpack_timing(r[14]),
        thread=Thread(home, case_id, r[19], r[20]),
        hands={person: Duty(duty) for person, duty in (r[21] or {}).items()},
        recused=tuple(r[28]),
        warned=tuple(r[29]),
        moved=tuple((date.fromisoformat(day), deciding) for day, deciding in r[30]),
        asides=msgspec.convert(r[31], tuple[Task, ...]),
        accepted_at=r[16],
        decided_at=r[17],
        closed_at=r[18],
        dated=(r[24], r[25], r[26], Status(r[10]) is Status.SUSPENDED),
        calendar=r[32],
        look_on=r[33],
    )


def keep(work: Work, case: Case) -> None:
    """Hand the case's state to the work."""
    assert case.dated is not None
    promised_due, legal_due, provisional, _ = case.dated
    values: dict[str, object] = {
        "status": case.status,
        "progress": case.progress,
        "tasks": list(case.tasks.values()),
        "timing": pack_timing(case.timing),
        "promised_due": promised_due,
        "legal_due": legal_due,
        "provisional": provisional,
        "calendar": case.calendar,
        "look_on": case.look_on,
        "accepted_at": case.accepted_at,
        "decided_at": case.decided_at,
        "closed_at": case.closed_at,
        "journal_seq": case.thread.seq,
        "journal_head": case.thread.head,
        "recused": case.recused,
        "warned": case.warned,
        "deciding": case.matter.deciding,
        "moved": case.moved,
        "asides": case.asides,
    }
    key = {"home": case.matter.home, "id": case.matter.id}
    if not case.fresh:
        work.change(MATTER, key, values)
        return
    matter = case.matter
    work.put_once(
        MATTER,
        {
            **key,
            "number": matter.number,
            "item": matter.item,
            "item_version": matter.item_version,
            "item_name": matter.item_name,
            "flow_kind": matter.flow_kind,
            "applicant": matter.applicant,
            "division": matter.division,
            "receiving": matter.receiving,
            "channel": case.channel,
            "facts": case.facts,
            "received_at": matter.received_at,
            "parent": matter.parent,
            **values,
        },
    )


def lend_hand(work: Work, case: Case, person: str, duty: Duty, organisation_kind: str) -> None:
    """Write down that somebody had this duty; the table refuses a second duty of the same person."""
    if case.hands.get(person) is duty:
        return
    case.hands[person] = duty
    row = {"home": case.matter.home, "matter": case.matter.id, "person": person, "duty": duty}
    work.add(HAND, {**row, "kind": organisation_kind}, Mode.SAME)


def home_of_number(work: Work, home: int, number: str) -> UUID:
    """The id behind a case number; the home is printed in the number."""
    rows = work.read("SELECT id FROM casework.matter WHERE home = %s AND number = %s", (home, number))
    if not rows:
        raise NotFound("case.unknown")
    found: UUID = rows[0][0]
    return found


def free_number(work: Work, division: str, home: int) -> str:
    """空号: a case number of today that no case of this home has: the first free one from a place chosen by chance.

    Two acts at one moment may still choose the same: the table then lets one of them try again.
    """
    first, last = (number.make(division, work.today, home, serial) for serial in (0, number.SERIALS - 1))
    rows = work.read(
        "SELECT number FROM casework.matter WHERE home = %s AND number BETWEEN %s AND %s", (home, first, last)
    )
    taken, wish = {row[0] for row in rows}, work.new_id().int
    for step in range(number.SERIALS):
        free = number.make(division, work.today, home, (wish + step) % number.SERIALS)
        if free not in taken:
            return free
    raise Conflict("work.try_again")
