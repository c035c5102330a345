"""时限说明页 — why this date: every clock of a case day by day with the articles, for whoever may see the case. U3"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding, proving
from yiwang.casework.service.proving import Clock
from yiwang.directory import service as directory
from yiwang.front import deadlines, scope
from yiwang.front.desk import Desk, reference
from yiwang.front.look.deadline import GROUNDS
from yiwang.front.look.naming import name_of
from yiwang.front.look.parts import NavItem
from yiwang.front.routes import page
from yiwang.plumbing.i18n import translator
from yiwang.plumbing.work import Work

READ: dict[str, Any] = {"act": "clock.read"}
FIRST = tuple(deadlines.NAMES)


@page("/cases/{ref:str}/clock", opt=READ)
def explained(ref: str, desk: Desk, clock: str = "") -> Response[str]:
    """为什么是这一天: one clock of the case day by day, beside the links to its others, its stops and its calendar."""
    with desk.work() as work:
        case = scope.case(work, ref)
        found = deadlines.clocks(work, case)
        names = {s.id: name_of(s, work.language) for s in holding.published_of(work, case).item.flow.steps}
        places = directory.snapshot(work).organisations
        chosen = next((c for c in found if clock and clock in (c.kind, c.step)), None)
        if chosen is None and (past := deadlines.named(work, case, clock[:60])):
            chosen, found = past, [*found, past]
        chosen = chosen or _first(found)
        context: dict[str, Any] = {
            "accepted": proving.accepted(work, case),
            "item": holding.published_of(work, case).item,
            "version": work.calendar.version,
            "lamp": deadlines.light(work, case),
            "names": names,
            "places": {code: name_of(place, work.language) for code, place in places.items()},
            "back": _back(work, case),
            "as_of": proving.as_of(work, case, chosen) if chosen else work.today,
            "clause": chosen.clause if chosen else "",
        }
    translate = translator(desk.language).gettext
    tabs = [
        NavItem(
            names.get(c.step, c.step) if c.step else translate(deadlines.NAMES[c.kind]),
            f"/cases/{ref}/clock?{urlencode({'clock': clock if clock and c is chosen else c.step or c.kind})}",
            current=c is chosen,
        )
        for c in sorted(found, key=lambda c: FIRST.index(c.kind) if c.kind in FIRST else len(FIRST))
    ]
    layout = "citizen.html" if desk.who.has("applicant") else "staff.html"
    return desk.page(
        "case_clock.html", layout=layout, ref=ref, case=case, chosen=chosen, groups=tabs, grounds=GROUNDS, **context
    )


def _first(found: list[Clock]) -> Clock | None:
    return next((c for c in found if c.kind == "promised"), found[0] if found else None)


def _back(work: Work, case: Case) -> str:
    """The page of the case that whoever asks comes from."""
    ref = reference(case.matter.home, case.matter.id)
    if work.actor.has("applicant"):
        return f"/my/{ref}"
    if work.actor.roles & scope.OVERSEERS:
        return f"/supervision/{ref}"
    return f"/window/{ref}" if work.actor.organisation == holding.receiving_of(work, case) else f"/desk/{ref}"


@page("/cases/{ref:str}/clock.json", opt=READ)
def proof(ref: str, desk: Desk) -> Response[bytes]:
    """下载凭据: the proof as a file; `yiwang due --proof FILE` reckons it again."""
    with desk.work() as work:
        case = scope.case(work, ref)
        made = msgspec.json.format(msgspec.json.encode(deadlines.prove(work, case)), indent=1)
    return Response(
        made,
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="clock-{case.matter.number}.json"'},
    )


ROUTES = [explained, proof]
