"""事项库存取 — the catalogue's SQL: items, versions, signatures."""

from __future__ import annotations

from datetime import date
from typing import Any

from yiwang.catalogue.messages import Published, Signature
from yiwang.catalogue.rules.plain import from_plain
from yiwang.ground.outcome import NotFound
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Work

ITEM = Table("catalogue.item", {"code": "text", "name": "text", "created_at": "timestamptz"}, ("code",))
VERSION = Table(
    "catalogue.version",
    {
        "item": "text",
        "version": "int",
        "state": "text",
        "effective_from": "date",
        "body": "jsonb",
        "digest": "text",
        "edited_by": "text",
        "published_by": "text",
        "published_at": "timestamptz",
    },
    ("item", "version"),
    {
        "version_two_persons": "catalogue.two_persons",
        "version_pkey": "work.try_again",
        "version_one_published": "work.try_again",
    },
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
SELECT v.item, v.version, v.state, v.digest, v.effective_from, v.body, v.edited_by,
       (SELECT jsonb_agg(jsonb_build_array(s.line, s.organisation, s.signer, s.post, s.signed_on, s.view))
        FROM catalogue.signature s WHERE s.item = v.item AND s.version = v.version)
FROM catalogue.version v
"""


def _published(row: tuple[Any, ...]) -> Published:
    signatures = tuple(
        Signature(line=a, organisation=b, signer=c, post=d, signed_on=date.fromisoformat(e), view=f)
        for a, b, c, d, e, f in row[7] or []
    )
    return Published(
        item=from_plain(row[5]),
        version=row[1],
        digest=row[3],
        effective_from=row[4] or date.max,
        signatures=signatures,
    )


def version(work: Work, item: str, number: int) -> tuple[Published, str, str]:
    """One version with its state and editor; NotFound when there is none."""
    rows = work.read(_VERSION + "WHERE v.item = %s AND v.version = %s", (item, number))
    if not rows:
        raise NotFound("catalogue.unknown_version", item=item, version=number)
    return _published(rows[0]), rows[0][2], rows[0][6]


def all_published(work: Work) -> list[Published]:
    """The published version of every item, by code."""
    return [_published(row) for row in work.read(_VERSION + "WHERE v.state = 'published' ORDER BY v.item")]


def latest(work: Work, item: str) -> int:
    """The highest version number of an item; 0 when there is none yet."""
    rows = work.read("SELECT max(version) FROM catalogue.version WHERE item = %s", (item,))
    return rows[0][0] or 0


def stamp(work: Work) -> tuple[int, Any]:
    """How many versions are published and when the last one was: changes whenever the published catalogue does."""
    rows = work.read("SELECT count(*), max(published_at) FROM catalogue.version WHERE state = 'published'")
    return rows[0][0], rows[0][1]
