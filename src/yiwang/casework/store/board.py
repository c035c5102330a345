"""待办台 — a page of a desk's inbox with its groups and facets: one query of bounded work, however long the inbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from yiwang.casework.messages.desk import Facet, InboxQuery, InboxRow
from yiwang.ground.workdays import Calendar
from yiwang.plumbing.work import SHANGHAI, Work

LOOKED_AT = 1_000
"""Rows of a role that are looked at, the least time left first; a desk with fewer is seen whole."""
FOUND = 1_000
"""Rows beyond these that an index by words or by holder may bring."""
OUT = "out"  # what this desk has asked of others: rows of their inboxes
STAIRS = range(2, 9)
"""Days left for which a light may already be yellow: a task of eighty working days turns yellow on its eighth last."""
WHOLE_NUMBER = 23

_COLUMNS = (
    "desk, id, home, matter, number, item, item_name, applicant, division, step, step_name, step_kind, role, "
    "opened_at, step_due, promised_due, legal_due, paused, holder, post, urged, line, asked_by"
)
_DUE = "COALESCE(LEAST(step_due, promised_due), 'infinity'::date)"  # as the indexes have it
_ROWS = f"(SELECT {_COLUMNS}, {_DUE} AS due FROM casework.inbox) AS i"  # noqa: S608 — constants
_WORDS = "(string_to_array(lower(applicant || item_name), NULL) || number || desk || line || step_kind)"  # likewise
_STAIRS = " OR ".join(f"(due < %(due_{n})s AND opened_at < %(opened_{n})s)" for n in STAIRS)
_LIGHT = f"""CASE WHEN paused THEN 'paused' WHEN due < %(late)s THEN 'red' WHEN due = 'infinity' THEN 'none'
    WHEN due < %(soon)s THEN 'yellow' WHEN due >= %(due_{STAIRS[-1]})s THEN 'green' WHEN {_STAIRS} THEN 'yellow'
    ELSE 'green' END"""
_WITHIN = {
    "red": "NOT paused AND due < %(late)s",
    "yellow": f"NOT paused AND due >= %(late)s AND due < %(due_{STAIRS[-1]})s",
    "green": "NOT paused AND due >= %(soon)s AND due < 'infinity'",
    "none": "NOT paused AND due = 'infinity'",
    "paused": "paused",
}
"""Where in the order of an index the rows of a light lie; those of yellow and green lie among each other."""
LIGHTS = tuple(_WITHIN)
_MONDAY = "due - (due - date '2001-01-01') %% 7"
_WEEK = (
    "CASE WHEN paused THEN 'paused' WHEN due = 'infinity' THEN 'none' WHEN due < %(late)s THEN 'overdue' "
    f"ELSE ({_MONDAY})::text END"
)
_ABSENT = "(role = ANY(%(lent)s) OR holder = ANY(%(absent)s))"
GROUPS = {
    "": "true",
    "mine": "holder = %(person)s",
    "free": "holder = ''",
    "consult": "step_kind = 'consult'",
    "paused": "paused",
    "personal": "role = %(personal)s",
    "deputy": _ABSENT,
    OUT: "true",
}
_HOLDERS = {"mine": "ARRAY[%(person)s]", "deputy": "%(absent)s"}
_ORDER = "paused, due, id"
ORDERS = {
    "due": _ORDER,
    "-due": "paused DESC, due DESC, id DESC",
    "item": "item_name, id",
    "-item": "item_name DESC, id DESC",
    "applicant": "applicant, id",
    "-applicant": "applicant DESC, id DESC",
    "opened": "opened_at, id",
    "-opened": "opened_at DESC, id DESC",
}
_RANK = "CASE light " + " ".join(f"WHEN '{light}' THEN {n}" for n, light in enumerate(LIGHTS)) + " END"
BY = {
    "": "",
    "item": f"item_name, item, {_ORDER}",
    "line": f"line, {_ORDER}",
    "light": f"{_RANK.replace('light', _LIGHT, 1)}, {_ORDER}",
    "week": _ORDER,
}
_CELL = ("out", "item", "line", "step_kind", "light", "week")
_COUNTS = ("rows", "mine", "free", "personal", "deputy", "chosen", "kept")


@dataclass(frozen=True, slots=True)
class Found:
    """一页待办: rows, one more than asked for if there is one; counts by group and facets; whether the desk has more
    rows than were looked at.
    """

    rows: list[InboxRow]
    counts: dict[str, int]
    facets: list[Facet]
    more: bool


def _wanted(asked: InboxQuery) -> str:
    """What a row of the group must be; nothing that is not asked stands in the statement."""
    parts = ["(applicant ILIKE %(like)s OR item_name ILIKE %(like)s OR number LIKE %(number)s)"] if asked.text else []
    parts += ["item = %(item)s"] if asked.item else []
    parts += ["line = %(line)s"] if asked.line else []
    parts += ["step_kind = %(kind)s"] if asked.kind else []
    parts += ["step_kind <> %(but)s"] if asked.but else []
    parts += [f"{_LIGHT} = '{asked.light}'"] if asked.light else []
    return " AND ".join(parts) or "true"


def _order(asked: InboxQuery) -> str:
    return BY[asked.by] or ORDERS[asked.sort]


def _first(roles: int, order: str, most: int, narrowed: str = "") -> str:
    """The first rows of each role, by an index in its order. How many rows and roles stands in the text: a plan made
    for any number of them would read all rows, or be made anew each time.
    """
    wanted = ", ".join(f"(%(role_{n})s::text)" for n in range(roles))
    return f"""SELECT found.* FROM (VALUES {wanted}) AS wanted(of), LATERAL (
        SELECT * FROM {_ROWS} WHERE desk = %(desk)s AND role = wanted.of{narrowed} ORDER BY {order} LIMIT {most:d}
    ) AS found"""  # noqa: S608 — constants of this module


def _chosen(roles: int, asked: InboxQuery, most: int) -> str:
    """The rows a page is chosen from, as an index brings them: those of an item, a light, a holder, or the first ones;
    for all else what is looked at anyway. `most` rows when nothing else is asked than what the index knows.
    """
    if asked.group == OUT:
        return "SELECT * FROM own WHERE out"
    narrowed = (" AND item = %(item)s" if asked.item else "") + (
        f" AND {_WITHIN[asked.light]}" if asked.light else " AND paused" if asked.group == "paused" else ""
    )
    plain = asked.group in ("", "personal", "paused") and not (asked.text or asked.line or asked.kind)
    if plain and not narrowed and _order(asked) == _ORDER and most <= LOOKED_AT:
        return "SELECT * FROM looked"
    if plain and asked.light not in ("yellow", "green") and _order(asked) in (_ORDER, ORDERS["-due"]):
        return _first(roles, _order(asked), most, narrowed)
    if holders := _HOLDERS.get(asked.group):
        held = f"""SELECT * FROM {_ROWS} WHERE desk = %(desk)s AND holder <> '' AND holder = ANY({holders})
            AND role = ANY(%(roles)s) LIMIT {FOUND}"""  # noqa: S608 — constants of this module
        lent = "SELECT * FROM looked WHERE role = ANY(%(lent)s) AND NOT holder = ANY(%(absent)s)"
        return held if asked.group == "mine" else f"({held}) UNION ALL ({lent})"
    if narrowed:
        return _first(roles, _ORDER, max(LOOKED_AT, most), narrowed)
    return "SELECT * FROM looked"


def _page(roles: int, asked: InboxQuery, limit: int, offset: int) -> str:
    """The rows of a page. Words, lines and kinds that few of the first rows have are looked for by their index too."""
    kept = f"{_wanted(asked)} AND {GROUPS[asked.group]}"
    cut = f"ORDER BY {_order(asked)} LIMIT {limit:d} OFFSET {offset:d}"
    near = f"SELECT * FROM ({_chosen(roles, asked, limit + offset)}) AS chosen WHERE {kept}"  # noqa: S608 — constants
    if asked.group == OUT or not (asked.text or asked.line or asked.kind):
        return f"{near} {cut}"
    few = f"(SELECT more FROM size) AND (SELECT count(*) FROM near) < {limit + offset:d}"  # noqa: S608 — constants
    return f"""WITH near AS MATERIALIZED ({near}), far AS MATERIALIZED (
            SELECT * FROM (SELECT * FROM {_ROWS} WHERE {_WORDS} @> %(words)s::text[] AND {few} LIMIT {FOUND}) AS i
            WHERE desk = %(desk)s AND role = ANY(%(roles)s) AND {kept}
        ) SELECT * FROM (SELECT * FROM far UNION ALL
            SELECT * FROM near WHERE NOT EXISTS (SELECT FROM far WHERE far.id = near.id)) AS i {cut}"""  # noqa: S608 — constants


def _looked_at(roles: int, least: int) -> str:
    return f"""looked AS MATERIALIZED ({_first(roles, _ORDER, least)}),
    size AS MATERIALIZED (SELECT count(*) >= {least:d} AS more FROM looked)"""  # noqa: S608 — constants of this module


def _board(roles: int, asked: InboxQuery, limit: int, offset: int) -> str:
    """A page, and what is counted of all that was looked at: one row for all that are alike."""
    out = f"""SELECT *, true AS out FROM {_ROWS} WHERE asked_by = %(desk)s AND asked_by <> '' LIMIT {LOOKED_AT}"""  # noqa: S608 — constants
    week = _WEEK if asked.by == "week" else "''"
    chosen = f"(out = {str(asked.group == OUT).lower()} AND {GROUPS[asked.group]})"
    counted = ("true", GROUPS["mine"], GROUPS["free"], GROUPS["personal"], _ABSENT, chosen, f"{chosen} AND kept")
    counts = ", ".join(f"count(*) FILTER (WHERE {each})" for each in counted)
    return f"""WITH {_looked_at(roles, LOOKED_AT)}, own AS MATERIALIZED (
        SELECT *, false AS out FROM looked UNION ALL ({out})
    ), cells AS (
        SELECT jsonb_agg(jsonb_build_array(out, item, line, step_kind, light, week, name, counts)) AS cells FROM (
            SELECT out, item, line, step_kind, light, week, max(item_name) AS name, ARRAY[{counts}] AS counts FROM (
                SELECT out, item, line, step_kind, item_name, holder, role, paused,
                    {_LIGHT} AS light, {week} AS week, ({_wanted(asked)}) AS kept FROM own
            ) AS lit GROUP BY out, item, line, step_kind, light, week
        ) AS cell
    ), page AS ({_page(roles, asked, limit, offset)})
    SELECT {_COLUMNS}, CASE WHEN row_number() OVER (ORDER BY {_order(asked)}) = 1 THEN cells END, more
    FROM cells CROSS JOIN size LEFT JOIN page ON true ORDER BY {_order(asked)}"""  # noqa: S608 — the parts are constants of this module


def page(work: Work, desk: str, roles: list[str], asked: InboxQuery, limit: int, offset: int) -> Found:
    """One page of a desk's inbox, what the desk has by group, and facets of the group asked for. One query."""
    given = _asked(work, desk, roles, asked)
    rows = work.read(_board(len(roles) + 1, asked, limit + 1, offset), given)
    counts, facets = _facets(rows[0][-2] or ())
    return Found([InboxRow(*row[:-2]) for row in rows if row[0] is not None], counts, facets, rows[0][-1])


