"""统一出件 — one exit for results: counter, courier, or e-licence at once."""

from __future__ import annotations

from yiwang.casework.messages.case import CompleteStep
from yiwang.casework.service import cases, holding
from yiwang.ground.outcome import Conflict, FieldError, Invalid
from yiwang.ground.zone import day_of
from yiwang.intake import store
from yiwang.intake.messages import Delivered, Delivery, HandOver, IssueResults
from yiwang.intake.service.filing import count_visit
from yiwang.intake.store import APPLICATION, DELIVERY
from yiwang.plumbing.work import Work
from yiwang.sharing.service import licences
from yiwang.sharing.service import requests as sharing


def hand_over(command: HandOver, work: Work) -> Delivered:
    """出件: the issuer at the receiving centre hands the result over; departments never do (R12, SOD4).

    At the counter the recipient's name is written down; by courier the tracking number. Who collects on the day of
    applying has come once (R01).
    """
    application = store.application(work, command.home, command.id, lock=True)
    case = holding.hold(work, command.home, command.id)
    task = next((t for t in case.tasks.values() if t.role == "issuer"), None)
    if task is None:
        raise Conflict("intake.not_ready", number=application.number)
    wanted = {Delivery.COUNTER: ("recipient", command.recipient), Delivery.COURIER: ("tracking", command.tracking)}
    field, value = wanted.get(application.delivery, ("", "-"))
    if not value.strip() or len(value) > 100:
        raise Invalid("intake.form", errors=(FieldError(field, "field.required"),))
    work.add(
        DELIVERY,
        {
            "home": command.home,
            "application": command.id,
            "way": application.delivery,
            "tracking": command.tracking,
            "recipient": command.recipient or application.applicant,
            "by_person": work.actor.person,
            "at": work.now,
        },
    )
    visits = application.visits
    came = (day_of(v.at) for v in store.visits(work, command.home, command.id))
    if application.delivery is Delivery.COUNTER and work.today not in came:
        count_visit(work, application, "collect")
        visits += 1
    cases.complete(
        CompleteStep(
            home=command.home,
            id=command.id,
            task=task.id,
            outcome="delivered",
            facts={"way": application.delivery},
            clause="行政许可法 44",
        ),
        work,
    )
    work.change(APPLICATION, {"home": command.home, "id": command.id}, {"state": "closed"})
    delivered = Delivered(
        home=command.home,
        id=command.id,
        number=application.number,
        item=application.item,
        way=application.delivery,
        visits=visits,
    )
    work.tell(delivered)
    return delivered


def issue_results(command: IssueResults, work: Work) -> None:
    """制证出证: one licence from each organisation that granted, for the subject of the application (R49: partial
    grant).
    """
    application = store.application(work, command.home, command.application)
    matter = holding.hold(work, command.home, command.id).matter
    subject = sharing.subject_by_id(work, command.home, application.subject)
    for organisation, outcome in command.outcomes.items():
        if outcome == "grant":
            licences.issue(
                work,
                subject,
                command.id,
                matter.item,
                matter.item_version,
                organisation,
                {"number": matter.number},
            )
