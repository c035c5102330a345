"""机构库 — the directory's SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from yiwang.directory.messages import (
    Deputy,
    Division,
    Exemption,
    Holding,
    Line,
    Naming,
    Organisation,
    Person,
    Plan,
    Post,
    Power,
    Succession,
    Window,
)
from yiwang.directory.rules.reorganising import ended
from yiwang.directory.rules.resolution import Directory
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Work

DIVISION = Table(
    "directory.division",
    {
        "code": "text",
        "name": "text",
        "kind": "text",
        "parent": "text",
        "name_en": "text",
        "valid_from": "date",
        "valid_to": "date",
        "successors": "text[]",
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
SUCCESSION = Table(
    "directory.succession",
    {
        "organisation": "text",
        "since": "date",
        "item": "text",
        "area": "text",
        "successor": "text",
        "document": "text",
    },
    ("organisation", "since", "item", "area"),
)
REORGANISATION = Table(
    "directory.reorganisation",
    {
        "document": "text",
        "day": "date",
        "plan": "jsonb",
        "state": "text",
        "entered_by": "text",
        "entered_at": "timestamptz",
        "settled_at": "timestamptz",
    },
    ("document",),
    {"reorganisation_pkey": "directory.entered_already"},
)
NAMING = Table(
    "directory.naming",
    {"organisation": "text", "since": "date", "name": "text"},
    ("organisation", "since"),
    {"naming_organisation_fkey": "directory.unknown_organisation", "naming_pkey": "directory.naming_there"},
)
POST = Table(
    "directory.post",
    {
        "code": "text",
        "organisation": "text",
        "name": "text",
        "roles": "text[]",
        "at_centre": "boolean",
        "closed_on": "date",
        "successor": "text",
    },
    ("code",),
    {"post_pkey": "work.stale"},
)
PERSON = Table(
    "directory.person",
    {"code": "text", "name": "text", "kind": "text", "subject_kind": "text", "subject_identifier": "text"},
    ("code",),
    {"person_pkey": "directory.person_there"},
)
HOLDING = Table(
    "directory.holding",
    {"person": "text", "post": "text", "held_from": "date", "held_to": "date"},
    ("person", "post", "held_from"),
    {
        "holding_pkey": "directory.post_held",
        "holding_person_fkey": "directory.unknown_person",
        "holding_post_fkey": "directory.unknown_post",
    },
)
DEPUTY = Table(
    "directory.deputy",
    {
        "id": "uuid",
        "post": "text",
        "principal": "text",
        "deputy": "text",
        "held_from": "date",
        "held_to": "date",
        "reason": "text",
        "granted_by": "text",
        "granted_at": "timestamptz",
        "ended_by": "text",
    },
    ("id",),
)
EXEMPTION = Table(
    "directory.exemption",
    {
        "id": "uuid",
        "post": "text",
        "held_from": "date",
        "held_to": "date",
        "reason": "text",
        "granted_by": "text",
        "granted_at": "timestamptz",
    },
    ("id",),
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
        "line": "text",
        "basis": "text",
    },
    ("item", "area", "held_from"),
    {"power_pkey": "directory.power_there"},
)
EDITION = Table("directory.edition", {"one": "int", "places": "bigint", "staff": "bigint"}, ("one",))
PLACES, STAFF = "places", "staff"  # what changes together: divisions, organisations, powers; posts


def editions(work: Work) -> dict[str, int]:
    """Which edition of each part the database holds."""
    return _editions(work, _EDITIONS)


def locked_editions(work: Work) -> dict[str, int]:
    """The same, and until this act ends nobody else may change the directory."""
    return _editions(work, _EDITIONS + " FOR UPDATE")


_EDITIONS = "SELECT places, staff FROM directory.edition"


def _editions(work: Work, sql: str) -> dict[str, int]:
    return dict(zip((PLACES, STAFF), work.read(sql)[0], strict=True))


def empty(work: Work) -> bool:
    """Whether nothing was ever loaded."""
    return not work.read("SELECT 1 FROM directory.division LIMIT 1")


def everything(
    work: Work,
) -> tuple[list[Division], list[Line], list[Organisation], list[Power], list[Naming], list[Succession]]:
    """Divisions, lines, organisations, powers, namings and successions, all of them."""
    divisions = [
        Division(code=a, name=b, kind=c, parent=d, name_en=e, valid_from=f, valid_to=g, successors=tuple(h))
        for a, b, c, d, e, f, g, h in work.read(
            "SELECT code, name, kind, parent, name_en, valid_from, valid_to, successors FROM directory.division"
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
    namings = [
        Naming(organisation=a, since=b, name=c)
        for a, b, c in work.read("SELECT organisation, since, name FROM directory.naming")
    ]
    successions = [
        Succession(organisation=a, since=b, item=c, area=d, successor=e, document=f)
        for a, b, c, d, e, f in work.read(
            "SELECT organisation, since, item, area, successor, document FROM directory.succession"
        )
    ]
    return divisions, lines, organisations, _powers(work, _POWERS), namings, successions


def write_plan(work: Work, made: Plan, before: Directory) -> None:
    """All rows of a plan."""
    wanted, day = made.wanted, made.wanted.day
    for organisation in wanted.founded:
        work.add(ORGANISATION, asdict(organisation))
    for r in wanted.restructured:
        if r.ends:
            gone = ended(before.organisation(r.organisation), r, day)
            work.change(ORGANISATION, {"code": gone.code}, {"valid_to": day, "successor": gone.successor})
    work.save()  # what follows refers to organisations and posts that are new
    for naming in wanted.renamed:
        work.add(NAMING, asdict(naming))
    for succession in made.successions:
        work.add(SUCCESSION, asdict(succession))
    for code, post in made.posts:
        work.change(POST, {"code": code}, {"closed_on": day, "successor": post.code})
        work.add(POST, asdict(post))
    work.save()
    for old, new in made.holdings:
        _replace(work, HOLDING, asdict(old), asdict(new), day)
    for lost, granted in made.powers:
        _replace(work, POWER, asdict(lost), asdict(granted), day)


def _replace(work: Work, table: Table, old: dict[str, Any], new: dict[str, Any], day: date) -> None:
    """What has begun ends on the day; what would begin later has never been."""
    key = {name: old[name] for name in table.key}
    if old["held_from"] < day:
        work.change(table, key, {"held_to": day}, {"held_to": old["held_to"]})
    else:
        work.remove(table, key)
        work.save()
    work.add(table, new)


def reorganisation(work: Work, document: str) -> tuple[Any, str] | None:
    """What a decision says and its state, locked; none when it was not entered."""
    rows = work.read("SELECT plan, state FROM directory.reorganisation WHERE document = %s FOR UPDATE", (document,))
    return (rows[0][0], rows[0][1]) if rows else None


_POWERS = "SELECT item, area, held_from, held_to, level, line, basis FROM directory.power"


def _powers(work: Work, sql: str, parameters: Sequence[object] = ()) -> list[Power]:
    return [
        Power(item=a, area=b, held_from=c, held_to=d, level=e, line=f, basis=g)
        for a, b, c, d, e, f, g in work.read(sql, parameters)
    ]


def powers_of(work: Work, item: str) -> list[Power]:
    """The powers over an item, past and future ones too."""
    return _powers(work, _POWERS + " WHERE item = %s", (item,))


def staff(work: Work) -> tuple[list[Post], list[Holding], list[Deputy], list[Exemption]]:
    """Posts, holdings, deputies and exemptions, all of them, past ones too."""
    posts = [
        Post(code=a, organisation=b, name=c, roles=tuple(d), at_centre=e, closed_on=f, successor=g)
        for a, b, c, d, e, f, g in work.read(
            "SELECT code, organisation, name, roles, at_centre, closed_on, successor FROM directory.post"
        )
    ]
    holdings = [
        Holding(person=a, post=b, held_from=c, held_to=d)
        for a, b, c, d in work.read("SELECT person, post, held_from, held_to FROM directory.holding")
    ]
    deputies = [
        Deputy(
            id=a,
            post=b,
            principal=c,
            deputy=d,
            held_from=e,
            held_to=f,
            reason=g,
            granted_by=h,
            granted_at=i,
            ended_by=j,
        )
        for a, b, c, d, e, f, g, h, i, j in work.read(
            "SELECT id, post, principal, deputy, held_from, held_to, reason, granted_by, granted_at, ended_by"
            " FROM directory.deputy"
        )
    ]
    exemptions = [
        Exemption(id=a, post=b, held_from=c, held_to=d, reason=e, granted_by=f, granted_at=g)
        for a, b, c, d, e, f, g in work.read(
            "SELECT id, post, held_from, held_to, reason, granted_by, granted_at FROM directory.exemption"
        )
    ]
    return posts, holdings, deputies, exemptions


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


def windows(work: Work, centres: list[str]) -> list[Window]:
    """The windows of these centres."""
    rows = work.read(
        "SELECT code, centre, name FROM directory.centre_window WHERE centre = ANY(%s) ORDER BY code", (centres,)
    )
    return [Window(code=a, centre=b, name=c) for a, b, c in rows]


def post_names(work: Work, codes: list[str]) -> dict[str, str]:
    """Names of posts by code."""
    return dict(work.read("SELECT code, name FROM directory.post WHERE code = ANY(%s)", (codes,)))


def posts_in(work: Work, organisation: str) -> int:
    """How many posts an organisation has."""
    number: int = work.read("SELECT count(*) FROM directory.post WHERE organisation = %s", (organisation,))[0][0]
    return number


def roles_of_post(work: Work, code: str) -> tuple[str, ...] | None:
    """The roles of a post; none when there is no such post."""
    rows = work.read("SELECT roles FROM directory.post WHERE code = %s", (code,))
    return tuple(rows[0][0]) if rows else None


def roles_after(work: Work, person: str, since: date) -> set[str]:
    """The roles of all posts that a person holds or stands in for on a day or later."""
    rows = work.read(
        "SELECT DISTINCT unnest(p.roles) FROM directory.post p JOIN ("
        " SELECT post FROM directory.holding WHERE person = %(person)s AND (held_to IS NULL OR held_to > %(since)s)"
        " UNION SELECT post FROM directory.deputy WHERE deputy = %(person)s"
        " AND held_to > %(since)s AND held_to > held_from) h ON p.code = h.post",
        {"person": person, "since": since},
    )
    return {r[0] for r in rows}


def held_after(work: Work, person: str, post: str, since: date) -> bool:
    """Whether a person holds a post on a day or later."""
    return bool(
        work.read(
            "SELECT 1 FROM directory.holding WHERE person = %s AND post = %s AND (held_to IS NULL OR held_to > %s)",
            (person, post, since),
        )
    )


def holding(work: Work, person: str, post: str, on: date) -> Holding | None:
    """How a person holds a post on a day."""
    rows = work.read(
        "SELECT held_from, held_to FROM directory.holding WHERE person = %s AND post = %s"
        " AND held_from <= %s AND (held_to IS NULL OR %s < held_to)",
        (person, post, on, on),
    )
    return Holding(person=person, post=post, held_from=rows[0][0], held_to=rows[0][1]) if rows else None
