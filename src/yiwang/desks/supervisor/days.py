"""用时页面 — for leaders: how many days each organisation takes of a case, by item, and how many of them too many."""

from __future__ import annotations

from typing import Any

from litestar import Response

from yiwang.casework.service import delays
from yiwang.casework.service.delays import Keeper
from yiwang.catalogue import service as catalogue
from yiwang.directory import service as directory
from yiwang.front.delays import KEEPERS
from yiwang.front.desk import Desk
from yiwang.front.look.naming import name_of
from yiwang.front.look.parts import Column, Listing
from yiwang.front.look.wording import number
from yiwang.front.routes import page
from yiwang.front.sheets import sheet
from yiwang.plumbing.i18n import mark, translator

READ: dict[str, Any] = {"act": "thread.read"}
COLUMNS = (
    (mark("谁的时间"), False),
    (mark("事项"), False),
    (mark("办件数"), True),
    (mark("平均天数"), True),
    (mark("平均工作日"), True),
    (mark("超期工作日合计"), True),
)


def _lines(desk: Desk) -> list[tuple[str, str, int, float, float, int]]:
    """Who, item, cases, mean days, mean working days, overdue working days in all; the most overdue first."""
    say = translator(desk.language).gettext
    with desk.work() as work:
        found = delays.means(work, directory.prefix(desk.who.division))
        places = directory.snapshot(work).organisations
        items = {p.item.code: name_of(p.item, work.language) for p in catalogue.items(work)}
    lines = []
    for (item, keeper, place), mean in found.items():
        named = keeper in (Keeper.POST, Keeper.HALL) and place in places
        who = name_of(places[place], desk.language) if named else say(KEEPERS[keeper])
        lines.append((who, items.get(item, item), mean.cases, mean.days, mean.workdays, mean.overdue))
    return sorted(lines, key=lambda line: (-line[5], -line[4], line[0], line[1]))


@page("/supervision/days", opt=READ)
def days(desk: Desk) -> Response[str]:
    """平均用时: mean days charged, by organisation and item, over the latest cases that are over."""
    say = translator(desk.language).gettext
    lines = _lines(desk)
    return desk.page(
        "days.html",
        rows=[(who, item, n, number(d, 1), number(w, 1), late) for who, item, n, d, w, late in lines],
        columns=[Column(say(label), number=numeric) for label, numeric in COLUMNS],
        listing=Listing(
            "/supervision/days", len(lines), 1, max(len(lines), 1), export="/supervision/days.csv", searchable=False
        ),
        latest=delays.LATEST,
    )


@page("/supervision/days.csv", opt=READ)
def exported(desk: Desk) -> Response[bytes]:
    """导出: the same for Excel."""
    say = translator(desk.language).gettext
    cells = [(who, item, n, round(d, 2), round(w, 2), late) for who, item, n, d, w, late in _lines(desk)]
    return sheet("days", [say(label) for label, _ in COLUMNS], cells)


ROUTES = [days, exported]
