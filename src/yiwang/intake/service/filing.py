"""卷内 — what every act on an application writes: what was brought, notices, visits, timers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from yiwang.casework.messages.case import Case
from yiwang.casework.service import reading, running, tolerating
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Published
from yiwang.ground.outcome import FieldError, Forbidden, Invalid
from yiwang.intake import store
from yiwang.intake.messages import Application, Receipt
from yiwang.intake.service.reading import centre_of
from yiwang.intake.store import BROUGHT, NOTICE, VISIT
from yiwang.plumbing.outbox import after_day
from yiwang.plumbing.work import Work


def check_centre(work: Work, application: Application) -> None:
    """本中心: Forbidden unless the actor works at the centre that took the application in, or has taken it over."""
    if work.actor.organisation != centre_of(work, application):
        raise Forbidden("intake.not_your_centre")


def own_materials(published: Published, application: Application, materials: Iterable[str]) -> None:
    """自备: nothing but the applicant's own can be brought; what a department holds is never taken in (R38)."""
    own = {m.code for m in catalogue.needs(published.item, application.answers).bring}
    if other := sorted(set(materials) - own):
        raise Invalid("intake.form", errors=tuple(FieldError(code[:60], "field.not_yours") for code in other))


def bring_in(
    work: Work,
    application: Application,
    there: store.Brought,
    brought: Mapping[str, tuple[str, ...]],
    how: str = "paper",
    file: UUID | None = None,
    words: str = "",
) -> set[str]:
    """收下: keep what was brought; all that is there now."""
    for material, checked in brought.items():
        key = {"home": application.home, "application": application.id, "material": material}
        values: dict[str, object] = {"how": how, "file": file, "checked": checked, "words": words, "at": work.now}
        if material in there:
            work.change(BROUGHT, key, {"checked": checked} if how == "paper" else values)
        else:
            work.put_once(BROUGHT, {**key, **values})
    return there.keys() | brought.keys()


def lacking(application: Application, published: Published, there: set[str]) -> tuple[list[str], list[str]]:
    """欠缺: the applicant's own materials that are neither brought nor a form already filled in; and of these apart
    what the item lists as tolerable.
    """
    needs = catalogue.needs(published.item, application.answers)
    absent = [m for m in needs.bring if not m.data_items and m.code not in there]
    tolerable = [m.code for m in absent if catalogue.tolerable(m)]
    return [m.code for m in absent if m.code not in tolerable], tolerable


def receipt_of(case: Case, work: Work) -> Receipt:
    """凭证: the receipt of a case as it stands, with what is still to come and until when."""
    dues = reading.dues(case, work.today, work.calendar)
    waits = tolerating.of_case(work, case)
    return Receipt(
        home=case.matter.home,
        id=case.matter.id,
        number=case.matter.number,
        item=case.matter.item,
        item_name=case.matter.item_name,
        applicant=case.matter.applicant,
        receiving=case.matter.receiving,
        at=work.now,
        accepted_on=case.timing.accepted_on,
        promised_due=dues.promised,
        legal_due=dues.legal,
        provisional=dues.provisional,
        outstanding=waits[0].lacking if waits else (),
        outstanding_until=waits[1] if waits else None,
    )


def give_notice(work: Work, application: Application, kind: str, body: Mapping[str, object]) -> None:
    """通知: a written notice of the receiving centre's to the applicant."""
    work.add(
        NOTICE,
        {
            "home": application.home,
            "application": application.id,
            "id": work.new_id(),
            "kind": kind,
            "body": body,
            "by_person": work.actor.person,
            "by_organisation": centre_of(work, application),
            "at": work.now,
        },
    )


def count_visit(work: Work, application: Application, reason: str) -> None:
    """到场: count a visit; the second one is a defect that stands in the journal with whom it happened (R01)."""
    seq = application.visits + 1
    work.add(
        VISIT,
        {
            "home": application.home,
            "application": application.id,
            "seq": seq,
            "reason": reason,
            "place": work.actor.organisation,
            "at": work.now,
        },
    )
    if seq > 1:
        running.note_on(
            work, application.home, application.id, "visit.second", {"reason": reason, "seq": seq}, "规定 2"
        )


def wait_for(work: Work, kind: str, application: Application, day: date, facts: Mapping[str, object]) -> None:
    """定时: a timer that is due when this day is over."""
    work.later(
        kind,
        {"id": str(application.id), **facts},
        home=application.home,
        due=after_day(day),
        lane="clock",
        key=str(application.id),
    )
