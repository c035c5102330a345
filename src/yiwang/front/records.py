"""记录用语 — what the fields of departments' records are called: code, Chinese and English in record_labels.csv."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from yiwang.catalogue.messages import Item
from yiwang.front.look.naming import name_of

FILE = Path(__file__).with_name("record_labels.csv")


@cache
def _known() -> tuple[tuple[str, str, str], ...]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple((row["code"], row["name"], row["name_en"]) for row in csv.DictReader(file))


def labels(item: Item, language: str) -> dict[str, str]:
    """记录用语: by code; where the item itself names a material or data item, its own word."""
    common = {code: name_en if language == "en" else name for code, name, name_en in _known()}
    fields = {d.code: name_of(d, language) for m in item.materials for d in m.data_items}
    return common | fields | {m.code: name_of(m, language) for m in item.materials}
