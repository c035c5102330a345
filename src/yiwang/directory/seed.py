"""机构数据 — divisions, lines and the organisations that follow from them: every line at every level, a centre everywhere."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

from yiwang.directory import store
from yiwang.directory.messages import Division, Line, Organisation, Window
from yiwang.directory.service import changed
from yiwang.plumbing.work import Work

DATA = Path(__file__).resolve().parent / "data"
LEVEL = {2: "province", 4: "city", 6: "county", 9: "town"}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def divisions() -> list[Division]:
    """The province with its cities, counties and townships, abolished ones too."""
    with (DATA / "divisions.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [
            Division(
                code=r["code"],
                name=r["name"],
                kind=r["kind"],
                parent=r["parent"],
                valid_from=_day(r["valid_from"]),
                valid_to=_day(r["valid_to"]),
                successor=r["successor"],
            )
            for r in rows
        ]


def lines() -> list[Line]:
    """The lines of departments, centres and the third parties."""
    with (DATA / "lines.csv").open(encoding="utf-8", newline="") as file:
        return [
            Line(
                key=r["key"],
                name=r["name"],
                short=r["short"],
                name_en=r["name_en"],
                local_name=r["local_name"],
                local_line=r["local_line"],
                kind=r["kind"],
            )
            for r in csv.DictReader(file)
        ]


def level_of(division: Division) -> str:
    """province, city, county or town."""
    if len(division.code) == 9:
        return "town"
    return LEVEL[max(2, (len(division.code.rstrip("0")) + 1) // 2 * 2)]


def organisations(places: list[Division], known: list[Line]) -> Iterator[Organisation]:
    """条 × 块: what exists in each division."""
    for place in places:
        level = level_of(place)
        for line in known:
            name = _name(place, level, line)
            if name:
                kind = "centre" if line.kind == "centre" else line.kind
                yield Organisation(
                    code=f"{place.code}.{line.key}",
                    line=line.key,
                    division=place.code,
                    level=level,
                    name=name,
                    name_en=f"{line.name_en}, {place.code}" if level != "province" else line.name_en,
                    kind="township" if level == "town" else kind,
                    valid_from=place.valid_from if len(place.code) == 6 and place.valid_to else None,
                    valid_to=place.valid_to,
                    successor=f"{place.successor}.{line.key}" if place.successor else "",
                )


def _name(place: Division, level: str, line: Line) -> str:
    if level == "province":
        return line.name if line.name.startswith("浙江") else "浙江" + line.name
    if level == "town":
        return f"{place.name}便民服务中心" if line.kind == "centre" and place.kind != "功能区" else ""
    return f"{place.name}{line.local_name}" if line.local_name and not line.local_line else ""


def seed(work: Work) -> int:
    """装载: everything above into an empty directory; how many organisations. Loading again changes nothing."""
    if work.read("SELECT 1 FROM directory.division LIMIT 1"):
        return 0
    places, known = divisions(), lines()
    made = list(organisations(places, known))
    for division in places:
        work.add(store.DIVISION, asdict(division))
    for line in known:
        work.add(store.LINE, asdict(line))
    for organisation in made:
        work.add(store.ORGANISATION, asdict(organisation))
    for window in _windows(made):
        work.add(store.WINDOW, asdict(window))
    changed(work)
    work.save()
    return len(made)


def _windows(made: list[Organisation]) -> Iterator[Window]:
    for o in made:
        if o.line == "XZFW":
            for number in range(1, 2 if o.level == "town" else 4):
                yield Window(code=f"{o.code}-{number}", centre=o.code, name=f"综合窗口{number}号")
