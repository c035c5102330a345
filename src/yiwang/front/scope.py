"""看得见谁 — whose case may be known to whom: one rule for pages, programs, lists and counts."""

from __future__ import annotations

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding
from yiwang.casework.service import reading as caseread
from yiwang.directory import service as directory
from yiwang.front.desk import read_reference, reference
from yiwang.ground.outcome import Forbidden, NotFound
from yiwang.intake.messages import Application, Channel
from yiwang.intake.service import reading, tolerances
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import Subject, SubjectKind
from yiwang.sharing.service import requests as sharing

OVERSEERS = frozenset({"supervisor", "auditor"})


def myself(work: Work) -> Subject:
    """本人: the subject that an applicant's account stands for."""
    person = directory.person(work, work.actor.person)
    return sharing.know(work, SubjectKind(person.subject_kind), person.subject_identifier, person.name)


def application(work: Work, ref: str) -> Application:
    """An application of one's own, or that one's centre took in; any other is as if it were not there."""
    home, application_id = read_reference(ref)
    found = reading.application(work, home, application_id)
    if work.actor.has("applicant"):
        me = myself(work)
        if (me.home, me.id) == (found.home, found.subject):
            return found
    elif work.actor.organisation and work.actor.organisation == reading.centre_of(work, found):
        return found
    raise NotFound("intake.unknown")


def tolerated(work: Work, ref: str) -> Application:
    """An application that waits for what it was accepted without: at any window, for things may be handed in anywhere;
    any other as `application` has it. R22, 规定 11
    """
    home, application_id = read_reference(ref)
    if work.actor.has("clerk"):
        found = reading.application(work, home, application_id)
        waits = tolerances.outstanding(work, found) if found.number else None
        if waits is not None and waits.open:
            return found
    return application(work, ref)


def authored(work: Work, ref: str) -> Application:
    """An application one may write in: one's own, or as a clerk one that was begun at this centre's window."""
    found = application(work, ref)
    if work.actor.has("applicant") or (work.actor.has("clerk") and found.channel == Channel.WINDOW):
        return found
    raise Forbidden("web.forbidden")


def case(work: Work, ref: str) -> Case:
    """A case of one's own, of one's organisation, or below one's oversight; any other is as if it were not there."""
    found = caseread.look(work, *read_reference(ref))
    if work.actor.has("applicant"):
        application(work, reference(found.matter.home, found.matter.parent or found.matter.id))
    elif not sees(work, found):
        raise NotFound("case.unknown")
    return found


def sees(work: Work, found: Case) -> bool:
    """看得见: whether somebody of the staff may open this case, as `case` has it."""
    actor = work.actor
    if actor.roles & OVERSEERS:
        return directory.in_scope(actor.division, found.matter.division)
    return bool(actor.organisation) and actor.organisation in holding.organisations_of(work, found)
