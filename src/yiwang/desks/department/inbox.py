"""待办列表 — what the address asks of the inbox; its rows, groups, filters and lights as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from yiwang.casework.messages.desk import Facet, InboxQuery, InboxRow
from yiwang.casework.service import reading
from yiwang.catalogue import service as catalogue
from yiwang.directory import service as directory
from yiwang.front import lights
from yiwang.front.desk import Desk, reference
from yiwang.front.look import wording
from yiwang.front.look.naming import name_of
from yiwang.front.look.parts import Listing, NavItem, Option
from yiwang.front.words import WORDS
from yiwang.handling.service.phrases import OUTCOMES
from yiwang.plumbing.i18n import Translator, mark, translator
from yiwang.plumbing.work import Work

SIZE = 30
PATH = "/desk"
GROUPS = {
    "": mark("本处室"),
    "mine": mark("我领取的"),
    "free": mark("没人领的"),
    "personal": mark("点名要我办的"),
    "deputy": mark("我代理的"),
    "consult": mark("征求我单位意见"),
    "out": mark("我单位征求意见"),
    "paused": mark("停钟中"),
}
LIGHTS = {
    "red": mark("超期"),
    "yellow": mark("临期"),
    "green": mark("正常"),
    "paused": mark("停钟"),
    "none": mark("无期限"),
}
BY = {
    "": mark("按剩余时间"),
    "light": mark("按灯"),
    "week": mark("按到期周"),
    "line": mark("按条线"),
    "item": mark("按事项"),
}
SORTS = ("due", "-due", "item", "-item", "applicant", "-applicant", "opened", "-opened")


@dataclass(frozen=True, slots=True)
class Asked:
    """所问: what an address asks of the inbox, and the addresses that ask a little differently."""

    query: InboxQuery
    page: int = 1
    size: int = SIZE
    given: Mapping[str, str] = field(default_factory=dict)

    def link(self, path: str = PATH, **changed: str) -> str:
        """The address with something changed; another list begins at its first page."""
        kept = {k: v for k, v in self.given.items() if k != "page" or not changed} | changed
        text = urlencode({name: value for name, value in kept.items() if value})
        return f"{path}?{text}" if text else path

    @property
    def tail(self) -> str:
        """What to put behind an address so that one comes back to this list."""
        return self.link("")


def asked_of(desk: Desk) -> Asked:
    """What the address of a request asks; what nobody understands is left out."""
    sent = desk.request.query_params
    names = ("q", "group", "item", "line", "light", "kind", "by", "sort", "page")
    given = {name: str(sent[name])[:100] for name in names if sent.get(name)}
    number = given.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    query = InboxQuery(
        text=given.get("q", ""),
        group=given.get("group", "") if given.get("group") in GROUPS else "",
        item=given.get("item", ""),
        line=given.get("line", ""),
        light=given.get("light", "") if given.get("light") in LIGHTS else "",
        kind=given.get("kind", ""),
        by=given.get("by", "") if given.get("by") in BY else "",
        sort=given.get("sort", "") if given.get("sort") in SORTS else "due",
    )
    return Asked(query, max(1, page), SIZE, given)


@dataclass(frozen=True, slots=True)
class Names:
    """名称: what the codes in the inbox are called in the reader's language."""

    words: Translator
    items: Mapping[tuple[str, str], str]
    lines: Mapping[str, Any]
    today: date

    def of(self, kind: str, key: str, name: str = "") -> str:
        """The name of an item, line, kind of step, light or week."""
        words = self.words
        match kind:
            case "item":
                return (self.items.get((key, ""), "") if words.language == "en" else "") or name or key
            case "line":
                return name_of(self.lines[key], words.language) if key in self.lines else key
            case "kind":
                return words.gettext(WORDS.kind.get(key, key))
            case "light":
                return words.gettext(LIGHTS[key])
        return self._week(key)

    def _week(self, key: str) -> str:
        words = self.words
        if light := {"overdue": "red", "paused": "paused", "none": "none"}.get(key):
            return words.gettext(LIGHTS[light])
        monday = date.fromisoformat(key)
        this = self.today - timedelta(days=self.today.weekday())
        near = {this: words.gettext(mark("本周")), this + timedelta(days=7): words.gettext(mark("下周"))}
        return near.get(monday) or words.gettext(mark("%(day)s那一周"), day=wording.short_date(monday, words.language))


