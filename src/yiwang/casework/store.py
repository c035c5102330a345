"""办件库 — casework's SQL: the case row with its flow's state, hands, and the inboxes of the desks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import msgspec

from yiwang.casework.messages import (
    Case,
    Duty,
    Facet,
    Facts,
    InboxQuery,
    InboxRow,
    Matter,
    Progress,
    Status,
    Task,
    Timing,
)
from yiwang.ground import number
from yiwang.ground.audit import Key
from yiwang.ground.chain import Thread
from yiwang.ground.clock import Extension, Ground, Limit, Stop
from yiwang.ground.outcome import Conflict, NotFound
from yiwang.ground.workdays import Calendar
from yiwang.plumbing.tables import Mode, Table
from yiwang.plumbing.work import SHANGHAI, Work

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
        "line": "text",
        "asked_by": "text",
    },
    ("desk", "id"),
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


_INBOX_COLUMNS = (
    "desk, id, home, matter, number, item, item_name, applicant, division, step, step_name, step_kind, role, "
    "opened_at, step_due, promised_due, legal_due, paused, holder, post, urged, line, asked_by"
)
_DUE = "COALESCE(LEAST(step_due, promised_due), 'infinity'::date)"  # as the indexes have it
_TEXT = "(%(text)s = '' OR applicant ILIKE %(like)s OR item_name ILIKE %(like)s OR number LIKE %(number)s)"
STAIRS = range(2, 9)
"""Days left for which a light may already be yellow: a task of eighty working days turns yellow on its eighth last."""
_SOON = " OR ".join([f"{_DUE} < %(soon)s", *(f"({_DUE} < %(due_{n})s AND opened_at < %(opened_{n})s)" for n in STAIRS)])
INBOX_LIGHTS = {
    "red": f"NOT paused AND {_DUE} < %(late)s",
    "yellow": f"NOT paused AND {_DUE} >= %(late)s AND {_DUE} < %(due_{STAIRS[-1]})s AND ({_SOON})",
    "green": f"NOT paused AND {_DUE} >= %(soon)s AND {_DUE} < 'infinity' AND NOT ({_SOON})",
    "none": f"NOT paused AND {_DUE} = 'infinity'",
    "paused": "paused",
}
_LIGHT = "CASE " + " ".join(f"WHEN {held} THEN '{light}'" for light, held in INBOX_LIGHTS.items()) + " END"
_WEEK = (
    f"CASE WHEN paused THEN 'paused' WHEN {_DUE} = 'infinity' THEN 'none' WHEN {_DUE} < %(late)s THEN 'overdue' "
    f"ELSE to_char(date_trunc('week', {_DUE}), 'YYYY-MM-DD') END"
)
INBOX_GROUPS = {
    "": "true",
    "mine": "holder = %(person)s",
    "free": "holder = ''",
    "consult": "step_kind = 'consult'",
    "paused": "paused",
    "personal": "role = %(personal)s",
    "deputy": "(role = ANY(%(lent)s) OR holder = ANY(%(absent)s))",
}
OUT = "out"  # what this desk has asked of others: rows of their inboxes
_ORDER = f"paused, {_DUE}, id"
INBOX_ORDERS = {
    "due": _ORDER,
    "-due": f"paused DESC, {_DUE} DESC, id DESC",
    "item": "item_name, id",
    "-item": "item_name DESC, id DESC",
    "applicant": "applicant, id",
    "-applicant": "applicant DESC, id DESC",
    "opened": "opened_at, id",
    "-opened": "opened_at DESC, id DESC",
}
_RANK = "CASE " + " ".join(f"WHEN {held} THEN {n}" for n, held in enumerate(INBOX_LIGHTS.values())) + " END"
INBOX_BY = {
    "": "",
    "item": f"item_name, item, {_ORDER}",
    "line": f"line, {_ORDER}",
    "light": f"{_RANK}, {_ORDER}",
    "week": _ORDER,
}
_ORDERS = {(by, sort): own or order for by, own in INBOX_BY.items() for sort, order in INBOX_ORDERS.items()}
MOST_COUNTED = 1_000


def _wanted(asked: InboxQuery) -> str:
    """What a row must be to be asked for; nothing that is not asked stands in the statement, so indexes serve it."""
    parts = [_TEXT] if asked.text else []
    parts += ["item = %(item)s"] if asked.item else []
    parts += ["line = %(line)s"] if asked.line else []
    parts += ["step_kind = %(kind)s"] if asked.kind else []
    parts += [INBOX_LIGHTS[asked.light]] if asked.light else []
    return " AND ".join(f"({part})" for part in parts) or "true"


def _first_rows(asked: InboxQuery, limit: int, offset: int) -> str:
    """The first rows of each role by the index in its order, then the first of these. How many stands in the text: a
    plan made for any number of rows would read all of them.
    """
    order, wanted = _ORDERS[asked.by, asked.sort], _wanted(asked)
    if asked.group == OUT:
        return f"""SELECT * FROM casework.inbox WHERE asked_by = %(desk)s AND {wanted}
        ORDER BY {order} LIMIT {limit:d} OFFSET {offset:d}"""  # noqa: S608 — constants of this module
    return f"""
    SELECT first.* FROM unnest(%(roles)s::text[]) AS wanted(of), LATERAL (
        SELECT * FROM casework.inbox WHERE desk = %(desk)s AND role = wanted.of AND {wanted}
        AND {INBOX_GROUPS[asked.group]} ORDER BY {order} LIMIT {limit + offset:d}
    ) AS first ORDER BY {order} LIMIT {limit:d} OFFSET {offset:d}"""  # noqa: S608 — constants of this module


def _page_of(asked: InboxQuery, limit: int, offset: int) -> str:
    """A page, and beside it what the desk has in all: groups and facets counted up to where nobody cares."""
    groups = ", ".join(f"'{name}', count(*) FILTER (WHERE {held})" for name, held in INBOX_GROUPS.items())
    counted = f"SELECT * FROM casework.inbox WHERE asked_by = %(desk)s LIMIT {MOST_COUNTED}"  # noqa: S608 — a constant
    chosen = counted if asked.group == OUT else f"SELECT * FROM own WHERE {INBOX_GROUPS[asked.group]}"  # noqa: S608 — constants
    return f"""
    WITH own AS MATERIALIZED (
        SELECT i.* FROM unnest(%(roles)s::text[]) AS wanted(of), LATERAL (
            SELECT * FROM casework.inbox WHERE desk = %(desk)s AND role = wanted.of
            ORDER BY {_ORDER} LIMIT {MOST_COUNTED}
        ) AS i
    ), groups AS (
        SELECT jsonb_build_object({groups}, '{OUT}', (SELECT count(*) FROM ({counted}) AS asked)) AS counts FROM own
    ), chosen AS (
        SELECT item, item_name, line, step_kind, {_LIGHT} AS light, {_WEEK} AS week, {_wanted(asked)} AS kept
        FROM ({chosen}) AS rows
    ), facets AS (
        SELECT jsonb_agg(jsonb_build_array(
            CASE WHEN item IS NOT NULL THEN 'item' WHEN line IS NOT NULL THEN 'line' WHEN step_kind IS NOT NULL
            THEN 'kind' WHEN light IS NOT NULL THEN 'light' WHEN week IS NOT NULL THEN 'week' ELSE '' END,
            COALESCE(item, line, step_kind, light, week, ''), name, most, kept)) AS found
        FROM (
            SELECT item, line, step_kind, light, week, max(item_name) AS name, count(*) AS most,
                count(*) FILTER (WHERE kept) AS kept
            FROM chosen GROUP BY GROUPING SETS ((item), (line), (step_kind), (light), (week), ())
        ) AS facet
    ), page AS ({_first_rows(asked, limit, offset)})
    SELECT {_INBOX_COLUMNS}, counts, found FROM groups CROSS JOIN facets LEFT JOIN page ON true
    ORDER BY {_ORDERS[asked.by, asked.sort]}"""  # noqa: S608 — the parts are constants of this module


def inbox_page(
    work: Work, desk: str, roles: list[str], asked: InboxQuery, limit: int, offset: int
) -> tuple[list[InboxRow], dict[str, int], list[Facet]]:
    """One page of a desk's inbox and one row more if there is one; what the desk has by group; facets of the group
    asked for. One query.
    """
    rows = work.read(_page_of(asked, limit + 1, offset), _asked(work, desk, roles, asked))
    counts, facets = rows[0][-2:]
    return [InboxRow(*row[:-2]) for row in rows if row[0] is not None], counts, [Facet(*each) for each in facets]


def inbox_rows_of(
    work: Work, desk: str, roles: list[str], asked: InboxQuery, limit: int, offset: int
) -> tuple[list[InboxRow], int]:
    """The same rows without what stands beside them, and how many there are, up to MOST_COUNTED. One query."""
    place = "asked_by = %(desk)s" if asked.group == OUT else "desk = %(desk)s AND role = ANY(%(roles)s)"
    held = "true" if asked.group == OUT else INBOX_GROUPS[asked.group]
    rows = work.read(
        f"SELECT {_INBOX_COLUMNS}, (SELECT count(*) FROM (SELECT FROM casework.inbox WHERE {place}"  # noqa: S608 — constants
        f" AND {_wanted(asked)} AND {held} LIMIT {MOST_COUNTED}) AS counted)"
        f" FROM ({_first_rows(asked, limit, offset)}) AS page ORDER BY {_ORDERS[asked.by, asked.sort]}",
        _asked(work, desk, roles, asked),
    )
    return [InboxRow(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def inbox_rows(work: Work, tasks: Sequence[tuple[str, UUID]]) -> dict[tuple[str, UUID], dict[str, Any]]:
    """What stands in the inboxes for these tasks, by desk and id."""
    columns = list(INBOX.columns)
    rows = work.read(
        f"SELECT {', '.join(f'i.{c}' for c in columns)}"  # noqa: S608 — the columns are constants
        " FROM unnest(%s::text[], %s::uuid[]) AS t(desk, id) JOIN casework.inbox i USING (desk, id)",
        ([desk for desk, _ in tasks], [task for _, task in tasks]),
    )
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return {(row["desk"], row["id"]): row for row in found}


def _asked(work: Work, desk: str, roles: list[str], asked: InboxQuery) -> dict[str, object]:
    escaped = asked.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    number = escaped.replace(" ", "").replace("-", "")
    return {
        "desk": desk,
        "roles": [*roles, f"@{work.actor.person}"],
        "person": work.actor.person,
        "personal": f"@{work.actor.person}",
        "lent": sorted(work.actor.lent),
        "absent": [each.person for each in work.actor.deputised],
        "text": asked.text,
        "like": f"%{escaped}%",
        "number": f"%{number}%",
        "item": asked.item,
        "line": asked.line,
        "kind": asked.kind,
        **_days(work.today, work.calendar),
    }


def _days(today: date, calendar: Calendar) -> dict[str, object]:
    """The days that part the lights: due before `late` is red, before `soon` yellow, and so is what has few days left
    and was opened so long ago that nine tenths of its time are used.
    """
    rank = calendar.rank(today.toordinal())

    def first(rank: int) -> date:
        return calendar.date(calendar.nth(rank))

    days: dict[str, object] = {"late": first(rank), "soon": first(rank + 2)}
    for n in STAIRS:
        days[f"due_{n}"] = first(rank + n + 1)
        days[f"opened_{n}"] = datetime.combine(first(rank - 9 * n + 1), time(), SHANGHAI)
    return days


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
