"""起草版本 — the next version of an item from a six-column list: what the list says changes, all else stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import count

from yiwang.catalogue.messages import CaseType, DataItem, Item, Material, Source
from yiwang.catalogue.rules.defaults import single_flow
from yiwang.ground.clock import Limit

UNTIL_PROMISED = Limit.parse("20wd")  # 行政许可法 42(1), until the department promises less


def drafted(line: str, name: str, materials: Sequence[Material], known: Item | None) -> Item:
    """起草: the item with the materials of a list; one that was unknown gets a code, a limit and a flow to start from.

    Materials and data items are known by their names: question, resource, checkpoints and codes of known ones stay.
    """
    if known is None:
        code = "清单-" + sha256(f"{line}/{name}".encode()).hexdigest()[:8]
        return Item(
            code=code,
            name=name,
            line=line,
            type="01",
            sector="未分类",
            case_type=CaseType.PROMISED,
            flow=single_flow(UNTIL_PROMISED, ""),
            legal=UNTIL_PROMISED,
            promised=UNTIL_PROMISED,
            supervisor=line,
            materials=tuple(materials),
        )
    there = {m.name: m for m in known.materials}
    taken = {m.code for m in known.materials}
    made = []
    for material in materials:
        if material.name in there:
            made.append(_material(there[material.name], material))
        else:
            code = _free("m", taken)
            fields = tuple(replace(d, code=f"{code}_d{n}") for n, d in enumerate(material.data_items, start=1))
            made.append(replace(material, code=code, data_items=fields))
    return replace(known, materials=tuple(made))


def _material(known: Material, listed: Material) -> Material:
    there = {d.name: d for d in known.data_items}
    taken = {d.code for d in known.data_items}
    fields: list[DataItem] = []
    for field in listed.data_items:
        old = there.get(field.name)
        if old is not None:
            fields.append(replace(old, source=_source(old.source, field.source)))
        else:
            fields.append(replace(field, code=_free(f"{known.code}_d", taken)))
    source = known.source if listed.data_items else _source(known.source, listed.source)
    return replace(known, category=listed.category, source=source, data_items=tuple(fields))


def _source(known: Source, listed: Source) -> Source:
    return known if known.label == listed.label else listed


def _free(prefix: str, taken: set[str]) -> str:
    code = next(f"{prefix}{n}" for n in count(1) if f"{prefix}{n}" not in taken)
    taken.add(code)
    return code
