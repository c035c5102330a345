"""追责页面 — which links broke: step, post, since when, by which rule, whether they are mended; as a file too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding
from yiwang.catalogue import service as catalogue
from yiwang.directory import service as directory
from yiwang.front.desk import Desk, reference
from yiwang.front.look.naming import name_of
from yiwang.front.look.parts import Column, Listing, NavItem, Option
from yiwang.front.routes import page
from yiwang.front.sheets import sheet
from yiwang.front.words import WORDS
from yiwang.ground.number import show
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Kind
from yiwang.oversight.service import Broken, Seen
from yiwang.plumbing.i18n import SOURCE, known, mark, translator
from yiwang.plumbing.work import Work

READ: dict[str, Any] = {"act": "thread.read"}
SIZE = 30
COLUMNS = (
    (mark("类别"), False),
    (mark("卡在哪一环"), False),
    (mark("谁的责任"), False),
    (mark("自"), False),
    (mark("期限"), True),
    (mark("依据"), True),
    (mark("现状"), False),
    (mark("事项"), True),
    (mark("办件编号"), True),
)
TONES = {"warning": "warn", "inaction": "bad", "slowness": "bad", "misconduct": "bad"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the list was asked for."""

    kind: str
    desk: str
    item: str


def _asked(kind: str, desk: str, item: str) -> _Asked:
    return _Asked(kind if kind in tuple(Kind) else "", desk.strip()[:60], item.strip()[:60])


def lines(work: Work, rows: list[Seen]) -> list[dict[str, Any]]:
    """Records with the names of steps, desks, posts and people."""
    places = directory.snapshot(work).organisations
    posts = directory.post_names(work, [r.stall.post for r in rows])
    people = directory.names_of(work, [r.stall.person for r in rows if r.stall.person])
    return [_line(work, row, places, posts, people) for row in rows]


def _line(work: Work, row: Seen, places: Any, posts: dict[str, str], people: dict[str, str]) -> dict[str, Any]:
    stall = row.stall
    say = translator(known(work.language) or SOURCE).gettext
    item = step = ""
    if row.case is not None:
        version = catalogue.version_of(work, stall.item, row.case.matter.item_version).item
        item = name_of(version, work.language)
        step = next((name_of(s, work.language) for s in version.flow.steps if s.id == stall.step), "")
    return {
        "href": f"/supervision/{reference(stall.home, stall.matter)}",
        "kind": say(WORDS.stalled[stall.kind]),
        "tone": TONES[stall.kind],
        "what": say(WORDS.broken.get(stall.what, stall.what)),
        "step": step,
        "desk": name_of(places[stall.desk], work.language) if stall.desk in places else stall.desk,
        "post": posts.get(stall.post, ""),
        "person": people.get(stall.person, ""),
        "since": stall.since,
        "due": stall.due,
        "rule": stall.rule,
        "at": stall.at,
        "mended": row.mended,
        "item": item or stall.item,
        "number": stall.number,
    }


def told(work: Work, case: Case, link: Broken) -> dict[str, Any]:
    """断在哪里: the broken link of a case, by name."""
    steps = {s.id: name_of(s, work.language) for s in holding.published_of(work, case).item.flow.steps}
    places = directory.snapshot(work).organisations
    say = translator(known(work.language) or SOURCE).gettext
    return {
        "link": link,
        "what": say(WORDS.broken.get(link.what, link.what)),
        "step": steps.get(link.step, ""),
        "desk": name_of(places[link.desk], work.language) if link.desk in places else link.desk,
        "post": directory.post_names(work, [link.post]).get(link.post, ""),
        "person": directory.names_of(work, [link.person])[link.person] if link.person else "",
    }


@page("/supervision/stalls", opt=READ)
def stalls(desk: Desk, kind: str = "", organisation: str = "", item: str = "", page: int = 1) -> Response[str]:
    """追责记录: filtered by kind, organisation and item, the newest first; each leads to its case. R52, R76"""
    asked, page = _asked(kind, organisation, item), max(1, min(page, 100_000))
    say = translator(desk.language).gettext
    with desk.work() as work:
        under = directory.prefix(desk.who.division)
        rows, total = oversight.stalls(
            work, under, kind=asked.kind, desk=asked.desk, item=asked.item, limit=SIZE, offset=(page - 1) * SIZE
        )
        shown = lines(work, rows)
        counted = oversight.stall_counts(work, under)
        places = directory.snapshot(work).organisations
        names = {p.item.code: name_of(p.item, work.language) for p in catalogue.items(work)}
    kept = {"kind": asked.kind, "organisation": asked.desk, "item": asked.item}
    return desk.page(
        "stalls.html",
        rows=shown,
        asked=asked,
        tabs=_tabs(counted, asked, say),
        organisations=_options(
            {d for _, d, _, _ in counted}, {c: name_of(o, desk.language) for c, o in places.items()}
        ),
        items=_options({i for _, _, i, _ in counted}, names),
        columns=[Column(say(label), wide=wide) for label, wide in COLUMNS],
        listing=Listing(
            "/supervision/stalls", total, page, SIZE, kept=kept, export="/supervision/stalls.csv", searchable=False
        ),
    )


def _options(codes: set[str], names: dict[str, str]) -> list[Option]:
    return [Option(code, names.get(code, code)) for code in sorted(codes) if code]


def _tabs(counted: list[tuple[str, str, str, int]], asked: _Asked, say: Any) -> list[NavItem]:
    totals = {kind: sum(n for k, _, _, n in counted if k == kind) for kind in Kind}
    tabs = [NavItem(say(mark("全部")), "/supervision/stalls", current=not asked.kind, count=sum(totals.values()))]
    return tabs + [
        NavItem(
            say(WORDS.stalled[kind]), f"/supervision/stalls?kind={kind}", current=asked.kind == kind, count=totals[kind]
        )
        for kind in Kind
    ]


@page("/supervision/stalls.csv", opt=READ)
def exported(desk: Desk, kind: str = "", organisation: str = "", item: str = "") -> Response[bytes]:
    """导出: the same list for Excel."""
    asked = _asked(kind, organisation, item)
    say = translator(desk.language).gettext
    head = (
        mark("类别"),
        mark("什么"),
        mark("卡在哪一环"),
        mark("单位"),
        mark("岗位"),
        mark("人员"),
        mark("自"),
        mark("期限"),
        mark("依据"),
        mark("现状"),
        mark("事项"),
        mark("办件编号"),
        mark("记录时间"),
    )
    with desk.work() as work:
        rows, _ = oversight.stalls(
            work,
            directory.prefix(desk.who.division),
            kind=asked.kind,
            desk=asked.desk,
            item=asked.item,
            limit=oversight.MOST,
        )
        shown = lines(work, rows)
    cells = [
        (
            *(r["kind"], r["what"], r["step"], r["desk"], r["post"], r["person"], r["since"], r["due"], r["rule"]),
            say(mark("已接上")) if r["mended"] else say(mark("仍然断着")),
            *(r["item"], show(r["number"]), f"{r['at']:%Y-%m-%d %H:%M}"),
        )
        for r in shown
    ]
    return sheet("stalls", [say(label) for label in head], cells)


ROUTES = [stalls, exported]
