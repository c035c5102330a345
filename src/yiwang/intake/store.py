"""受理库 — intake's SQL: applications, what was brought, notices, visits, deliveries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from yiwang.ground.outcome import NotFound
from yiwang.intake.messages import Application, Channel, Delivery, DeliveryRow, Notice, Visit
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Work

APPLICATION = Table(
    "intake.application",
    {
        "home": "int",
        "id": "uuid",
        "state": "text",
        "item": "text",
        "item_version": "int",
        "item_name": "text",
        "subject": "uuid",
        "applicant": "text",
        "agent": "text",
        "division": "text",
        "receiving": "text",
        "channel": "text",
        "window_code": "text",
        "answers": "jsonb",
        "form": "jsonb",
        "delivery": "text",
        "address": "text",
        "number": "text",
        "drafted_at": "timestamptz",
        "submitted_at": "timestamptz",
    },
    ("home", "id"),
    thread=("id",),
    parts=(("state",), ("answers",), ("form",), ("delivery", "address"), ("number", "submitted_at")),
)
BROUGHT = Table(
    "intake.brought",
    {
        "home": "int",
        "application": "uuid",
        "material": "text",
        "how": "text",
        "file": "uuid",
        "words": "text",
        "checked": "jsonb",
        "at": "timestamptz",
    },
    ("home", "application", "material"),
    thread=("application",),
    parts=(("checked",),),
)
NOTICE = Table(
    "intake.notice",
    {
        "home": "int",
        "application": "uuid",
        "id": "uuid",
        "kind": "text",
        "body": "jsonb",
        "by_person": "text",
        "by_organisation": "text",
        "at": "timestamptz",
    },
    ("home", "application", "id"),
    thread=("application",),
)
VISIT = Table(
    "intake.visit",
    {"home": "int", "application": "uuid", "seq": "int", "reason": "text", "place": "text", "at": "timestamptz"},
    ("home", "application", "seq"),
    thread=("application",),
)
DELIVERY = Table(
    "intake.delivery",
    {
        "home": "int",
        "application": "uuid",
        "way": "text",
        "tracking": "text",
        "recipient": "text",
        "by_person": "text",
        "at": "timestamptz",
    },
    ("home", "application"),
    {"delivery_pkey": "intake.already_delivered"},
    thread=("application",),
)

_COLUMNS = (
    "home, id, state, item, item_version, item_name, subject, applicant, agent, division, receiving, channel,"
    " window_code, answers, form, delivery, address, number, drafted_at, submitted_at"
)


Brought = dict[str, tuple[str, tuple[str, ...]]]
"""带来的: material → how, checkpoints ticked."""


def _application(row: tuple[Any, ...]) -> Application:
    values = list(row)
    values[11] = Channel(values[11])
    values[13] = {k: tuple(v) if isinstance(v, list) else v for k, v in values[13].items()}
    values[15] = Delivery(values[15])
    return Application(*values)


_VISITS = "(SELECT count(*) FROM intake.visit v WHERE v.home = a.home AND v.application = a.id)"


def application(work: Work, home: int, application_id: UUID, *, lock: bool = False) -> Application:
    """One application; NotFound when there is none."""
    rows = work.read(
        f"SELECT {_COLUMNS}, {_VISITS} FROM intake.application a WHERE home = %s AND id = %s"  # noqa: S608 — constant columns
        + (" FOR UPDATE OF a" if lock else ""),
        (home, application_id),
    )
    if not rows:
        raise NotFound("intake.unknown")
    return _application(rows[0])


_BROUGHT = """(SELECT jsonb_object_agg(b.material, jsonb_build_array(b.how, b.checked)) FROM intake.brought b
    WHERE b.home = a.home AND b.application = a.id)"""


def held(work: Work, home: int, application_id: UUID) -> tuple[Application, Brought]:
    """One application, locked for this act, and what was brought for it. One query. NotFound when there is none."""
    rows = work.read(
        f"SELECT {_COLUMNS}, {_VISITS}, {_BROUGHT} FROM intake.application a"  # noqa: S608 — constant columns
        " WHERE home = %s AND id = %s FOR UPDATE OF a",
        (home, application_id),
    )
    if not rows:
        raise NotFound("intake.unknown")
    there = {material: (how, tuple(checked)) for material, (how, checked) in (rows[0][-1] or {}).items()}
    return _application(rows[0][:-1]), there


def of_subject(work: Work, home: int, subject: UUID, limit: int, offset: int) -> list[Application]:
    """A subject's applications, the newest first."""
    rows = work.read(
        f"SELECT {_COLUMNS}, {_VISITS} FROM intake.application a WHERE home = %s AND subject = %s"  # noqa: S608 — constant columns
        " ORDER BY drafted_at DESC, id DESC LIMIT %s OFFSET %s",
        (home, subject, limit, offset),
    )
    return [_application(row) for row in rows]


def notices(work: Work, home: int, application_id: UUID) -> list[Notice]:
    """All notices of an application, first to last."""
    rows = work.read(
        "SELECT id, kind, body, by_person, by_organisation, at FROM intake.notice"
        " WHERE home = %s AND application = %s ORDER BY id",
        (home, application_id),
    )
    return [Notice(*row) for row in rows]


def visits(work: Work, home: int, application_id: UUID) -> list[Visit]:
    """Every time somebody came for this application."""
    rows = work.read(
        "SELECT seq, reason, place, at FROM intake.visit WHERE home = %s AND application = %s ORDER BY seq",
        (home, application_id),
    )
    return [Visit(*row) for row in rows]


def brought(work: Work, home: int, application_id: UUID) -> Brought:
    """What was brought: material → (how, checkpoints ticked)."""
    rows = work.read(
        "SELECT material, how, checked FROM intake.brought WHERE home = %s AND application = %s",
        (home, application_id),
    )
    return {material: (how, tuple(checked)) for material, how, checked in rows}


def statements(work: Work, home: int, application_id: UUID) -> dict[str, str]:
    """What was supplied in the applicant's own words: material → words."""
    rows = work.read(
        "SELECT material, words FROM intake.brought WHERE home = %s AND application = %s AND how = 'statement'",
        (home, application_id),
    )
    return dict(rows)


def delivery(work: Work, home: int, application_id: UUID) -> DeliveryRow | None:
    """The delivery of an application's result, once it was made."""
    rows = work.read(
        "SELECT way, tracking, recipient, by_person, at FROM intake.delivery WHERE home = %s AND application = %s",
        (home, application_id),
    )
    return DeliveryRow(*rows[0]) if rows else None
