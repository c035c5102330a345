"""共享库 — sharing's SQL: subjects, requests to departments, accesses, e-licences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from yiwang.ground.outcome import NotFound
from yiwang.plumbing.tables import Mode, Table
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import LicenceRow, State, Subject, SubjectKind, Webhook

SUBJECT = Table(
    "sharing.subject",
    {
        "home": "int",
        "id": "uuid",
        "kind": "text",
        "identifier": "text",
        "name": "text",
        "phone": "text",
        "created_at": "timestamptz",
    },
    ("home", "id"),
    {"subject_identifier_key": "work.try_again"},
    thread=("id",),
)
REQUEST = Table(
    "sharing.request",
    {
        "home": "int",
        "matter": "uuid",
        "material": "text",
        "subject": "uuid",
        "item": "text",
        "item_version": "int",
        "line": "text",
        "resource": "text",
        "data_items": "jsonb",
        "state": "text",
        "record": "jsonb",
        "record_version": "text",
        "as_of": "timestamptz",
        "own": "jsonb",
        "reason": "text",
        "requested_by": "text",
        "requested_for": "text",
        "requested_at": "timestamptz",
        "settled_at": "timestamptz",
    },
    ("home", "matter", "material"),
    {"request_pkey": "work.try_again"},
    thread=("matter",),
    parts=(("state", "settled_at", "reason"), ("record", "record_version", "as_of"), ("own",)),
)
ACCESS = Table(
    "sharing.access",
    {
        "home": "int",
        "id": "uuid",
        "subject": "uuid",
        "matter": "uuid",
        "item": "text",
        "material": "text",
        "line": "text",
        "data_items": "jsonb",
        "person": "text",
        "organisation": "text",
        "purpose": "text",
        "outcome": "text",
        "at": "timestamptz",
    },
    ("home", "id"),
    thread=("matter", "subject"),
)
LICENCE = Table(
    "sharing.licence",
    {
        "home": "int",
        "id": "uuid",
        "code": "text",
        "name": "text",
        "subject": "uuid",
        "holder": "text",
        "issuer": "text",
        "issuer_name": "text",
        "matter": "uuid",
        "item": "text",
        "state": "text",
        "facts": "jsonb",
        "issued_on": "date",
        "valid_to": "date",
        "signature": "bytea",
    },
    ("home", "id"),
    {"licence_once": "licence.already_issued"},
    thread=("matter", "subject"),
    parts=(("state",),),
)


@dataclass(frozen=True, slots=True)
class Request:
    """共享请求: one material that a department holds, asked for one case. `record` maps data item to value."""

    matter: UUID
    material: str
    subject: UUID
    item: str
    item_version: int
    line: str
    resource: str
    data_items: tuple[str, ...]
    state: State
    record: Mapping[str, Any]
    record_version: str
    as_of: datetime | None
    own: Mapping[str, Any]
    reason: str
    requested_by: str
    requested_for: str
    requested_at: datetime
    settled_at: datetime | None


ASKING = (State.REQUESTED, State.FAILED)
"""The department is still being asked."""

_REQUEST_COLUMNS = (
    "matter, material, subject, item, item_version, line, resource, data_items, state, record, record_version,"
    " as_of, own, reason, requested_by, requested_for, requested_at, settled_at"
)


def _request(row: tuple[Any, ...]) -> Request:
    values = list(row)
    values[7] = tuple(values[7])
    values[8] = State(values[8])
    values[9] = values[9] or {}
    values[12] = values[12] or {}
    return Request(*values)


def requests(work: Work, home: int, matter: UUID) -> list[Request]:
    """All that was asked of departments for one case."""
    rows = work.read(
        f"SELECT {_REQUEST_COLUMNS} FROM sharing.request WHERE home = %s AND matter = %s ORDER BY material",  # noqa: S608 — constant columns
        (home, matter),
    )
    return [_request(row) for row in rows]


def request(work: Work, home: int, matter: UUID, material: str) -> Request:
    """One request; NotFound when the case never needed this material from a department."""
    rows = work.read(
        f"SELECT {_REQUEST_COLUMNS} FROM sharing.request WHERE home = %s AND matter = %s AND material = %s",  # noqa: S608 — constant columns
        (home, matter, material),
    )
    if not rows:
        raise NotFound("sharing.no_such_request", material=material)
    return _request(rows[0])


def find_subject(work: Work, home: int, kind: SubjectKind, identifier: str) -> Subject | None:
    """The subject with this identifier, if it is known."""
    rows = work.read(
        "SELECT id, name, phone FROM sharing.subject WHERE home = %s AND kind = %s AND identifier = %s",
        (home, kind, identifier),
    )
    if not rows:
        return None
    return Subject(home=home, id=rows[0][0], kind=kind, identifier=identifier, name=rows[0][1], phone=rows[0][2])


def subject(work: Work, home: int, subject_id: UUID) -> Subject:
    """The subject, for code that has a purpose and writes the access down."""
    rows = work.read(
        "SELECT kind, identifier, name, phone FROM sharing.subject WHERE home = %s AND id = %s", (home, subject_id)
    )
    if not rows:
        raise NotFound("sharing.no_subject")
    kind, identifier, name, phone = rows[0]
    return Subject(home=home, id=subject_id, kind=SubjectKind(kind), identifier=identifier, name=name, phone=phone)


def log_access(
    work: Work,
    home: int,
    subject_id: UUID,
    matter: UUID | None,
    item: str,
    material: str,
    line: str,
    data_items: tuple[str, ...],
    purpose: str,
    outcome: str,
    *,
    person: str = "",
    organisation: str = "",
) -> None:
    """Write down one reading of somebody's data; by default it was the actor's."""
    work.add(
        ACCESS,
        {
            "home": home,
            "id": work.new_id(),
            "subject": subject_id,
            "matter": matter,
            "item": item,
            "material": material,
            "line": line,
            "data_items": data_items,
            "person": person or work.actor.person,
            "organisation": organisation or work.actor.organisation,
            "purpose": purpose,
            "outcome": outcome,
            "at": work.now,
        },
        Mode.ADD,
    )


@dataclass(frozen=True, slots=True)
class AccessRow:
    """谁看过我的数据: one reading, as the person it is about sees it."""

    at: datetime
    organisation: str
    person: str
    item: str
    material: str
    line: str
    data_items: tuple[str, ...]
    purpose: str
    outcome: str
    matter: UUID | None


def _access(row: tuple[Any, ...]) -> AccessRow:
    values = list(row)
    values[6] = tuple(values[6])
    return AccessRow(*values)


def accesses(work: Work, home: int, subject_id: UUID, limit: int, offset: int) -> list[AccessRow]:
    """Readings of a subject's data, the newest first."""
    rows = work.read(
        "SELECT at, organisation, person, item, material, line, data_items, purpose, outcome, matter"
        " FROM sharing.access WHERE home = %s AND subject = %s ORDER BY at DESC, id DESC LIMIT %s OFFSET %s",
        (home, subject_id, limit, offset),
    )
    return [_access(row) for row in rows]


