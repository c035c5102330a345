"""演示事项 — the items that come with the system: the seed's three with charts, the others with default flows."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

from yiwang.catalogue.messages import Item
from yiwang.catalogue.rules.compiler.world import Resource
from yiwang.catalogue.rules.listing import Row, item_of
from yiwang.catalogue.rules.plain import from_plain

DATA = Path(__file__).resolve().parent / "data"


def _rows(name: str) -> list[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seed_rows() -> list[Row]:
    """The seed's own table, six columns."""
    return _rows("seed_items.csv")


def resources() -> list[Resource]:
    """数据资源: what the lines of departments answer for, one entry a resource with all names it goes by."""
    names: dict[tuple[str, str], set[str]] = {}
    for row in _rows("resources.csv"):
        names.setdefault((row["resource"], row["line"]), set()).add(row["name"])
    return [Resource(key=key, line=line, names=frozenset(found)) for (key, line), found in names.items()]


def demo_items() -> list[Item]:
    """Every demo item: drawn charts first, then those of the list that have none of their own."""
    drawn = [
        from_plain(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in sorted((DATA / "items").glob("*.yaml"))
    ]
    codes = {item.code for item in drawn}
    resources = {(row["name"], row["label"]): row for row in _rows("resources.csv")}
    materials: dict[str, list[Row]] = {}
    for row in _rows("materials.csv"):
        materials.setdefault(row["item_key"], []).append(row)
    listed = [
        item_of(row, materials.get(row["key"], []), resources)
        for row in _rows("items.csv")
        if row["zj_code_demo"] not in codes
    ]
    return [*drawn, *listed]
