"""机构数据 — divisions, lines and the organisations that follow from them: a centre everywhere, the usual lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path

from yiwang.directory import store
from yiwang.directory.messages import Division, Line, Naming, Organisation, Window
from yiwang.directory.service import changing
from yiwang.ground import divisions as codes
from yiwang.plumbing.work import Work

DATA = Path(__file__).resolve().parent / "data"
LEVEL = {
    codes.Level.PROVINCE: "province",
    codes.Level.CITY: "city",
    codes.Level.COUNTY: "county",
    codes.Level.TOWN: "town",
}
REFORM = date(2018, 10, 23)
NO_TOWNSHIP = "功能区"  # a development zone in the statistics bureau's list: no government, no centre
WINDOWS = {"province": 3, "city": 3, "county": 3, "town": 1}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def divisions() -> list[Division]:
    """The province with its cities, counties and townships, abolished ones too."""
    return [
        Division(
            code=r["code"],
            name=r["name"],
            kind=r["kind"],
            parent=r["parent"],
            name_en=r["name_en"],
            valid_from=_day(r["valid_from"]),
            valid_to=_day(r["valid_to"]),
            successors=tuple(r["successors"].split(";")) if r["successors"] else (),
        )
        for r in _rows("divisions.csv")
    ]


def lines() -> list[Line]:
    """The lines of departments, centres, townships and the third parties."""
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
        for r in _rows("lines.csv")
    ]


def founded() -> dict[str, date]:
    """The lines that began after 2017, and when."""
    return {r["key"]: date.fromisoformat(r["since"]) for r in _rows("lines.csv") if r["since"]}


def namings() -> list[Naming]:
    """The provincial organisations that the reform of 2018 gave another name."""
    return [
        Naming(organisation=f"330000.{r['key']}", since=REFORM, name="浙江" + r["later_name"])
        for r in _rows("lines.csv")
        if r["later_name"]
    ]


def organisations(places: list[Division], known: list[Line]) -> Iterator[Organisation]:
    """条 × 块: what exists in each division."""
    since = founded()
    for place in places:
        level = LEVEL[codes.level(place.code)]
        for line in known:
            if name := _name(place, level, line):
                begun = [day for day in (place.valid_from, since.get(line.key)) if day]
                yield Organisation(
                    code=f"{place.code}.{line.key}",
                    line=line.key,
                    division=place.code,
                    level=level,
                    name=name,
                    name_en=_name_en(place, level, line),
                    kind=_kind(level, line),
                    valid_from=max(begun, default=None),
                    valid_to=place.valid_to,
                    successor=f"{place.successors[0]}.{line.key}" if len(place.successors) == 1 else "",
                )


def _kind(level: str, line: Line) -> str:
    if line.kind == "centre":
        return "township" if level == "town" else "centre"
    return "department" if line.kind == "government" else line.kind


def _name(place: Division, level: str, line: Line) -> str:
    if level == "town":
        if place.kind == NO_TOWNSHIP:
            return ""
        government = "办事处" if place.kind == "街道" else "人民政府"
        return {"centre": f"{place.name}便民服务中心", "government": place.name + government}.get(line.kind, "")
    if line.kind == "government":
        return ""
    if level == "province":
        return line.name if line.name.startswith("浙江") else "浙江" + line.name
    return f"{place.name}{line.local_name}" if line.local_name and not line.local_line else ""


def _name_en(place: Division, level: str, line: Line) -> str:
    """What is a department or commission in the province is a bureau (局) below it."""
    if level == "town":
        government = "Subdistrict Office" if place.kind == "街道" else "People's Government"
        return f"{'Service Centre' if line.kind == 'centre' else government} of {place.name_en}"
    name = line.name_en
    if level != "province" and line.local_name.endswith("局"):
        name = re.sub(r"(Department|Commission)$", "Bureau", name)
    return f"{name} of {place.name_en}"


def seed(work: Work) -> int:
    """装载: everything above into an empty directory; how many organisations. Loading again changes nothing."""
    store.locked_editions(work)  # a second loader waits here and then finds everything loaded
    if not store.empty(work):
        return 0
    changing(work)
    places, known = divisions(), lines()
    made = list(organisations(places, known))
    for division in places:
        work.add(store.DIVISION, asdict(division))
    for line in known:
        work.add(store.LINE, asdict(line))
    for organisation in made:
        work.add(store.ORGANISATION, asdict(organisation))
    for naming in namings():
        work.add(store.NAMING, asdict(naming))
    for window in _windows(made):
        work.add(store.WINDOW, asdict(window))
    work.save()
    return len(made)


def _windows(made: list[Organisation]) -> Iterator[Window]:
    for o in made:
        if o.line == "XZFW":
            for number in range(1, WINDOWS[o.level] + 1):
                yield Window(code=f"{o.code}-{number}", centre=o.code, name=f"综合窗口{number}号")
