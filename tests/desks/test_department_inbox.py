"""部门待办 — by true remaining time, filtered and put together by what stands in it; one query, also of a million."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from yiwang.casework.messages.desk import InboxQuery, InboxRow
from yiwang.casework.service import reading
from yiwang.casework.store import board as store
from yiwang.casework.store.inbox import INBOX
from yiwang.demo.walk import START
from yiwang.front import lights
from yiwang.ground.actor import SYSTEM, Actor, Deputised
from yiwang.plumbing.work import SHANGHAI, Engine, Work

DESK = "330000.XWB"
ASKER = "330000.JST"
ME = Actor("me", "我", "330000.XWB#1", DESK, "330000", frozenset({"handler", "consultee"}), "staff")
TODAY = date(2017, 9, 27)
NOW = datetime.combine(TODAY, time(9), SHANGHAI)
ROWS = 240
pytestmark = pytest.mark.usefixtures("rows")


def row(n: int, dice: random.Random, **changed: object) -> dict[str, object]:
    """A row of the inbox as chance will have it."""
    opened = datetime.combine(TODAY - timedelta(days=dice.choice([0, 1, 5, 20, 40, 80, 110])), time(10), SHANGHAI)
    line, item = dice.choice([("JST", "一"), ("JST", "二"), ("JTT", "三")])
    kind = dice.choice(["review", "review", "consult"])
    due = [None, *(TODAY + timedelta(days=d) for d in (-9, -1, 0, 1, 2, 3, 6, 12, 13, 14, 19, 30))]
    return {
        "desk": DESK,
        "id": UUID(int=n + 1),
        "home": 1,
        "matter": UUID(int=n + 1),
        "number": f"{n:023d}",
        "item": item,
        "item_name": f"事项{item}",
        "applicant": f"企业{n % 7}",
        "division": "330106",
        "step": "s",
        "step_name": "审查",
        "step_kind": kind,
        "role": "consultee" if kind == "consult" else "handler",
        "opened_at": opened,
        "step_due": dice.choice(due),
        "promised_due": dice.choice(due),
        "legal_due": None,
        "paused": dice.random() < 0.1,
        "holder": dice.choice(["", "", "me", "you"]),
        "line": line,
        "asked_by": "",
        **changed,
    }


@pytest.fixture(scope="module")
def rows(engine: Engine) -> list[dict[str, object]]:
    """What waits at a desk, and what it has asked of another."""
    dice = random.Random(4)
    made = [row(n, dice) for n in range(ROWS)]
    made += [row(ROWS + n, dice, desk=ASKER, asked_by=DESK, role="consultee", step_kind="consult") for n in range(5)]
    made += [row(ROWS + 10, dice, role="@me"), row(ROWS + 11, dice, role="@you"), row(ROWS + 12, dice, role="decider")]
    with engine.begin(SYSTEM) as work:
        for one in made:
            work.add(INBOX, one)
    return made


def board(work: Work, offset: int = 0, limit: int = 1_000, **asked: Any) -> reading.Board:
    return reading.inbox_board(work, DESK, ME.roles, InboxQuery(**asked), offset, limit)


def ids(found: list[InboxRow]) -> list[int]:
    return [r.id.int - 1 for r in found]


def test_剩余时间最少的在前_停钟的在最后(engine: Engine) -> None:
    with engine.begin(ME, at=NOW) as work:
        found = board(work)
    assert found.total == len(found.rows) == ROWS + 1, "my roles and what I was asked in person, nobody else's"
    order = [(r.paused, reading.nearest_due(r) or date.max) for r in found.rows]
    assert order == sorted(order)


@pytest.mark.parametrize("light", ["red", "yellow", "green", "paused", "none"])
def test_按灯筛选与每行的灯一致(engine: Engine, light: str) -> None:
    for day in (TODAY, START, date(2017, 10, 8), date(2017, 9, 30)):  # a holiday week, a Saturday that is worked
        with engine.begin(ME, at=datetime.combine(day, time(9), SHANGHAI)) as work:
            every, found, calendar = board(work), board(work, light=light), work.calendar
            shown = {r.id: (lamp.level if (lamp := lights.of_row(r, day, calendar)) else "none") for r in every.rows}
        assert {r.id for r in found.rows} == {i for i, level in shown.items() if level == light}, day
        assert {f.key: f.most for f in found.facets if f.of == "light"} == {
            level: list(shown.values()).count(level) for level in set(shown.values())
        }


def test_一个查询(engine: Engine) -> None:
    with engine.begin(ME, at=NOW) as work:
        work.calendar.rank(1)
        before = work.reads
        board(work, text="企业3", group="mine", line="JST", light="red", kind="review", by="item")
        assert work.reads - before == 1


@pytest.mark.parametrize(
    "asked, passes",
    [
        ({"group": "mine"}, lambda r: r["holder"] == "me"),
        ({"group": "free"}, lambda r: not r["holder"]),
        ({"group": "consult"}, lambda r: r["step_kind"] == "consult"),
        ({"group": "paused"}, lambda r: r["paused"]),
        ({"group": "personal"}, lambda r: r["role"] == "@me"),
        ({"item": "一"}, lambda r: r["item"] == "一"),
        ({"line": "JST"}, lambda r: r["line"] == "JST"),
        ({"kind": "consult"}, lambda r: r["step_kind"] == "consult"),
        ({"text": "企业3"}, lambda r: r["applicant"] == "企业3"),
        ({"text": "0 0000-07"}, lambda r: "0000007" in str(r["number"])),
        ({"text": "%"}, lambda _: False),
        (
            {"line": "JST", "group": "mine", "kind": "review"},
            lambda r: (r["line"], r["holder"], r["step_kind"]) == ("JST", "me", "review"),
        ),
    ],
)
def test_分组与筛选(
    engine: Engine, rows: list[dict[str, object]], asked: dict[str, Any], passes: Callable[[Any], bool]
) -> None:
    mine = [r for r in rows if r["desk"] == DESK and r["role"] in {"handler", "consultee", "@me"}]
    wanted = {int(str(r["id"]).replace("-", ""), 16) - 1 for r in mine if passes(r)}
    with engine.begin(ME, at=NOW) as work:
        found = board(work, **asked)
        plain = reading.inbox(work, DESK, ME.roles, InboxQuery(**asked), 0, 1_000)
    assert set(ids(found.rows)) == wanted
    assert found.total == plain.total == len(wanted)
    assert ids(plain.rows) == ids(found.rows)
    if group := asked.get("group"):
        assert found.counts[group] == sum(1 for r in mine if _in(group, r))


def _in(group: str, r: dict[str, object]) -> bool:
    return bool(
        {
            "mine": r["holder"] == "me",
            "free": not r["holder"],
            "consult": r["step_kind"] == "consult",
            "paused": r["paused"],
            "personal": r["role"] == "@me",
        }[group]
    )


def test_我单位发出的征求意见(engine: Engine, rows: list[dict[str, object]]) -> None:
    with engine.begin(ME, at=NOW) as work:
        found = board(work, group="out")
        assert found.counts["out"] == found.total == len(found.rows) == 5
        assert {r.desk for r in found.rows} == {ASKER}
        assert board(work, group="out", line="JTT").total == sum(r["line"] == "JTT" for r in rows if r["asked_by"])


@pytest.mark.parametrize("by", ["item", "line", "light", "week"])
def test_归类_每类在一处_计数相符(engine: Engine, by: str) -> None:
    with engine.begin(ME, at=NOW) as work:
        found = board(work, by=by, kind="review")
        keys = [_key(r, by, work) for r in found.rows]
    blocks = [k for n, k in enumerate(keys) if n == 0 or keys[n - 1] != k]
    assert len(blocks) == len(set(blocks)), "each kind stands in one place"
    assert {f.key: f.kept for f in found.facets if f.of == by and f.kept} == {k: keys.count(k) for k in blocks}


def _key(r: InboxRow, by: str, work: Work) -> str:
    if by in ("item", "line"):
        return str(getattr(r, by))
    lamp = lights.of_row(r, work.today, work.calendar)
    if by == "light":
        return lamp.level if lamp else "none"
    due = reading.nearest_due(r)
    if r.paused or due is None:
        return "paused" if r.paused else "none"
    monday = due - timedelta(days=due.weekday())
    return "overdue" if lamp and lamp.level == "red" else monday.isoformat()


def test_一页一页走完_没有漏的没有重的(engine: Engine) -> None:
    with engine.begin(ME, at=NOW) as work:
        whole = ids(board(work, line="JST").rows)
        pages = [board(work, offset, 30, line="JST") for offset in range(0, len(whole) + 30, 30)]
    assert [n for page in pages for n in ids(page.rows)] == whole
    assert {page.total for page in pages if page.rows} == {len(whole)}


def test_没有的词不算数(engine: Engine) -> None:
    with engine.begin(ME, at=NOW) as work:
        assert board(work, sort="id; DROP", group="x", light="blue", by="y").total == ROWS + 1


def test_代理别人的_单列一组(engine: Engine) -> None:
    """What one works only for somebody who is away: by the role lent, or what the absent person holds."""
    absent = Deputised("you", "330000.XWB#2", frozenset({"handler", "decider"}))
    deputy = replace(ME, roles=ME.roles | {"decider"}, deputised=(absent,), lent=frozenset({"decider"}))
    with engine.begin(deputy, at=NOW) as work:
        found = reading.inbox_board(work, DESK, deputy.roles, InboxQuery(group="deputy"), 0, 1_000)
    assert found.total == found.counts["deputy"] == len(found.rows) > 1
    assert all(r.role == "decider" or r.holder == "you" for r in found.rows)
    assert any(r.role == "decider" for r in found.rows)
    with engine.begin(ME, at=NOW) as work:
        assert board(work, group="deputy").total == 0


@pytest.fixture
def looks_at_five(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk so long that it is not looked at whole: here from six on."""
    monkeypatch.setattr(store, "LOOKED_AT", 5)


