"""事项库存取 — the catalogue's SQL: items, versions, publications, signatures; nothing in it is ever changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from yiwang.catalogue.messages import Item, Published, Signature
from yiwang.catalogue.rules.plain import from_plain
from yiwang.ground.outcome import NotFound
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Work

ITEM = Table("catalogue.item", {"code": "text", "name": "text", "created_at": "timestamptz"}, ("code",))
VERSION = Table(
    "catalogue.version",
    {"item": "text", "version": "int", "body": "jsonb", "digest": "text", "edited_by": "text"},
    ("item", "version"),
    {"version_pkey": "work.try_again"},
)
PUBLICATION = Table(
    "catalogue.publication",
    {
        "item": "text",
        "version": "int",
        "effective_from": "date",
        "edited_by": "text",
        "published_by": "text",
        "published_at": "timestamptz",
    },
    ("item", "version"),
    {"publication_two_persons": "catalogue.two_persons", "publication_pkey": "catalogue.not_editing"},
)
SIGNATURE = Table(
    "catalogue.signature",
    {
        "item": "text",
        "version": "int",
        "line": "text",
        "view": "text",
        "organisation": "text",
        "signer": "text",
        "post": "text",
        "signed_on": "date",
    },
    ("item", "version", "line", "view"),
    {"signature_pkey": "catalogue.signed_already"},
)

_VERSION = """
SELECT v.version, v.digest, v.body, v.edited_by, p.effective_from,
       (SELECT jsonb_agg(jsonb_build_array(s.line, s.organisation, s.signer, s.post, s.signed_on, s.view))
        FROM catalogue.signature s WHERE s.item = v.item AND s.version = v.version)
FROM catalogue.version v LEFT JOIN catalogue.publication p USING (item, version)
"""
_IN_FORCE = """
SELECT DISTINCT ON (item) item, version FROM catalogue.publication
WHERE effective_from <= %s ORDER BY item, version DESC
"""


def _published(row: tuple[Any, ...]) -> Published:
    signatures = tuple(
        Signature(line=a, organisation=b, signer=c, post=d, signed_on=date.fromisoformat(e), view=f)
        for a, b, c, d, e, f in row[5] or []
    )
    return Published(
        item=from_plain(row[2]),
        version=row[0],
        digest=row[1],
        effective_from=row[4] or date.max,
        signatures=signatures,
    )


def version(work: Work, item: str, number: int) -> tuple[Published, str, bool]:
    """One version, who edited it and whether it was published; NotFound when there is none."""
    rows = work.read(_VERSION + "WHERE v.item = %s AND v.version = %s", (item, number))
    if not rows:
        raise NotFound("catalogue.unknown_version", item=item, version=number)
    return _published(rows[0]), rows[0][3], rows[0][4] is not None


def versions(work: Work, wanted: Collection[tuple[str, int]]) -> list[Published]:
    """These versions, by item code."""
    if not wanted:
        return []
    items, numbers = zip(*sorted(wanted), strict=True)
    rows = work.read(
        _VERSION + "WHERE (v.item, v.version) IN (SELECT * FROM unnest(%s::text[], %s::int[])) ORDER BY v.item",  # noqa: S608 — constant
        (list(items), list(numbers)),
    )
    return [_published(row) for row in rows]


def in_force(work: Work, on: date) -> list[tuple[str, int]]:
    """Item and version of all that is in force on a day, by code."""
    return [(item, number) for item, number in work.read(_IN_FORCE, (on,))]


def latest_published(work: Work) -> dict[str, tuple[int, str]]:
    """The highest published version of every item, in force yet or not, with its digest."""
    rows = work.read(
        "SELECT DISTINCT ON (item) item, version, digest FROM catalogue.publication JOIN catalogue.version"
        " USING (item, version) ORDER BY item, version DESC"
    )
    return {item: (number, digest) for item, number, digest in rows}


def latest(work: Work, item: str) -> int:
    """The highest version number of an item; 0 when there is none yet."""
    rows = work.read("SELECT max(version) FROM catalogue.version WHERE item = %s", (item,))
    return rows[0][0] or 0


def newest(work: Work, *, code: str = "", name: str = "") -> list[tuple[Item, int, str]]:
    """The highest version of the items with this code or this name, in editing or not: item, number and digest."""
    rows = work.read(
        "SELECT DISTINCT ON (v.item) v.body, v.version, v.digest FROM catalogue.version v"
        " JOIN catalogue.item i ON i.code = v.item WHERE i.code = %s OR i.name = %s ORDER BY v.item, v.version DESC",
        (code, name),
    )
    return [(from_plain(body), number, found) for body, number, found in rows]


def stamp(work: Work) -> tuple[int, Any]:
    """How many versions were published and when the last one was: changes whenever the published catalogue does."""
    rows = work.read("SELECT count(*), max(published_at) FROM catalogue.publication")
    return rows[0][0], rows[0][1]


def signatures_by(work: Work, organisations: Sequence[str]) -> list[tuple[str, str, int]]:
    """Item, organisation and how many signatures, of these organisations."""
    return work.read(
        "SELECT item, organisation, count(*) FROM catalogue.signature WHERE organisation = ANY(%s) GROUP BY 1, 2",
        (list(organisations),),
    )
