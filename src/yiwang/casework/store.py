"""办件库 — casework's SQL: the case row with its flow's state, hands, and the inboxes of the desks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from yiwang.casework.messages import Case, Duty, Facts, InboxQuery, InboxRow, Matter, Progress, Status, Task, Timing
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
        "received_at": "timestamptz",
        "accepted_at": "timestamptz",
        "decided_at": "timestamptz",
        "closed_at": "timestamptz",
        "journal_seq": "int",
        "journal_head": "bytea",
        "parent": "uuid",
        "recused": "jsonb",
        "warned": "jsonb",
        "look_on": "date",
    },
    ("home", "id"),
    {"matter_pkey": "case.already_open", "matter_number_key": "work.try_again"},
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
)
INBOX = Table(
    "casework.inbox",
    {
        "desk": "text",
        "id": "uuid",
        "home": "int",
        "matter": "uuid",
        "number": "text",
        "item": "text",
        "item_name": "text",
        "applicant": "text",
        "division": "text",
        "step": "text",
        "step_name": "text",
        "step_kind": "text",
        "role": "text",
        "opened_at": "timestamptz",
        "step_due": "date",
        "promised_due": "date",
        "legal_due": "date",
        "paused": "boolean",
        "holder": "text",
        "post": "text",
        "urged": "int",
    },
    ("desk", "id"),
)

_CASE = """
SELECT number, item, item_version, item_name, flow_kind, applicant, division, receiving, deciding, channel, status,
       facts, progress, tasks, timing, received_at, accepted_at, decided_at, closed_at, journal_seq, journal_head,
       (SELECT jsonb_object_agg(h.person, h.duty) FROM casework.hand h WHERE h.home = m.home AND h.matter = m.id),
       home, id, promised_due, legal_due, provisional, parent, recused, warned
