"""容缺 — a case accepted although listed materials are still to come: asked, supplied, and over. 规定 11"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from yiwang.casework.messages.case import Case, Duty, Task, Tolerance
from yiwang.casework.rules import tolerating
from yiwang.casework.rules.tolerating import TOLERANCE
from yiwang.casework.service import asides
from yiwang.casework.service.cases import CLERK
from yiwang.casework.service.holding import calendar_of, due_columns, hold, note, receiving_of
from yiwang.casework.service.running import close_tolerance, keep, take_part
from yiwang.casework.store.inbox import INBOX
from yiwang.directory import service as directory
from yiwang.ground.clock import Limit, reckon
from yiwang.plumbing.work import Work

CLAUSE = "规定 11"
ONLINE = "online"
"""网上自述: supplied by the applicant alone; in every other way by a clerk, who has then accepted with the others."""


def tolerate(work: Work, home: int, case_id: UUID, lacking: Iterable[str], limit: Limit) -> Tolerance:
    """容缺受理: write into an accepted case what is still to come and until when; it waits at the receiving centre.

    Conflict `tolerance.given` the second time.
    """
    case = hold(work, home, case_id)
    until = reckon(work.today, limit, work.calendar).due
    case.timing = tolerating.tolerate(case.timing, lacking, limit, work.today, until)
    found = case.timing.tolerance
    assert found is not None
    desk = receiving_of(work, case)
    aside = Task(
        id=work.new_id(),
        step=TOLERANCE,
        desk=desk,
        role=CLERK,
        opened_at=work.now,
        post=directory.post_for(work, desk, CLERK),
        due=until,
        lenders=(desk,),
    )
    case.asides = (*case.asides, aside)
    work.put_once(INBOX, asides.row(work, case, aside, due_columns(case, work.today, work.calendar)))
    facts = {"lacking": found.lacking, "limit": str(limit), "until": until.isoformat()}
    note(work, case, "tolerance.asked", {"aside": str(aside.id), "desk": desk, **facts}, CLAUSE)
    keep(work, case)
    return found


def supply(work: Work, home: int, case_id: UUID, materials: Iterable[str], how: str) -> Tolerance:
    """补交: these materials have come, `how`; with the last of them the tolerance is met.

    Conflict `tolerance.not_lacking` for what the case does not wait for; Forbidden for a clerk with another duty in it.
    """
    case = hold(work, home, case_id)
    came = sorted(materials)
    case.timing = tolerating.supply(case.timing, came, work.today)
    if how != ONLINE:
        take_part(work, case, Duty.ACCEPT, work.actor.organisation)
    note(work, case, "tolerance.supplied", {"materials": came, "how": how}, CLAUSE)
    found = case.timing.tolerance
    assert found is not None
    if not found.outstanding:
        aside = close_tolerance(work, case)
        note(work, case, "tolerance.met", {"aside": str(aside.id)} if aside else {}, CLAUSE)
    keep(work, case)
    return found


def of_case(work: Work, case: Case) -> tuple[Tolerance, date] | None:
    """容缺情况: what was tolerated in a case, and the last day for it under its calendar; none where nothing was."""
    found = case.timing.tolerance
    return (found, tolerating.due(found, calendar_of(work, case))) if found else None


def outstanding(work: Work, case: Case) -> tuple[Tolerance, date] | None:
    """待补: the same, while something is still to come."""
    found = of_case(work, case)
    return found if found and found[0].outstanding else None
