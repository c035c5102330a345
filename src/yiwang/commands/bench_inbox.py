"""基准待办 — a table of a million tasks, and every view that a desk's page offers, at desks small and huge."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import quantiles
from typing import Any

import psycopg

from yiwang.casework.messages.desk import InboxQuery
from yiwang.casework.service import reading
from yiwang.commands import bench_bare, bench_sides
from yiwang.commands.bench_bare import Plain
from yiwang.ground.actor import Actor
from yiwang.ground.zone import day_of
from yiwang.plumbing.work import Engine

DESKS = {"80": "bench.D80", "1000": "bench.D1000", "10000": "bench.D10000", "quarter": "bench.QUARTER"}
"""Desks by how many tasks wait there; the last has a quarter of all rows, the others share the rest."""
SMALL = 80 + 1_000 + 10_000
PERSON, ROLES = "bench-me", frozenset({"handler", "reviewer"})
ITEM = "许可-90003-000"
Views = Sequence[Mapping[str, str]]
VIEWS: Views = (
    {},
    *({"group": group} for group in ("mine", "free", "consult", "paused", "personal", "deputy", "out")),
    {"item": ITEM},
    *({"line": line} for line in ("JST", "SLT")),
    *({"kind": kind} for kind in ("review", "issue", "consult")),
    *({"light": light} for light in ("red", "yellow", "green", "paused", "none")),
    *({"by": by} for by in ("light", "week", "line", "item")),
    *({"sort": sort} for sort in ("-due", "item", "-item", "applicant", "-applicant", "opened", "-opened")),
    *({"q": words} for words in ("公司", "杭州", "丘", "查无此名", "{number}", "00017")),
    {"q": "杭州", "light": "red", "kind": "consult"},
    {"line": "SLT", "sort": "applicant", "by": "light"},
)
"""What the address of the page may ask, one by one and together: frequent, rare and absent."""
_FILL = """
INSERT INTO casework.inbox (desk, id, home, matter, number, item, item_name, applicant, division, step, step_name,
    step_kind, role, opened_at, step_due, promised_due, legal_due, paused, holder, line, asked_by)
SELECT CASE WHEN n < 80 THEN 'bench.D80' WHEN n < 1080 THEN 'bench.D1000' WHEN n < %(small)s THEN 'bench.D10000'
        WHEN n < %(small)s + %(count)s / 4 THEN 'bench.QUARTER' ELSE 'bench.' || n %% 3000 END,
    id, n %% 16384, id, '330106' || to_char(%(today)s, 'YYYYMMDD') || lpad(n::text, 9, '0'),
    '许可-90' || lpad((h %% 40)::text, 3, '0') || '-000',
    (ARRAY['建筑业企业资质','食品经营许可','道路运输经营许可','取水许可审批','检验检测资质认定'])[1 + h %% 5]
        || (ARRAY['首次申请','延续','变更','注销','补证','换证','增项','减项'])[1 + h %% 8],
    (ARRAY['杭州','宁波','温州','嘉兴','湖州','绍兴','金华'])[1 + h %% 7] || chr(19968 + h %% 3000)
        || chr(19968 + (h / 7 + n) %% 3000) || (ARRAY['建设','食品','运输','科技'])[1 + h / 7 %% 4] || '有限公司',
    '330106', 'review', '审查', (ARRAY['review','review','review','consult','decide','issue'])[1 + h / 3 %% 6],
    CASE WHEN h %% 10 < 9 THEN 'handler' ELSE 'reviewer' END, %(now)s - (h %% 40) * interval '1 day',
    CASE WHEN h %% 3 = 0 THEN %(today)s + h / 11 %% 30 - 3 END,
    CASE WHEN h %% 50 > 0 THEN %(today)s + h / 13 %% 60 - 5 END, %(today)s + 70, h %% 33 = 0,
    CASE WHEN h %% 4 = 0 THEN 'other-' || h %% 30 WHEN h %% 400 = 1 THEN 'bench-me' ELSE '' END,
    CASE WHEN h %% 40 = 39 AND h %% 7 = 1 THEN 'SLT' WHEN h %% 40 < 13 THEN 'JTT' ELSE 'JST' END,
    CASE WHEN h / 3 %% 6 = 3 AND h %% 5 = 0 THEN 'bench.' || h %% 3000 ELSE '' END
