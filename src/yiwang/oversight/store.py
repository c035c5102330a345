"""监督库 — oversight's SQL: invitations and ratings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yiwang.ground.audit import Key, Stretch
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