_LICENCE_COLUMNS = (
    "home, id, code, name, subject, holder, issuer, issuer_name, item, matter, state, facts, issued_on, valid_to,"
    " signature"
)


def licences(work: Work, home: int, subject_id: UUID) -> list[LicenceRow]:
    """A subject's licences, the newest first."""
    rows = work.read(
        f"SELECT {_LICENCE_COLUMNS} FROM sharing.licence WHERE home = %s AND subject = %s"  # noqa: S608 — constant columns
        " ORDER BY issued_on DESC, id DESC",
        (home, subject_id),
    )
    return [LicenceRow(*row) for row in rows]


def licence_by_code(work: Work, home: int, code: str) -> LicenceRow:
    """The licence with this identifier; NotFound when there is none."""
    rows = work.read(
        f"SELECT {_LICENCE_COLUMNS} FROM sharing.licence WHERE home = %s AND code = %s",  # noqa: S608 — constant columns
        (home, code),
    )
    if not rows:
        raise NotFound("licence.unknown")
    return LicenceRow(*rows[0])


def licences_of_matter(work: Work, home: int, matter: UUID) -> list[LicenceRow]:
    """The licences a case has given."""
    rows = work.read(
        f"SELECT {_LICENCE_COLUMNS} FROM sharing.licence WHERE home = %s AND matter = %s ORDER BY issuer",  # noqa: S608 — constant columns
        (home, matter),
    )
    return [LicenceRow(*row) for row in rows]


WEBHOOK = Table(
    "sharing.webhook",
    {
        "desk": "text",
        "id": "uuid",
        "url": "text",
        "secret": "text",
        "events": "jsonb",
        "created_at": "timestamptz",
    },
    ("desk", "id"),
)


def webhook_row(hook: Webhook) -> dict[str, object]:
    """The row of a registered address."""
    return asdict(hook)


def webhooks(work: Work, desks: list[str]) -> list[Webhook]:
    """The registered addresses of these organisations, the oldest first."""
    rows = work.read(
        "SELECT desk, id, url, secret, events, created_at FROM sharing.webhook WHERE desk = ANY(%s) ORDER BY desk, id",
        (desks,),
    )
    return [
        Webhook(desk=desk, id=id_, url=url, secret=secret, events=tuple(events), created_at=at)
        for desk, id_, url, secret, events, at in rows
    ]
