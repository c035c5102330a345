"""追责页面 — which links broke: step, post, since when, by which rule, whether they are mended; as a file too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding
from yiwang.catalogue import service as catalogue
from yiwang.directory import service as directory
from yiwang.front import deadlines
from yiwang.front.desk import Desk, reference
from yiwang.front.look.naming import clause, name_of
from yiwang.front.look.parts import Column, Listing, NavItem, Option
from yiwang.front.routes import page
from yiwang.front.sheets import sheet
from yiwang.front.words import WORDS
from yiwang.ground.number import show
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Became, Kind, StallQuery
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


STATES = {"open": mark("仍然断着"), "mended": mark("已接上"), "blocked": mark("当场拦下")}
LONG = (1, 3, 5, 10, 20, 40)
PATH = "/supervision/stalls"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the list was asked for, as the address has it; what nobody understands is left out."""

    kind: str = ""
    state: str = ""
    organisation: str = ""
    line: str = ""
    item: str = ""
    rule: str = ""
    days: str = ""

    def query(self, work: Work) -> StallQuery:
        """What oversight is asked: a line is all its organisations, days are those gone by since the link broke."""
        places = directory.snapshot(work).organisations
        desks = {c for c, o in places.items() if not self.line or o.line == self.line}
        if self.organisation:
            desks &= {self.organisation}
        return StallQuery(
            kind=self.kind,
            desks=(tuple(sorted(desks)) or ("-",)) if self.line or self.organisation else (),
            item=self.item,
            rule=self.rule,
            by=work.calendar.add(work.today, -int(self.days)) if self.days else None,
            now=self.state,
        )

    def kept(self, **changed: str) -> dict[str, str]:
        """The address's parts that are asked, with something changed."""
        return {name: value for name, value in (asdict(self) | changed).items() if value}


def _asked(desk: Desk) -> _Asked:
    sent = desk.request.query_params
    given = {name: str(sent.get(name, "")).strip()[:60] for name in _Asked.__dataclass_fields__}
    given["kind"] = given["kind"] if given["kind"] in tuple(Kind) else ""
    given["state"] = given["state"] if given["state"] in STATES else ""
    given["days"] = given["days"] if given["days"] in map(str, LONG) else ""
    return _Asked(**given)


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
        "why": deadlines.of_stall(stall.home, stall.matter, stall.what, stall.step),
        "rule": stall.rule,
        "at": stall.at,
        "now": row.now,
        "state": say(STATES[row.now]),
        "days": work.calendar.count(stall.since, work.today) if row.now == Became.OPEN else None,
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
        "why": deadlines.of_stall(case.matter.home, case.matter.id, link.what, link.step),
        "what": say(WORDS.broken.get(link.what, link.what)),
        "step": steps.get(link.step, ""),
        "desk": name_of(places[link.desk], work.language) if link.desk in places else link.desk,
        "post": directory.post_names(work, [link.post]).get(link.post, ""),
        "person": directory.names_of(work, [link.person])[link.person] if link.person else "",
    }


@page(PATH, opt=READ)
def stalls(desk: Desk, page: int = 1) -> Response[str]:
    """追责记录: filtered by kind, state, organisation, line, item, rule and days, the newest first. R52, R76"""
    asked, page = _asked(desk), max(1, min(page, 100_000))
    say = translator(desk.language).gettext
    with desk.work() as work:
        under = directory.prefix(desk.who.division)
        rows, total, states = oversight.stalls(work, under, asked.query(work), limit=SIZE, offset=(page - 1) * SIZE)
        shown = lines(work, rows)
        counted = oversight.stall_counts(work, under)
        snapshot = directory.snapshot(work)
        names = {p.item.code: name_of(p.item, work.language) for p in catalogue.items(work)}
    places = {c: name_of(o, desk.language) for c, o in snapshot.organisations.items()}
    of_line = {c: o.line for c, o in snapshot.organisations.items()}
    kinds = {code: name_of(line, desk.language) for code, line in snapshot.lines.items()}
    return desk.page(
        "stalls.html",
        rows=shown,
        asked=asked,
        tabs=_tabs(counted, asked, say),
        choices=[
            ("state", say(mark("现状")), _states(states, say), asked.state),
            ("organisation", say(mark("单位")), _options({d for _, d, *_ in counted}, places), asked.organisation),
            ("line", say(mark("条线")), _options({of_line.get(d, "") for _, d, *_ in counted}, kinds), asked.line),
            ("item", say(mark("事项")), _options({i for _, _, i, *_ in counted}, names), asked.item),
            ("rule", say(mark("依据")), _rules(counted, desk), asked.rule),
            ("days", say(mark("断了多久")), _long(desk), asked.days),
        ],
        columns=[Column(say(label), wide=wide) for label, wide in COLUMNS],
        listing=Listing(PATH, total, page, SIZE, kept=asked.kept(), export=f"{PATH}.csv", searchable=False),
    )


def _address(asked: _Asked, **changed: str) -> str:
    return f"{PATH}?{urlencode(asked.kept(**changed))}"


def _states(counts: Mapping[Became, int], say: Any) -> list[Option]:
    return [Option(key, f"{say(label)} ({counts[Became(key)]})") for key, label in STATES.items()]


def _options(codes: set[str], names: Mapping[str, str]) -> list[Option]:
    return [Option(code, names.get(code, code)) for code in sorted(codes) if code]


def _rules(counted: list[tuple[str, str, str, str, int]], desk: Desk) -> list[Option]:
    return [
        Option(rule, clause(rule, translator(desk.language))) for rule in sorted({r for *_, r, _ in counted}) if rule
    ]


def _long(desk: Desk) -> list[Option]:
    words = translator(desk.language)
    label = mark("%(n)s 个工作日以上")
    return [Option(str(n), words.gettext(label, n=n)) for n in LONG]


def _tabs(counted: list[tuple[str, str, str, str, int]], asked: _Asked, say: Any) -> list[NavItem]:
    totals = {kind: sum(n for k, *_, n in counted if k == kind) for kind in Kind}
    tabs = [NavItem(say(mark("全部")), _address(asked, kind=""), current=not asked.kind, count=sum(totals.values()))]
    return tabs + [
        NavItem(say(WORDS.stalled[kind]), _address(asked, kind=kind), current=asked.kind == kind, count=totals[kind])
        for kind in Kind
    ]


@page(f"{PATH}.csv", opt=READ)
def exported(desk: Desk) -> Response[bytes]:
    """导出: the same list for Excel."""
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
        under = directory.prefix(desk.who.division)
        rows, _, _ = oversight.stalls(work, under, _asked(desk).query(work), limit=oversight.MOST)
        shown = lines(work, rows)
    cells = [
        (
            *(r["kind"], r["what"], r["step"], r["desk"], say(r["post"]), r["person"], r["since"], r["due"], r["rule"]),
            *(r["state"], r["item"], show(r["number"]), f"{r['at']:%Y-%m-%d %H:%M}"),
        )
        for r in shown
    ]
    return sheet("stalls", [say(label) for label in head], cells)


ROUTES = [stalls, exported]
