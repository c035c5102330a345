"""受理查询 — what applicants and clerks read of an application."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Published
from yiwang.directory import service as directory
from yiwang.intake import store
from yiwang.intake.messages import Application, Delivery, DeliveryRow, Notice, Visit
from yiwang.intake.rules import prefill
from yiwang.intake.rules import visits as visit_rules
from yiwang.intake.rules.prefill import Known
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import Subject
from yiwang.sharing.service import requests as sharing

EARLIER = 10


def application(work: Work, home: int, application_id: UUID) -> Application:
    """One application; NotFound when there is none."""
    return store.application(work, home, application_id)


def item_of(work: Work, of: Application) -> Published:
    """The item version the application was begun under."""
    return catalogue.version_of(work, of.item, of.item_version)


def centre_of(work: Work, of: Application) -> str:
    """受理中心: who has today what the centre had that took the application in. K4"""
    return directory.heir(work, of.receiving, of.item, of.division, work.today)


def applications(work: Work, of: Subject, limit: int = 30, offset: int = 0) -> list[Application]:
    """我的办件: a subject's applications, the newest first."""
    return store.of_subject(work, of.home, of.id, limit, offset)


def known(work: Work, of: Application) -> dict[str, Known]:
    """预填: what the fields of a draft can be filled with, and where that comes from. 规定 6"""
    item = item_of(work, of).item
    needed = catalogue.needs(item, of.answers)
    labels = {m.code: m.source.label for m in needed.held}
    asked = sharing.held(work, of.home, of.id)
    there = [r for r in asked if r.material in labels and r.state in sharing.RIGHT]
    records = [(labels[r.material], {**r.record, **_whole(r.record.get(r.material))}) for r in there]
    before = store.of_subject(work, of.home, of.subject, EARLIER, 0)
    return prefill.known(needed.fields, of.applicant, records, [a.form for a in before if a.id != of.id])


def _whole(document: object) -> Mapping[str, object]:
    """The data items of a document that was asked for as a whole."""
    return document if isinstance(document, Mapping) else {}


def planned_visits(of: Application, way: Delivery) -> int:
    """跑几次: how often this applicant must come in person when the result goes this way. 规定 2"""
    return visit_rules.planned(of.channel, way)


def notices(work: Work, home: int, application_id: UUID) -> list[Notice]:
    """All written notices of an application."""
    return store.notices(work, home, application_id)


def visits(work: Work, home: int, application_id: UUID) -> list[Visit]:
    """Every time somebody came in person."""
    return store.visits(work, home, application_id)


def brought(work: Work, home: int, application_id: UUID) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What was brought: material → (how, checkpoints ticked)."""
    return store.brought(work, home, application_id)


def statements(
    work: Work, home: int, application_id: UUID, there: Mapping[str, tuple[str, tuple[str, ...]]]
) -> dict[str, str]:
    """自述: of what was brought (`there`), what the applicant supplied in words. One query, or none."""
    written = any(how == "statement" for how, _ in there.values())
    return store.statements(work, home, application_id) if written else {}


def delivery(work: Work, home: int, application_id: UUID) -> DeliveryRow | None:
    """How and when the result was delivered."""
    return store.delivery(work, home, application_id)