def shown(work: Work, desk: Desk, asked: Asked, current: str = "") -> dict[str, Any]:
    """The list as a page shows it; `current` is the reference of the case that stands open beside it."""
    who = desk.who
    board = reading.inbox_board(work, who.organisation, who.roles, asked.query, (asked.page - 1) * SIZE, SIZE)
    snapshot = directory.snapshot(work)
    names = Names(translator(desk.language), catalogue.english(work), snapshot.lines, desk.today)
    people = directory.names_of(work, {r.holder for r in board.rows if r.holder})
    facets = {(f.of, f.key): f for f in board.facets}
    kept = {k: v for k, v in asked.given.items() if k not in ("q", "sort", "page")}
    given = asked.given
    return {
        "asked": asked,
        "place": snapshot.organisations[who.organisation],
        "places": snapshot.organisations,
        "english": names.items,
        "listing": Listing(
            PATH, board.total, asked.page, SIZE, given.get("q", ""), given.get("sort", ""), kept, "/desk.csv"
        ),
        "groups": _groups(asked, board.counts, names.words),
        "lights": _lights(asked, board.facets, names.words),
        "choices": {kind: _options(board.facets, kind, names) for kind in ("line", "item", "kind")},
        "by": [Option(key, names.words.gettext(label)) for key, label in BY.items()],
        "rows": list(_lines(work, desk, asked, board.rows, names, facets, people, current)),
        "total": board.counts[""],
        "looked_at": board.looked_at,
    }


def _groups(asked: Asked, counts: Mapping[str, int], words: Translator) -> list[NavItem]:
    """The groups that have something in them, and the one that was asked for."""
    return [
        NavItem(words.gettext(label), asked.link(group=key), "", key == asked.query.group, counts[key])
        for key, label in GROUPS.items()
        if counts[key] or key in ("", "mine", "consult", "out", asked.query.group)
    ]


def _lights(asked: Asked, facets: Iterable[Facet], words: Translator) -> list[dict[str, Any]]:
    """The lights of the group with how many there are: each a link that shows only these, or all again."""
    most = {f.key: f.most for f in facets if f.of == "light"}
    return [
        {
            "level": light,
            "label": words.gettext(label),
            "count": most.get(light, 0),
            "current": asked.query.light == light,
            "href": asked.link(light="" if asked.query.light == light else light),
        }
        for light, label in LIGHTS.items()
        if most.get(light) or light == asked.query.light
    ]


def _options(facets: Iterable[Facet], kind: str, names: Names) -> list[Option]:
    return [Option(f.key, f"{names.of(kind, f.key, f.name)} ({f.most})") for f in facets if f.of == kind]


def _lines(
    work: Work,
    desk: Desk,
    asked: Asked,
    rows: list[InboxRow],
    names: Names,
    facets: Mapping[tuple[str, str], Facet],
    people: Mapping[str, str],
    current: str,
) -> Iterable[dict[str, Any]]:
    """The rows; the first of each kind, where they are put together, says which kind and how many."""
    before = ""
    for row in rows:
        ref = reference(row.home, row.matter)
        key = _key(row, asked.query.by, work) if asked.query.by else ""
        facet = facets.get((asked.query.by, key)) if key != before else None
        before = key
        yield {
            "ref": ref,
            "href": asked.link(f"{PATH}/{ref}"),
            "name": f"{ref}.{row.id}" if row.step_kind in OUTCOMES and row.role in desk.who.roles else "",
            "light": lights.of_row(row, desk.today, work.calendar),
            "row": row,
            "holder": people.get(row.holder, ""),
            "mine": row.holder == desk.who.person,
            "current": ref == current,
            "heading": names.of(asked.query.by, key, facet.name) if facet else "",
            "count": facet.kept if facet else 0,
        }


def _key(row: InboxRow, by: str, work: Work) -> str:
    """Which kind a row belongs to, as the query has it."""
    if by in ("item", "line"):
        return str(getattr(row, by))
    lamp = lights.of_row(row, work.today, work.calendar)
    level = lamp.level if lamp else "none"
    if by == "light":
        return level
    due = reading.nearest_due(row)
    if row.paused or due is None or level == "red":
        return "overdue" if level == "red" else level
    return (due - timedelta(days=due.weekday())).isoformat()