FROM (SELECT n, h, (lpad(to_hex(1500000000000 + n), 12, '0') || '7' || left(md5(n::text), 3) || '8'
        || right(md5(n::text), 15))::uuid AS id
    FROM (SELECT n, ('x' || left(md5('h' || n), 7))::bit(28)::int AS h FROM generate_series(0, %(count)s - 1) AS n) AS a
) AS made
"""


@dataclass(slots=True)
class _Cost:
    """花费: of one way to the page: seconds of each, and of processor time, program and database."""

    seconds: list[float]
    program: float = 0.0
    database: float = 0.0


def load(connection: psycopg.Connection[Any], count: int, now: Any) -> float:
    """装入: so many tasks, at least some for every desk, the same at every run; how many seconds it took."""
    started = time.perf_counter()
    count = max(count, 2 * SMALL)
    connection.execute(_FILL, {"count": count, "small": SMALL, "now": now, "today": day_of(now)})
    connection.execute("VACUUM (ANALYZE) casework.inbox")
    return time.perf_counter() - started


def measure(
    engine: Engine,
    listening: Engine,
    bare: psycopg.Connection[Any],
    spent: Callable[[str], float],
    times: int,
    views: Views = VIEWS,
) -> dict[str, Any]:
    """每个视图: milliseconds of each view at each desk, through the service and by bare psycopg with its statement."""
    return {name: _desk(engine, listening, bare, spent, desk, times, views) for name, desk in DESKS.items()}


def _desk(
    engine: Engine,
    listening: Engine,
    bare: psycopg.Connection[Any],
    spent: Callable[[str], float],
    desk: str,
    times: int,
    views: Views,
) -> dict[str, Any]:
    me = Actor(PERSON, "我", f"{desk}#1", desk, "330000", ROLES, "staff")
    last = "SELECT number FROM casework.inbox WHERE desk = %s ORDER BY id DESC LIMIT 1"
    [(number,)] = bare.execute(last, (desk,)).fetchall()
    ours, theirs, worst = _Cost([]), _Cost([]), (0.0, "")
    for view in views:
        words = view.get("q", "").format(number=number)
        asked = InboxQuery(**{k: v for k, v in view.items() if k != "q"}, text=words)

        def page(through: Engine = engine, asked: InboxQuery = asked) -> object:
            with through.begin(me) as work:
                return reading.inbox_board(work, desk, ROLES, asked)

        notes = bench_sides.notes_of(listening)
        page(listening)
        said: list[Plain] = bench_bare.plainly(notes)
        mine = _timed(page, lambda: spent("bench services"), times)
        plain = _timed(partial(bench_bare.act, bare, said), lambda: spent("bench bare"), times)
        for whole, part in ((ours, mine), (theirs, plain)):
            whole.seconds += part.seconds
            whole.program += part.program
            whole.database += part.database
        worst = max(worst, (_cut(mine.seconds, 95), "&".join(f"{k}={v}" for k, v in view.items()) or "all"))
    count = len(ours.seconds)
    return {
        "services": _figures(ours, count),
        "bare": _figures(theirs, count),
        "worst": {"view": worst[1], "p95_ms": worst[0]},
        "ratio_to_bare": round((ours.program + ours.database) / max(theirs.program + theirs.database, 1e-9), 2),
    }


def _timed(do: Callable[[], object], database: Callable[[], float], times: int) -> _Cost:
    for _ in range(8):  # until the plan is the one that is kept
        do()
    cost = _Cost([])
    program, in_database = time.process_time(), database()
    for _ in range(times):
        started = time.perf_counter()
        do()
        cost.seconds.append(time.perf_counter() - started)
    cost.program, cost.database = time.process_time() - program, database() - in_database
    return cost


def _cut(seconds: list[float], percent: int) -> float:
    return round(quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000, 1)


def _figures(cost: _Cost, count: int) -> dict[str, float]:
    return {
        "p50_ms": _cut(cost.seconds, 50),
        "p95_ms": _cut(cost.seconds, 95),
        "app_cpu_ms": round(cost.program / count * 1000, 2),
        "db_cpu_ms": round(cost.database / count * 1000, 2),
    }
