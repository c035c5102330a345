"""机构库 — the directory's SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from yiwang.directory.messages import Division, Line, Organisation, Person, Post, Power, Window
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Work

DIVISION = Table(
    "directory.division",
    {
        "code": "text",
        "name": "text",
        "kind": "text",
        "parent": "text",
        "valid_from": "date",
        "valid_to": "date",
        "successor": "text",
    },
    ("code",),
)
LINE = Table(
    "directory.line",
    {
        "key": "text",
        "name": "text",
        "short": "text",
        "name_en": "text",
        "local_name": "text",
        "local_line": "text",
        "kind": "text",
    },
    ("key",),
)
ORGANISATION = Table(
    "directory.organisation",
    {
        "code": "text",
        "line": "text",
        "division": "text",
        "level": "text",
        "name": "text",
        "name_en": "text",
        "kind": "text",
        "valid_from": "date",
        "valid_to": "date",
        "successor": "text",
    },
    ("code",),
)
POST = Table(
    "directory.post",
    {"code": "text", "organisation": "text", "name": "text", "roles": "text[]", "at_centre": "boolean"},
    ("code",),
)
PERSON = Table(
    "directory.person",
    {"code": "text", "name": "text", "kind": "text", "subject_kind": "text", "subject_identifier": "text"},
    ("code",),
)
HOLDING = Table(
    "directory.holding",
    {"person": "text", "post": "text", "held_from": "date", "held_to": "date"},
    ("person", "post", "held_from"),
)
WINDOW = Table("directory.centre_window", {"code": "text", "centre": "text", "name": "text"}, ("code",))
POWER = Table(
    "directory.power",
    {
        "item": "text",
        "area": "text",
        "held_from": "date",
        "held_to": "date",
        "level": "text",
        "basis": "text",
    },
    ("item", "area", "held_from"),
    {"power_pkey": "directory.power_there"},
)
EDITION = Table("directory.edition", {"one": "int", "number": "bigint"}, ("one",))


def edition(work: Work) -> int:
    """Which edition of the directory the database holds."""
    number: int = work.read("SELECT number FROM directory.edition")[0][0]
    return number


def everything(work: Work) -> tuple[list[Division], list[Line], list[Organisation], list[Power]]:
    """Divisions, lines, organisations and powers, all of them."""
    divisions = [
        Division(code=a, name=b, kind=c, parent=d, valid_from=e, valid_to=f, successor=g)
        for a, b, c, d, e, f, g in work.read(
            "SELECT code, name, kind, parent, valid_from, valid_to, successor FROM directory.division"
        )
    ]
    lines = [
        Line(key=a, name=b, short=c, name_en=d, local_name=e, local_line=f, kind=g)
        for a, b, c, d, e, f, g in work.read(
            "SELECT key, name, short, name_en, local_name, local_line, kind FROM directory.line"
        )
    ]
    organisations = [
        Organisation(
            code=a,
            line=b,
            division=c,
            level=d,
            name=e,
            name_en=f,
            kind=g,
            valid_from=h,
            valid_to=i,
            successor=j,
        )
        for a, b, c, d, e, f, g, h, i, j in work.read(
            "SELECT code, line, division, level, name, name_en, kind, valid_from, valid_to, successor"
            " FROM directory.organisation"
        )
    ]
    powers = [
        Power(item=a, area=b, held_from=c, held_to=d, level=e, basis=f)
        for a, b, c, d, e, f in work.read("SELECT item, area, held_from, held_to, level, basis FROM directory.power")
    ]
    return divisions, lines, organisations, powers


def posts_of(work: Work, person: str, on: date) -> list[Post]:
    """The posts that a person holds on a day."""
    rows = work.read(
        "SELECT p.code, p.organisation, p.name, p.roles, p.at_centre FROM directory.holding h"
        " JOIN directory.post p ON p.code = h.post WHERE h.person = %(person)s"
        " AND h.held_from <= %(on)s AND (h.held_to IS NULL OR %(on)s < h.held_to) ORDER BY p.code",
        {"person": person, "on": on},
    )
    return [Post(code=a, organisation=b, name=c, roles=tuple(d), at_centre=e) for a, b, c, d, e in rows]


def person(work: Work, code: str) -> Person | None:
    """The person with this code."""
    rows = work.read(
        "SELECT code, name, kind, subject_kind, subject_identifier FROM directory.person WHERE code = %s", (code,)
    )
    return _person(rows[0]) if rows else None


def people(work: Work, codes: Sequence[str]) -> dict[str, str]:
    """Names of people by their codes."""
    return dict(work.read("SELECT code, name FROM directory.person WHERE code = ANY(%s)", (list(codes),)))


def _person(row: tuple[Any, ...]) -> Person:
    return Person(code=row[0], name=row[1], kind=row[2], subject_kind=row[3], subject_identifier=row[4])


def windows(work: Work, centre: str) -> list[Window]:
    """The windows of a centre."""
    rows = work.read("SELECT code, centre, name FROM directory.centre_window WHERE centre = %s ORDER BY code", (centre,))
    return [Window(code=a, centre=b, name=c) for a, b, c in rows]


def post_codes(work: Work, organisation: str) -> set[str]:
    """The codes of an organisation's posts."""
    return {r[0] for r in work.read("SELECT code FROM directory.post WHERE organisation = %s", (organisation,))}
