"""监督页面 — overdue cases and who holds them, the whole thread of one, and the ratings, kept from the handlers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.messages.case import DEMAND, Case, Task
from yiwang.casework.service import holding, parts
from yiwang.casework.service import reading as caseread
from yiwang.casework.service.reading import Held, Overdue
from yiwang.catalogue import service as catalogue
from yiwang.desks.supervisor import calendar, days, demands, stalls
from yiwang.directory import service as directory
from yiwang.front import deadlines, lights, scope
from yiwang.front import demands as asked_for
from yiwang.front.delays import bar
from yiwang.front.desk import Desk, Form, reference
from yiwang.front.look.naming import name_of
from yiwang.front.look.parts import Column, Light, Listing, NavItem, Stat
from yiwang.front.look.wording import number, percent
from yiwang.front.routes import page, sent
from yiwang.front.sheets import sheet
from yiwang.front.thread import said, timeline, view
from yiwang.ground.number import show
from yiwang.ground.outcome import NotFound, Refused
from yiwang.ground.zone import day_of
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Kind
from yiwang.plumbing.i18n import mark, translator
from yiwang.plumbing.work import Work

READ: dict[str, Any] = {"act": "thread.read"}
RATINGS: dict[str, Any] = {"act": "rating.read"}
SIZE = 30
RATED = 50
COLUMNS = (
    (mark("超期"), False),
    (mark("卡在哪一环"), False),
    (mark("谁在办"), False),
    (mark("事项"), False),
    (mark("决定机关"), True),
    (mark("办件编号"), True),
)


@page("/supervision", opt=READ)
def overview(desk: Desk, q: str = "", page: int = 1) -> Response[str]:
    """监督首页: a few true numbers, a case by its number, and what is past its promise with the link that broke."""
    q, page = q.strip()[:60], max(1, min(page, 100_000))
    problem = None
    with desk.work() as work:
        if q:
            try:
                ref = reference(*caseread.find(work, q))
                scope.case(work, ref)
                return desk.go(f"/supervision/{ref}")
            except Refused as refusal:
                problem = refusal
        under = directory.prefix(desk.who.division)
        rows, total = caseread.overdue(work, under, (page - 1) * SIZE, SIZE)
        figures = caseread.figures(work, under)
        pressed = oversight.demands(work, under, limit=1)[1]
        written = sum(n for kind, *_, n in oversight.stall_counts(work, under) if kind != Kind.WARNING)
        lines = _lines(work, rows)
    translate = translator(desk.language).gettext
    share = percent(figures.in_time / figures.decided) if figures.decided else "—"
    tiles = [
        Stat(translate(mark("正在办理的办件")), number(figures.open), translate(mark("件"))),
        Stat(translate(mark("超过承诺时限")), number(figures.overdue), translate(mark("件")), href="#list"),
        Stat(translate(mark("三个工作日内到期")), number(figures.soon), translate(mark("件"))),
        Stat(translate(mark("停钟中")), number(figures.paused), translate(mark("件"))),
        Stat(translate(mark("追责记录")), number(written), translate(mark("条")), href="/supervision/stalls"),
        Stat(
            translate(mark("督办未答")),
            number(pressed["open"]),
            translate(mark("件")),
            href="/supervision/demands?state=open",
            note=translate(mark("其中逾期 %(n)s 件"), n=number(pressed["late"])) if pressed["late"] else "",
        ),
        Stat(
            translate(mark("按期办结")),
            share,
            note=translator(desk.language).gettext(
                mark("近 90 天收 %(received)s 件，办结 %(decided)s 件"),
                received=number(figures.received),
                decided=number(figures.decided),
            ),
        ),
    ]
    return desk.page(
        "overview.html",
        q=q,
        problem=problem,
        tiles=tiles,
        rows=lines,
        columns=[Column(translate(label), wide=wide) for label, wide in COLUMNS],
        listing=Listing("/supervision", total, page, SIZE, export="/supervision.csv", searchable=False),
    )


def _lines(work: Work, rows: list[Overdue]) -> list[dict[str, Any]]:
    """Overdue cases, those of several parts with who holds the parts."""
    wholes = [r for r in rows if any(h.desk == holding.AUTOMATIC for h in r.held)]
    inside = parts.held(work, [(r.home, r.id) for r in wholes])
    return [_line(work, row, inside.get((row.home, row.id), ())) for row in rows]


def _line(work: Work, row: Overdue, inside: Iterable[tuple[str, Task]]) -> dict[str, Any]:
    """An overdue case as the list shows it: every open step with the desk that holds it and since when."""
    places = directory.snapshot(work).organisations
    item = catalogue.version_of(work, row.item, row.item_version).item
    steps = {s.id: s for s in item.flow.steps}
    days = work.calendar.count(work.today, row.promised_due)
    of_item = {s.item: s.id for s in item.flow.steps if s.item}
    held = [Held(of_item[of], t.desk, day_of(t.opened_at), t.due) for of, t in inside if of in of_item]
    return {
        "href": f"/supervision/{reference(row.home, row.id)}",
        "row": row,
        "item": name_of(item, work.language),
        "light": Light("red", days, row.promised_due, href=lights.explanation(row.home, row.id)),
        "held": [
            {
                "step": name_of(steps[h.step], work.language) if h.step in steps else h.step,
                "desk": name_of(places[h.desk], work.language) if h.desk in places else "",
                "since": h.since,
                "days": work.calendar.count(h.since, work.today),
                "broken": h.due is not None and h.due < work.today,
            }
            for h in (*row.held, *held)
            if h.desk != holding.AUTOMATIC
        ],
        "deciding": name_of(places[row.deciding], work.language) if row.deciding in places else row.deciding,
    }


@page("/supervision.csv", opt=READ)
def exported(desk: Desk) -> Response[bytes]:
    """导出: what is past its promise, with who holds it, for Excel."""
    translate = translator(desk.language).gettext
    head = (
        mark("办件编号"),
        mark("事项"),
        mark("决定机关"),
        mark("承诺期限"),
        mark("超期工作日"),
        mark("卡在哪一环"),
        mark("谁在办"),
    )
    with desk.work() as work:
        rows, _ = caseread.overdue(work, directory.prefix(desk.who.division), 0, caseread.MOST)
        lines = _lines(work, rows)
    comma = translate(mark("、"))
    cells = [
        (
            show(line["row"].number),
            line["item"],
            line["deciding"],
            line["row"].promised_due,
            -line["light"].days,
            comma.join(h["step"] for h in line["held"]),
            comma.join(h["desk"] for h in line["held"]),
        )
        for line in lines
    ]
    return sheet("overdue", [translate(label) for label in head], cells)


@page("/supervision/{ref:str}", opt=READ)
def thread(ref: str, desk: Desk) -> Response[str]:
    """全程: every act with person, post, time and clause; which link broke. R52"""
    return _thread(ref, desk)


@sent("/supervision/{ref:str}/{task:uuid}/demand", opt={"act": "demand.make"})
def demand(ref: str, task: UUID, desk: Desk, body: bytes) -> Response[str]:
    """督办: demand words of whoever answers for a step, by a day."""
    form = desk.form(body)

    def do(work: Work) -> dict[str, str]:
        demands.demand(work, ref, task, form)
        return {}

    try:
        desk.once(form, body, do)
    except NotFound:
        raise
    except Refused as problem:
        return _thread(ref, desk, problem, form, task)
    return desk.go(f"/supervision/{ref}#demands")


def _thread(
    ref: str, desk: Desk, problem: Refused | None = None, form: Form | None = None, at: UUID | None = None
) -> Response[str]:
    with desk.work() as work:
        case = scope.case(work, ref)
        seen = view(work, case)
        entries = caseread.thread(work, case.matter.home, case.matter.id)
        rows, life = [*said(work, entries, case), *_of_parts(work, case)], bar(work, case, entries)
        rows.sort(key=lambda row: row["at"])
        steps = timeline(work, seen)
        link = oversight.broken_link(work, case.matter.home, case.matter.id)
        broken = stalls.told(work, case, link) if link else None
        item = catalogue.version_of(work, case.matter.item, case.matter.item_version).item
        held, demanded = _held(work, case), asked_for.shown(work, case)
        lamp = deadlines.light(work, case)
    faults = desk.faults(problem) if problem else []
    return desk.page(
        "thread.html",
        422 if problem else 200,
        ref=ref,
        seen=seen,
        item=item,
        rows=rows,
        steps=steps,
        lamp=lamp,
        life=life,
        broken=broken,
        held=held,
        demanded=demanded,
        problem=problem,
        wrong={f.field: f.message for f in faults},
        given=form,
        at=at,
    )


def _held(work: Work, case: Case) -> list[dict[str, Any]]:
    """正在谁手里: every open step of people, with the post that answers for it, and whether words are owed there."""
    places = directory.snapshot(work).organisations
    tasks = [t for t in case.tasks.values() if t.desk != holding.AUTOMATIC]
    posts = directory.post_names(work, [t.post for t in tasks if t.post])
    people = directory.names_of(work, {t.holder for t in tasks if t.holder})
    owing = {a.desk for a in case.asides if a.step == DEMAND}
    return [
        {
            "task": t,
            "step": name_of(holding.step_of(work, case, t.step), work.language),
            "desk": name_of(places[t.desk], work.language) if t.desk in places else t.desk,
            "post": posts.get(t.post, ""),
            "person": people.get(t.holder, ""),
            "days": work.calendar.count(day_of(t.opened_at), work.today),
            "owing": t.desk in owing,
            "why": lights.explanation(case.matter.home, case.matter.id, t.step),
        }
        for t in tasks
    ]


def _of_parts(work: Work, case: Case) -> list[dict[str, Any]]:
    """The acts of the parts of a case, each with the name of its part."""
    inside = {p.step: p.case for p in parts.parts(work, case) if p.case is not None}
    entries = caseread.threads(work, [(c.matter.home, c.matter.id) for c in inside.values()])
    return [
        row | {"part": name_of(step, work.language)}
        for step, one in inside.items()
        for row in said(work, entries.get((one.matter.home, one.matter.id), []), one)
    ]


@page("/ratings", opt=RATINGS)
def ratings(desk: Desk, bad: int = 0, page: int = 1) -> Response[str]:
    """好差评: as the independent evaluation body reads them, without the applicant. R15"""
    under, page = directory.prefix(desk.who.division), max(1, min(page, 100_000))
    with desk.work() as work:
        rows = oversight.ratings(work, under, bad_only=bool(bad), limit=RATED, offset=(page - 1) * RATED)
        counts = oversight.counts(work, under)
        places = directory.snapshot(work).organisations
    given = sum(n for grade, n in counts.items() if grade != "invited")
    poor = sum(counts.get(g, 0) for g in ("dissatisfied", "very_dissatisfied"))
    translate = translator(desk.language).gettext
    tiles = [
        Stat(translate(mark("已邀评")), number(counts.get("invited", 0)), translate(mark("件"))),
        Stat(translate(mark("已评价")), number(given), translate(mark("件"))),
        Stat(translate(mark("满意率")), percent((given - poor) / given) if given else "—"),
        Stat(translate(mark("差评")), number(poor), translate(mark("件")), href="/ratings?bad=1"),
    ]
    tabs = [
        NavItem(translate(mark("全部")), "/ratings", current=not bad, count=given),
        NavItem(translate(mark("差评")), "/ratings?bad=1", current=bool(bad), count=poor),
    ]
    labels = (mark("时间"), mark("评价"), mark("原因"), mark("留言"), mark("决定机关"), mark("办件编号"))
    return desk.page(
        "ratings.html",
        rows=rows,
        places=places,
        tiles=tiles,
        groups=tabs,
        columns=[Column(translate(label), wide=n > 2) for n, label in enumerate(labels)],
        listing=Listing(
            "/ratings", poor if bad else given, page, RATED, kept={"bad": "1"} if bad else {}, searchable=False
        ),
    )


ROUTES = [overview, exported, *stalls.ROUTES, *demands.ROUTES, *days.ROUTES, *calendar.ROUTES, thread, demand, ratings]
