"""编译 — all checks of one item, and of the catalogue as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from yiwang.catalogue.messages import Finding, Item, Severity, Signature
from yiwang.catalogue.rules.compiler import asking, charts, guide, sources, timing, visits
from yiwang.catalogue.rules.compiler.courses import Chart, chart_of, outcome_cases
from yiwang.catalogue.rules.compiler.situations import MOST_SITUATIONS, how_many
from yiwang.catalogue.rules.compiler.world import World, plain
from yiwang.catalogue.rules.structure import problems, unsigned

SIGNED = "种子 二(二) 分别签字确认"
ONE_TO_ONE = "种子 二(二) 一一对应"


def check_item(
    item: Item, world: World, signatures: Iterable[Signature] | None = None, version: int = 0
) -> list[Finding]:
    """编译一个事项: everything that is wrong with it, errors first; without `signatures` nobody has to have signed.

    A chart that cannot be executed is named as such, and nothing is said of its ways.
    """
    found = [*_chart(item, world), *asking.check(item, world), *sources.check(item, world), *guide.check(item)]
    if item.code in world.powers:
        missing = [level for level in item.levels if level not in world.powers[item.code]]
        if missing:
            found.append(
                Finding("power.nobody", item.code, "levels", {"levels": tuple(missing)}, clause="行政许可法 22")
            )
    if signatures is not None:
        found += [
            Finding("sign.missing", item.code, "flow", {"line": line}, clause=SIGNED)
            for line in unsigned(item, signatures)
        ]
    return sorted((replace(f, version=version) for f in found), key=lambda f: f.severity is not Severity.ERROR)


def _chart(item: Item, world: World) -> Iterator[Finding]:
    broken = problems(item.flow, frozenset(q.code for q in item.questions))
    if broken:
        for code in broken:
            yield Finding("flow.broken", item.code, "flow", {"problem": code}, clause="种子 二(二)")
        return
    chart = chart_of(item.flow)
    cases = how_many(item) * _most(chart)
    if cases > MOST_SITUATIONS:
        yield Finding("situation.too_many", item.code, "questions", {"most": MOST_SITUATIONS})
        return
    yield from visits.check(item, chart, world)
    yield from timing.check(item, chart)
    yield from charts.check(item, chart, world)


def _most(chart: Chart) -> int:
    return sum(1 for _ in zip(outcome_cases(chart), range(MOST_SITUATIONS + 1), strict=False))


def check_whole(items: Iterable[Item], world: World) -> list[Finding]:
    """一一对应: no matter twice, no business with two interfaces. R41, R46"""
    found: list[Finding] = []
    seen: dict[tuple[str, str, str], str] = {}
    for item in items:
        for level in item.levels or ("",):
            first = seen.setdefault((plain(item.name), item.line, level), item.code)
            if first != item.code:
                found.append(
                    Finding("one.item_twice", item.code, "name", {"other": first, "level": level}, clause=ONE_TO_ONE)
                )
                break
    for resource in world.resources.values():
        if resource.interfaces > 1:
            facts = {"resource": resource.key, "interfaces": resource.interfaces}
            found.append(Finding("one.interface_twice", "", resource.key, facts, clause=sources.ONE_INTERFACE))
    return found
