"""待办表 — the inboxes of the desks: rows by desk, filters, facets, groups and orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from yiwang.casework.messages.desk import Facet, InboxQuery, InboxRow
from yiwang.ground.workdays import Calendar
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import SHANGHAI, Work

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