@pytest.mark.usefixtures("looks_at_five")
@pytest.mark.parametrize(
    "asked, passes",
    [
        ({}, lambda _: True),
        ({"sort": "-due"}, lambda _: True),
        ({"item": "三"}, lambda r: r["item"] == "三"),
        ({"light": "paused"}, lambda r: r["paused"]),
        ({"group": "paused"}, lambda r: r["paused"]),
        ({"group": "mine"}, lambda r: r["holder"] == "me"),
        ({"line": "JTT"}, lambda r: r["line"] == "JTT"),
        ({"kind": "consult"}, lambda r: r["step_kind"] == "consult"),
        ({"text": "业3"}, lambda r: r["applicant"] == "企业3"),
        ({"text": "企业3", "line": "JST"}, lambda r: (r["applicant"], r["line"]) == ("企业3", "JST")),
        ({"text": f"{77:023d}"}, lambda r: r["number"] == f"{77:023d}"),
        ({"text": "没有这个词"}, lambda _: False),
    ],
)
def test_待办再多_按时限事项停钟本人条线环节和词都查得全(
    engine: Engine, rows: list[dict[str, object]], asked: dict[str, Any], passes: Callable[[Any], bool]
) -> None:
    mine = [r for r in rows if r["desk"] == DESK and r["role"] in {"handler", "consultee", "@me"}]
    wanted = {int(str(r["id"]).replace("-", ""), 16) - 1 for r in mine if passes(r)}
    with engine.begin(ME, at=NOW) as work:
        pages = [board(work, offset, 50, **asked) for offset in range(0, 300, 50)]
        first = board(work, 0, 30, **asked)
    found = [n for page in pages for n in ids(page.rows)]
    assert len(found) == len(set(found))
    assert set(found) == wanted
    assert first.looked_at == 5, "and says that it has not looked at all"
    assert ids(first.rows) == found[:30]


@pytest.mark.usefixtures("looks_at_five")
def test_待办再多_排序和归类在时限最近的里面(engine: Engine) -> None:
    with engine.begin(ME, at=NOW) as work:
        first = board(work, 0, 5)
        named, lit = board(work, sort="applicant"), board(work, by="light")
    assert 5 <= len(named.rows) <= 3 * 5
    assert set(ids(named.rows)) == set(ids(lit.rows)) >= set(ids(first.rows))
    assert [r.applicant for r in named.rows] == sorted(r.applicant for r in named.rows)
    assert named.counts[""] == named.total == len(named.rows)