FROM casework.matter m
"""
_LOCK = _CASE + "WHERE home = %s AND id = %s"
_AFTER = _CASE + "WHERE (home, id) > (%s, %s) ORDER BY home, id LIMIT %s"


def pack_timing(timing: Timing) -> dict[str, object]:
    """A clock as it is kept: limits as text, stops as lists of dates, ground and clause."""
    extension = timing.extension
    return {
        "promised": str(timing.promised) if timing.promised else None,
        "legal": str(timing.legal) if timing.legal else None,
        "accepted_on": timing.accepted_on,
        "stops": [(s.start, s.end, s.ground.name, s.notice, s.clause) for s in timing.stops],
        "extension": extension
        and (str(extension.limit), extension.approved_by, extension.reason, extension.on, extension.clause),
        "met_on": timing.met_on,
    }


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
    )


def _facts(raw: Mapping[str, Any]) -> Facts:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}


def load(work: Work, home: int, case_id: UUID, *, lock: bool) -> Case:
    """The case; locked for an act, or only to be read. NotFound when there is none."""
    rows = work.read(_LOCK + (" FOR UPDATE OF m" if lock else ""), (home, case_id))
    if not rows:
        raise NotFound("case.unknown")
    return _case(rows[0])


def after(work: Work, key: Key, size: int) -> list[tuple[Case, date | None, date | None, bool]]:
    """The next cases behind a home and id, each with its columns promised_due, legal_due and provisional."""
    return [(_case(row), *row[24:27]) for row in work.read(_AFTER, (*key, size))]


def _case(r: tuple[Any, ...]) -> Case:
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
        accepted_at=r[16],
        decided_at=r[17],
        closed_at=r[18],
    )


def keep(work: Work, case: Case, dues: Mapping[str, object]) -> None:
    """Hand the case's state to the work; `dues` are the columns promised_due, legal_due, provisional."""
    values: dict[str, object] = {
        "status": case.status,
        "progress": case.progress,
        "tasks": list(case.tasks.values()),
        "timing": pack_timing(case.timing),
        **dues,
        "accepted_at": case.accepted_at,
        "decided_at": case.decided_at,
        "closed_at": case.closed_at,
        "journal_seq": case.thread.seq,
        "journal_head": case.thread.head,
        "recused": case.recused,
        "warned": case.warned,
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
            "deciding": matter.deciding,
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
    key = {"home": case.matter.home, "matter": case.matter.id, "person": person}
    work.add(HAND, {**key, "duty": duty, "kind": organisation_kind}, Mode.SAME)


_INBOX_COLUMNS = (
    "desk, id, home, matter, number, item, item_name, applicant, division, step, step_name, step_kind, role, "
    "opened_at, step_due, promised_due, legal_due, paused, holder, post, urged"
)
_WANTED = "(%(text)s = '' OR applicant ILIKE %(like)s OR item_name ILIKE %(like)s OR number LIKE %(number)s)"
_DUE = "COALESCE(step_due, promised_due, 'infinity'::date)"  # as the index has it
INBOX_GROUPS = {"": "true", "mine": "holder = %(person)s", "consult": "step_kind = 'consult'", "paused": "paused"}
INBOX_ORDERS = {
    "due": f"{_DUE}, id",
    "-due": f"{_DUE} DESC, id DESC",
    "item": "item_name, id",
    "-item": "item_name DESC, id DESC",
    "applicant": "applicant, id",
    "-applicant": "applicant DESC, id DESC",
    "opened": "opened_at, id",
    "-opened": "opened_at DESC, id DESC",
}
MOST_COUNTED = 10_000


def _page_of(asked: InboxQuery) -> str:
    """The first rows of each role by the index in its order, then the first of these; counting stops where nobody
    cares.
    """
    held, order = f"{_WANTED} AND {INBOX_GROUPS[asked.group]}", INBOX_ORDERS[asked.sort]
    return f"""
    SELECT {_INBOX_COLUMNS}, (
        SELECT count(*) FROM (
            SELECT FROM casework.inbox WHERE desk = %(desk)s AND role = ANY(%(roles)s) AND {held} LIMIT %(most)s
        ) AS counted) AS total
    FROM unnest(%(roles)s::text[]) AS wanted(of), LATERAL (
        SELECT * FROM casework.inbox WHERE desk = %(desk)s AND role = wanted.of AND {held}
        ORDER BY {order} LIMIT %(limit)s + %(offset)s
    ) AS first
    ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s
    """  # noqa: S608 — the parts are constants of this module


def inbox_page(
    work: Work, desk: str, roles: list[str], asked: InboxQuery, limit: int, offset: int
) -> tuple[list[InboxRow], int]:
    """One page of a desk's inbox, and how many there are, up to MOST_COUNTED. One query."""
    rows = work.read(
        _page_of(asked),
        {**_asked(work, desk, roles, asked), "limit": limit, "offset": offset, "most": MOST_COUNTED},
    )
    return [InboxRow(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def inbox_rows(work: Work, tasks: Sequence[tuple[str, UUID]]) -> dict[tuple[str, UUID], tuple[Any, ...]]:
    """What stands in the inboxes for these tasks, by desk and id."""
    rows = work.read(
        "SELECT i.desk, i.id, i.home, i.matter, i.number, i.step, i.role, i.step_due, i.promised_due, i.legal_due,"
        " i.paused, i.holder FROM unnest(%s::text[], %s::uuid[]) AS t(desk, id) JOIN casework.inbox i USING (desk, id)",
        ([desk for desk, _ in tasks], [task for _, task in tasks]),
    )
    return {(row[0], row[1]): row[2:] for row in rows}


def inbox_orphans(work: Work) -> list[tuple[str, UUID, int, UUID, str]]:
    """Inbox rows whose case does not have that task open: desk, task, home, case and step."""
    return work.read(
        "SELECT i.desk, i.id, i.home, i.matter, i.step FROM casework.inbox i"
        " LEFT JOIN casework.matter m ON m.home = i.home AND m.id = i.matter"
        " WHERE m.id IS NULL OR NOT m.tasks @> jsonb_build_array(jsonb_build_object('id', i.id, 'desk', i.desk))"
        " ORDER BY i.home, i.matter, i.id"
    )


def inbox_counts(work: Work, desk: str, roles: list[str]) -> dict[str, int]:
    """How many rows each group of a desk's inbox has. One query."""
    counted = ", ".join(f"count(*) FILTER (WHERE {held})" for held in INBOX_GROUPS.values())
    rows = work.read(
        f"SELECT {counted} FROM casework.inbox WHERE desk = %(desk)s AND role = ANY(%(roles)s)",  # noqa: S608 — constants
        _asked(work, desk, roles, InboxQuery()),
    )
    return dict(zip(INBOX_GROUPS, rows[0], strict=True))


def _asked(work: Work, desk: str, roles: list[str], asked: InboxQuery) -> dict[str, object]:
    escaped = asked.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    number = escaped.replace(" ", "").replace("-", "")
    return {
        "desk": desk,
        "roles": roles,
        "person": work.actor.person,
        "text": asked.text,
        "like": f"%{escaped}%",
        "number": f"%{number}%",
    }


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
