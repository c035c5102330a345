"""来源 — every source is there and can supply what is asked of it; derived items follow from known ones."""

from __future__ import annotations

from collections.abc import Iterator

from yiwang.catalogue.messages import Finding, Item, Material, Source, SourceKind
from yiwang.catalogue.rules.compiler.world import World, plain
from yiwang.catalogue.rules.structure import reach

ONE_INTERFACE = "种子 二(三) 每个业务只有一个接口"


def check(item: Item, world: World) -> Iterator[Finding]:
    """来源问题: unknown line, no resource, one that cannot supply the data item, derived items in a circle."""
    for material in item.materials:
        yield from _material(item, material, world)
    yield from _derived(item)


def _material(item: Item, material: Material, world: World) -> Iterator[Finding]:
    place = f"materials.{material.code}"
    parts: list[tuple[str, Source, str]] = [(f"{place}.{d.code}", d.source, d.name) for d in material.data_items]
    parts = parts or [(place, material.source, "")]
    lines = set()
    for where, source, name in parts:
        if source.kind not in (SourceKind.DEPARTMENT, SourceKind.HANDLER):
            continue
        facts = {"name": name or material.name, "label": source.label, "line": source.line}
        if source.line not in world.lines:
            yield Finding("source.unknown_line", item.code, where, facts, clause="种子 二(三)")
        elif source.kind is SourceKind.DEPARTMENT:
            lines.add(source.line)
            yield from _supply(item, material, where, source, name, world)
    if len(lines) > 1:
        yield Finding(
            "source.two_lines",
            item.code,
            place,
            {"name": material.name, "lines": tuple(sorted(lines))},
            clause=ONE_INTERFACE,
        )


def _supply(item: Item, material: Material, where: str, source: Source, field: str, world: World) -> Iterator[Finding]:
    resource = world.resources.get(material.resource)
    facts = {"name": field or material.name, "label": source.label, "resource": material.resource}
    if resource is None:
        yield Finding("source.no_resource", item.code, where, facts, clause="规定 7")
    elif resource.line != source.line:
        yield Finding("source.other_line", item.code, where, {**facts, "line": resource.line}, clause="规定 7")
    elif field and resource.fields and plain(field) not in {plain(f) for f in resource.fields}:
        yield Finding("source.cannot_supply", item.code, where, facts, clause="规定 7")


def _derived(item: Item) -> Iterator[Finding]:
    fields = {d.code: (m, d) for m in item.materials for d in m.data_items}
    follows = {code: field.derives for code, (_, field) in fields.items()}
    for code, (material, field) in fields.items():
        place = f"materials.{material.code}.{code}"
        if field.source.kind is SourceKind.DERIVED and not field.derives:
            yield Finding("source.derived_from_nothing", item.code, place, {"name": field.name})
        for other in field.derives:
            if other not in fields:
                yield Finding("source.derived_from_unknown", item.code, place, {"name": field.name, "from": other})
        if code in reach(follows, field.derives):
            yield Finding("source.circle", item.code, place, {"name": field.name})