def _facets(cells: Iterable[Sequence[Any]]) -> tuple[dict[str, int], list[Facet]]:
    """Rows by group, and by item, line, kind, light and week."""
    counts = dict.fromkeys(GROUPS, 0)
    found: dict[tuple[str, str], list[Any]] = {("", ""): ["", 0, 0]}
    for out, item, line, kind, light, week, name, (rows, mine, free, personal, deputy, most, kept) in cells:
        if out:
            counts[OUT] += rows
        else:
            groups = {"": rows, "mine": mine, "free": free, "personal": personal, "deputy": deputy}
            groups |= {"consult": rows * (kind == "consult"), "paused": rows * (light == "paused")}
            for group, more in groups.items():
                counts[group] += more
        if most:
            of = (("", ""), ("item", item), ("line", line), ("kind", kind), ("light", light), ("week", week))
            for key in of:
                facet = found.setdefault(key, [name, 0, 0])
                facet[1] += most
                facet[2] += kept
    return counts, [Facet(*key, *facet) for key, facet in found.items()]


def rows_of(
    work: Work, desk: str, roles: list[str], asked: InboxQuery, limit: int, offset: int
) -> tuple[list[InboxRow], int]:
    """The same rows without what stands beside them, and how many there are among those looked at. One query.

    Where nothing is asked but the next rows in the order of the index, only these are read, and the others counted.
    """
    if asked == InboxQuery():
        order = _first(len(roles) + 1, _ORDER, limit + offset)
        rows = work.read(
            f"SELECT {_COLUMNS}, (SELECT count(*) FROM (SELECT FROM casework.inbox WHERE desk = %(desk)s"  # noqa: S608 — constants
            f" AND role = ANY(%(roles)s) LIMIT {max(LOOKED_AT, limit + offset):d}) AS counted)"
            f" FROM ({order}) AS page ORDER BY {_ORDER} LIMIT {limit:d} OFFSET {offset:d}",
            _asked(work, desk, roles, asked),
        )
        return [InboxRow(*row[:-1]) for row in rows], max(rows[0][-1], offset + len(rows)) if rows else 0
    least = max(LOOKED_AT, limit + offset)
    source = "SELECT * FROM own" if asked.group == OUT else _chosen(len(roles) + 1, asked, least)
    out = f"SELECT *, true AS out FROM {_ROWS} WHERE asked_by = %(desk)s AND asked_by <> '' LIMIT {least:d}"  # noqa: S608 — constants
    place = f"own AS MATERIALIZED ({out})" if asked.group == OUT else _looked_at(len(roles) + 1, least)
    rows = work.read(
        f"WITH {place} SELECT {_COLUMNS}, (SELECT count(*) FROM ({source}) AS chosen"  # noqa: S608 — constants
        f" WHERE {_wanted(asked)} AND {GROUPS[asked.group]})"
        f" FROM ({_page(len(roles) + 1, asked, limit, offset)}) AS page ORDER BY {_order(asked)}",
        _asked(work, desk, roles, asked),
    )
    return [InboxRow(*row[:-1]) for row in rows], max(rows[0][-1], offset + len(rows)) if rows else 0


def _asked(work: Work, desk: str, roles: list[str], asked: InboxQuery) -> dict[str, object]:
    number = "".join(c for c in asked.text if c not in " -")
    whole = len(number) == WHOLE_NUMBER and number.isdigit()
    escaped = asked.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    every = [*roles, f"@{work.actor.person}"]
    return {
        "desk": desk,
        "roles": every,
        **{f"role_{n}": role for n, role in enumerate(every)},
        "person": work.actor.person,
        "personal": f"@{work.actor.person}",
        "lent": sorted(work.actor.lent),
        "absent": [each.person for each in work.actor.deputised],
        "text": asked.text,
        "like": f"%{escaped}%",
        "number": f"%{escaped.replace(' ', '').replace('-', '')}%",
        "words": [w for w in (desk, asked.line, asked.kind, *([number] if whole else set(asked.text.lower()))) if w],
        "item": asked.item,
        "line": asked.line,
        "kind": asked.kind,
        "but": asked.but,
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
