"""监督库 — oversight's SQL: invitations and ratings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from yiwang.ground.audit import Key, Stretch
from yiwang.oversight.messages import Demanded, StallQuery
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Work

INVITATION = Table(
    "oversight.invitation",
    {
        "home": "int",
        "matter": "uuid",
        "number": "text",
        "item": "text",
        "receiving": "text",
        "deciding": "text",
        "visits": "int",
        "invited_at": "timestamptz",
    },
    ("home", "matter"),
    thread=("matter",),
)
RATING = Table(
    "oversight.rating",
    {
        "home": "int",
        "matter": "uuid",
        "grade": "text",
        "reasons": "jsonb",
        "comment": "text",
        "channel": "text",
        "deciding": "text",
        "item": "text",
        "rated_at": "timestamptz",
    },
    ("home", "matter"),
    {
        "rating_pkey": "rating.once",
        "rating_bad_has_reason": "rating.reason_missing",
        "rating_invitation_fkey": "rating.not_yet",
    },
    thread=("matter",),
)


STALL = Table(
    "oversight.stall",
    {
        "home": "int",
        "matter": "uuid",
        "id": "uuid",
        "number": "text",
        "item": "text",
        "division": "text",
        "kind": "text",
        "what": "text",
        "step": "text",
        "desk": "text",
        "post": "text",
        "person": "text",
        "since": "date",
        "due": "date",
        "rule": "text",
        "at": "timestamptz",
    },
    ("home", "matter", "id"),
    thread=("matter",),
)


DEMAND = Table(
    "oversight.demand",
    {
        "home": "int",
        "matter": "uuid",
        "id": "uuid",
        "number": "text",
        "item": "text",
        "division": "text",
        "step": "text",
        "desk": "text",
        "post": "text",
        "person": "text",
        "words": "text",
        "asked_by": "text",
        "due": "date",
        "at": "timestamptz",
    },
    ("home", "matter", "id"),
    thread=("matter",),
)
DEMAND_ANSWER = Table(
    "oversight.demand_answer",
    {
        "home": "int",
        "matter": "uuid",
        "id": "uuid",
        "outcome": "text",
        "words": "text",
        "desk": "text",
        "post": "text",
        "person": "text",
        "at": "timestamptz",
    },
    ("home", "matter", "id"),
    thread=("matter",),
)


@dataclass(frozen=True, slots=True)
class Stall:
    """追责记录一行: which link, whose, since when, which rule, and when it was written down."""

    home: int
    matter: UUID
    number: str
    item: str
    kind: str
    what: str
    step: str
    desk: str
    post: str
    person: str
    since: date
    due: date | None
    rule: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """邀评: what may be rated, and how, once it was."""

    matter: UUID
    number: str
    item: str
    receiving: str
    deciding: str
    visits: int
    invited_at: datetime
    grade: str | None
    reasons: list[str] | None
    comment: str | None
    rated_at: datetime | None


_COLUMNS = (
    "i.matter, i.number, i.item, i.receiving, i.deciding, i.visits, i.invited_at,"
    " r.grade, r.reasons, r.comment, r.rated_at"
)
_FROM = "oversight.invitation i LEFT JOIN oversight.rating r ON r.home = i.home AND r.matter = i.matter"


def invitation(work: Work, home: int, matter: UUID) -> Invitation | None:
    """The invitation to rate a case, with its rating if there is one."""
    rows = work.read(f"SELECT {_COLUMNS} FROM {_FROM} WHERE i.home = %s AND i.matter = %s", (home, matter))  # noqa: S608 — constant columns
    return Invitation(*rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class Rated:
    """评价一行: a rating as the evaluation body lists it; no applicant in it."""

    number: str
    item: str
    deciding: str
    grade: str
    reasons: list[str]
    comment: str
    rated_at: datetime


def ratings(work: Work, scope: str, *, bad_only: bool, limit: int, offset: int) -> list[Rated]:
    """Ratings of a division subtree, the newest first."""
    rows = work.read(
        "SELECT i.number, r.item, r.deciding, r.grade, r.reasons, r.comment, r.rated_at FROM oversight.rating r"
        " JOIN oversight.invitation i ON i.home = r.home AND i.matter = r.matter"
        " WHERE r.deciding LIKE %(scope)s"
        " AND (NOT %(bad)s OR r.grade IN ('dissatisfied', 'very_dissatisfied'))"
        " ORDER BY r.rated_at DESC LIMIT %(limit)s OFFSET %(offset)s",
        {"scope": scope + "%", "bad": bad_only, "limit": limit, "offset": offset},
    )
    return [Rated(*row) for row in rows]


def counts(work: Work, scope: str) -> dict[str, int]:
    """How many ratings of each grade in a division subtree, and how many invitations under `invited`."""
    rows = work.read(
        "SELECT grade, count(*) FROM oversight.rating WHERE deciding LIKE %(scope)s GROUP BY grade"
        " UNION ALL SELECT 'invited', count(*) FROM oversight.invitation WHERE deciding LIKE %(scope)s",
        {"scope": scope + "%"},
    )
    return dict(rows)


def invited(work: Work, stretch: Stretch) -> set[Key]:
    """The cases of a stretch whose applicants were asked for a rating."""
    rows = work.read(
        "SELECT home, matter FROM oversight.invitation WHERE (home, matter) > (%s, %s) AND (home, matter) <= (%s, %s)",
        stretch.bounds,
    )
    return {(home, matter) for home, matter in rows}


_STALL = "home, matter, number, item, kind, what, step, desk, post, person, since, due, rule, at"


def stalls(work: Work, scope: str, asked: StallQuery, most: int) -> list[Stall]:
    """The latest records of a division subtree that fit; what is not asked for stands not in the statement."""
    held = ["division LIKE %(scope)s"]
    held += ["kind = %(kind)s"] if asked.kind else []
    held += ["desk = ANY(%(desks)s)"] if asked.desks else []
    held += ["item = %(item)s"] if asked.item else []
    held += ["rule = %(rule)s"] if asked.rule else []
    held += ["since <= %(by)s"] if asked.by else []
    rows = work.read(
        f"SELECT {_STALL} FROM oversight.stall WHERE {' AND '.join(held)} ORDER BY at DESC, id DESC LIMIT %(most)s",  # noqa: S608 — constants
        {
            "scope": scope + "%",
            "kind": asked.kind,
            "desks": list(asked.desks),
            "item": asked.item,
            "rule": asked.rule,
            "by": asked.by,
            "most": most,
        },
    )
    return [Stall(*row) for row in rows]


def stalls_of(work: Work, home: int, matter: UUID) -> list[Stall]:
    """The records of one case, first to last."""
    rows = work.read(
        f"SELECT {_STALL} FROM oversight.stall WHERE home = %s AND matter = %s ORDER BY at, id",  # noqa: S608 — constant columns
        (home, matter),
    )
    return [Stall(*row) for row in rows]


def stall_counts(work: Work, scope: str, since: datetime) -> list[tuple[str, str, str, str, int]]:
    """How many records of each kind, desk, item and rule in a division subtree since a moment."""
    rows = work.read(
        "SELECT kind, desk, item, rule, count(*) FROM oversight.stall WHERE division LIKE %s AND at >= %s"
        " GROUP BY kind, desk, item, rule",
        (scope + "%", since),
    )
    return [(kind, desk, item, rule, n) for kind, desk, item, rule, n in rows]


_DEMANDED = (
    "d.home, d.matter, d.id, d.number, d.item, d.step, d.desk, d.post, d.person, d.words, d.asked_by, d.due, d.at,"
    " COALESCE(a.outcome, ''), COALESCE(a.words, ''), COALESCE(a.person, ''), COALESCE(a.desk, ''),"
    " COALESCE(a.post, ''), a.at"
)
_DEMANDS = (
    "oversight.demand d LEFT JOIN oversight.demand_answer a ON a.home = d.home AND a.matter = d.matter AND a.id = d.id"
)
DEMAND_STATES = {
    "": "true",
    "open": "a.id IS NULL",
    "late": "a.id IS NULL AND d.due < %(today)s",
    "answered": "a.outcome = 'answered'",
    "lapsed": "a.outcome = 'lapsed'",
}


def demands(
    work: Work, scope: str, *, state: str, desk: str, limit: int, offset: int
) -> tuple[list[Demanded], dict[str, int]]:
    """Demands of a division subtree, the open ones first, by their days; and how many there are in each state."""
    asked = {"scope": scope + "%", "desk": desk, "today": work.today, "limit": limit, "offset": offset}
    counts = ", ".join(f"count(*) FILTER (WHERE {held})" for held in DEMAND_STATES.values())
    counted = work.read(f"SELECT {counts} FROM {_DEMANDS} WHERE d.division LIKE %(scope)s", asked)  # noqa: S608 — constants
    rows = work.read(
        f"SELECT {_DEMANDED} FROM {_DEMANDS} WHERE d.division LIKE %(scope)s"  # noqa: S608 — constants
        f" AND {DEMAND_STATES[state]} AND (%(desk)s = '' OR d.desk = %(desk)s)"
        " ORDER BY a.id IS NOT NULL, CASE WHEN a.id IS NULL THEN d.due END, a.at DESC, d.id DESC"
        " LIMIT %(limit)s OFFSET %(offset)s",
        asked,
    )
    return [Demanded(*row) for row in rows], dict(zip(DEMAND_STATES, counted[0], strict=True))


def demands_of(work: Work, home: int, matter: UUID) -> list[Demanded]:
    """The demands of one case, first to last."""
    rows = work.read(
        f"SELECT {_DEMANDED} FROM {_DEMANDS} WHERE d.home = %s AND d.matter = %s ORDER BY d.at, d.id",  # noqa: S608 — constants
        (home, matter),
    )
    return [Demanded(*row) for row in rows]


def demands_in(work: Work, stretch: Stretch) -> dict[tuple[int, UUID, UUID], bool]:
    """The demands of a stretch of cases, each with whether it is settled."""
    rows = work.read(
        f"SELECT d.home, d.matter, d.id, a.id IS NOT NULL FROM {_DEMANDS}"  # noqa: S608 — constants
        " WHERE (d.home, d.matter) > (%s, %s) AND (d.home, d.matter) <= (%s, %s)",
        stretch.bounds,
    )
    return {(home, matter, id_): settled for home, matter, id_, settled in rows}
