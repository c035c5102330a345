"""容缺窗口 — what was accepted without and is still to come, the most urgent first; any window takes it in. 规定 11"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response

from yiwang.casework.messages.case import Case
from yiwang.casework.messages.desk import InboxQuery
from yiwang.casework.service import reading as caseread
from yiwang.catalogue import service as catalogue
from yiwang.directory import service as directory
from yiwang.front import lights, scope
from yiwang.front.desk import Desk, Form, reference
from yiwang.front.look.parts import Fault, Light
from yiwang.front.routes import page, sent
from yiwang.ground.outcome import Invalid, NotFound, Refused
from yiwang.intake.messages import Application, Supply, Way
from yiwang.intake.service import reading, tolerances
from yiwang.intake.service.tolerances import Outstanding
from yiwang.plumbing.work import Work

ACCEPT: dict[str, Any] = {"act": "window.accept"}
WORK: dict[str, Any] = {"act": "window.work"}
OPEN = InboxQuery(kind="tolerance")
MOST = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """待补: what is still to come, and the light of its last day."""

    found: Outstanding
    light: Light


def waiting(work: Work, application: Application, case: Case) -> Waiting | None:
    """待补: of a case, while something is still to come."""
    found = tolerances.outstanding(work, application, case)
    if found is None or not found.open or case.accepted_at is None:
        return None
    href = lights.explanation(application.home, application.id, "tolerance")
    return Waiting(found, lights.towards(found.until, case.accepted_at, work.today, work.calendar, href))


@page("/window/tolerances", opt=WORK)
def tolerated(desk: Desk) -> Response[str]:
    """容缺待补清单: of this centre, by the last day."""
    with desk.work() as work:
        rows = caseread.inbox(work, desk.who.organisation, desk.who.roles, OPEN, 0, MOST).rows
        cases = caseread.several(work, [(row.home, row.matter) for row in rows])
        lines = [
            {
                "href": f"/window/{reference(row.home, row.matter)}/supply",
                "row": row,
                "light": lights.towards(row.step_due, row.opened_at, desk.today, work.calendar),
                "lacking": _names(work, cases[row.home, row.matter]),
            }
            for row in sorted(rows, key=lambda row: (row.step_due or date.max, row.number))
        ]
        english = catalogue.english(work)
    return desk.page("tolerances.html", lines=lines, english=english)


def _names(work: Work, case: Case) -> list[Any]:
    """The materials still to come, in the order of the item."""
    lacking = case.timing.tolerance.lacking if case.timing.tolerance else ()
    item = catalogue.version_of(work, case.matter.item, case.matter.item_version).item
    return [m for m in item.materials if m.code in lacking]


@page("/window/{ref:str}/supply", opt=ACCEPT)
def supply_page(ref: str, desk: Desk, done: int = 0) -> Response[str]:
    """补交页: the checklist of what is still to come; at whichever window."""
    return _page(desk, ref, done=done)


def _page(
    desk: Desk, ref: str, problem: Refused | None = None, form: Form | None = None, done: int = 0
) -> Response[str]:
    with desk.work() as work:
        application = scope.application(work, ref) if done else scope.tolerated(work, ref)
        if not application.number:
            raise NotFound("intake.unknown")
        case = caseread.look(work, application.home, application.id)
        item = reading.item_of(work, application).item
        waits = waiting(work, application, case)
        place = directory.organisation(work, application.receiving)
        own = application.receiving == desk.who.organisation
    said = desk.faults(problem) if problem else []
    faults = [Fault("way" if f.field == "brought" else f"brought.{f.field}", f.message) for f in said]
    return desk.page(
        "supply.html",
        422 if problem else 200,
        ref=ref,
        application=application,
        item=item,
        waits=waits,
        place=place,
        own=own,
        problem=problem,
        faults=faults,
        wrong={f.field: f.message for f in faults},
        ticked=form.ticked("brought.") if form else {},
        way=form.get("way") if form else "post",
        done=done,
    )


@sent("/window/{ref:str}/supply", opt=ACCEPT)
def supply(ref: str, desk: Desk, body: bytes) -> Response[str]:
    """登记补交: what has come, ticked; the rest may come later."""
    form = desk.form(body)

    def take_in(work: Work) -> dict[str, bool]:
        application = scope.tolerated(work, ref)
        command = Supply(
            home=application.home,
            id=application.id,
            brought={m: ticks for m, ticks in form.ticked("brought.").items() if ticks},
            way=Way.WINDOW if form.get("way") in ("window", "visit") else Way.POST,
            visited=form.get("way") == "visit",
        )
        own = application.receiving == work.actor.organisation
        return {"own": own, "open": tolerances.supply(command, work).outstanding}

    try:
        answer = desk.once(form, body, take_in).body
    except ValueError as error:
        raise Invalid("web.bad_request") from error
    except NotFound:
        raise
    except Refused as problem:
        return _page(desk, ref, problem, form)
    if answer["open"] or answer["own"]:
        return desk.go(f"/window/{ref}/supply?done=1" if answer["own"] else f"/window/{ref}/supply")
    return desk.go("/window?done=1")


ROUTES = [tolerated, supply_page, supply]
