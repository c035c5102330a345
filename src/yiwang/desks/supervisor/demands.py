"""督办页 — demand words of whoever answers for a step; all demands of the area, open, late, answered; as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.directory import service as directory
from yiwang.front import demands as words_of
from yiwang.front import scope
from yiwang.front.desk import Desk, Form
from yiwang.front.look.parts import Column, Listing, NavItem
from yiwang.front.routes import page
from yiwang.front.sheets import sheet
from yiwang.ground.number import show
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Demand
from yiwang.plumbing.i18n import mark, translator
from yiwang.plumbing.work import Work

READ: dict[str, Any] = {"act": "thread.read"}
PATH = "/supervision/demands"
SIZE = 30
STATES = {
    "": mark("全部"),
    "open": mark("等待答复"),
    "late": mark("逾期未答"),
    "answered": mark("已答复"),
    "lapsed": mark("没有答复，办件已结束"),
}
COLUMNS = (
    (mark("状态"), False),
    (mark("督办什么"), False),
    (mark("谁答复"), False),
    (mark("答复期限"), False),
    (mark("答复"), True),
    (mark("事项"), True),
    (mark("办件编号"), True),
)


def demand(work: Work, ref: str, task: UUID, form: Form) -> None:
    """督办 from the form on the thread's page."""
    matter = scope.case(work, ref).matter
    days = form.get("days").strip()
    number = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0
    oversight.demand(Demand(home=matter.home, id=matter.id, task=task, words=form.get("words"), days=number), work)


def _state(desk: Desk) -> str:
    asked = str(desk.request.query_params.get("state", ""))
    return asked if asked in STATES else ""


@page(PATH, opt=READ)
def demands(desk: Desk, page: int = 1) -> Response[str]:
    """督办一览: the open ones first, by their days; each leads to its case."""
    state, page = _state(desk), max(1, min(page, 100_000))
    say = translator(desk.language).gettext
    with desk.work() as work:
        under = directory.prefix(desk.who.division)
        rows, counts = oversight.demands(work, under, state=state, limit=SIZE, offset=(page - 1) * SIZE)
        shown = words_of.told(work, rows)
    return desk.page(
        "demands.html",
        rows=shown,
        tabs=[
            NavItem(say(label), f"{PATH}?state={key}" if key else PATH, current=key == state, count=counts[key])
            for key, label in STATES.items()
        ],
        columns=[Column(say(label), wide=wide) for label, wide in COLUMNS],
        listing=Listing(
            PATH,
            counts[state],
            page,
            SIZE,
            kept={"state": state} if state else {},
            export=f"{PATH}.csv",
            searchable=False,
        ),
    )


@page(f"{PATH}.csv", opt=READ)
def exported(desk: Desk) -> Response[bytes]:
    """导出: the same list for Excel."""
    say = translator(desk.language).gettext
    head = (
        *(mark("状态"), mark("督办什么"), mark("督办人"), mark("督办时间"), mark("单位"), mark("岗位"), mark("人员")),
        *(mark("卡在哪一环"), mark("答复期限"), mark("答复"), mark("答复人"), mark("答复时间"), mark("事项")),
        mark("办件编号"),
    )
    with desk.work() as work:
        under = directory.prefix(desk.who.division)
        rows, _ = oversight.demands(work, under, state=_state(desk), limit=oversight.MOST)
        shown = words_of.told(work, rows)
    cells = [
        (
            *(say(STATES[r["state"]]), r["d"].words, r["asked_by"], f"{r['d'].at:%Y-%m-%d %H:%M}"),
            *(r["desk"], say(r["post"]) if r["post"] else "", r["person"], r["step"], r["d"].due, r["d"].answer),
            *(r["answered_by"], f"{r['d'].answered_at:%Y-%m-%d %H:%M}" if r["d"].answered_at else ""),
            *(r["item"], show(r["d"].number)),
        )
        for r in shown
    ]
    return sheet("demands", [say(label) for label in head], cells)


ROUTES = [demands, exported]
