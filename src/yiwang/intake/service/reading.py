"""受理查询 — what applicants and clerks read of an application."""

from __future__ import annotations

from uuid import UUID

from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Published
from yiwang.intake import store
from yiwang.intake.messages import Application, DeliveryRow, Notice, Visit
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import Subject


def application(work: Work, home: int, application_id: UUID) -> Application:
    """One application; NotFound when there is none."""
    return store.application(work, home, application_id)


def item_of(work: Work, of: Application) -> Published:
    """The item version the application was begun under."""
    return catalogue.version_of(work, of.item, of.item_version)


def applications(work: Work, of: Subject, limit: int = 30, offset: int = 0) -> list[Application]:
    """我的办件: a subject's applications, the newest first."""
    return store.of_subject(work, of.home, of.id, limit, offset)


def notices(work: Work, home: int, application_id: UUID) -> list[Notice]:
    """All written notices of an application."""
    return store.notices(work, home, application_id)


def visits(work: Work, home: int, application_id: UUID) -> list[Visit]:
    """Every time somebody came in person."""
    return store.visits(work, home, application_id)


def brought(work: Work, home: int, application_id: UUID) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What was brought: material → (how, checkpoints ticked)."""
    return store.brought(work, home, application_id)


def delivery(work: Work, home: int, application_id: UUID) -> DeliveryRow | None:
    """How and when the result was delivered."""
    return store.delivery(work, home, application_id)
