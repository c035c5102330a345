"""部门所存 — what each department holds about whom: resources, their data items, and how a synthetic value is made."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path

from yiwang.connectors.sandbox.roster import FIRMS, PEOPLE, Citizen, Firm, firm, person

FOLDER = Path(__file__).resolve().parent
COMPLETE = 20
"""The first so many people and firms (and two villages) lack nothing, so that every item can be played to its end."""

Value = str | int


@dataclass(frozen=True, slots=True)
class DataItem:
    """数据项: its code, its names, and how it is made (`kind:argument`)."""

    code: str
    name: str
    name_en: str
    made: str


@dataclass(frozen=True, slots=True)
class Resource:
    """数据资源: a document that a line of departments holds about persons or firms.

    `registrar` is what the credit code of a firm in this register begins with (9 market, N agriculture, empty any);
    `held` says about how many subjects in a hundred have it.
    """

    line: str
    code: str
    material: str
    subject: str
    registrar: str
    held: int
    data_items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """持有人: whom a record is about; a firm with its legal representative, a person with the firm led, if any."""

    person: Citizen
    firm: Firm | None


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def lines() -> Mapping[str, str]:
    """条线: the short name of each line of departments."""
    return {row["line"]: row["name"] for row in _rows("lines.csv")}


@cache
def data_items() -> Mapping[str, DataItem]:
    """数据项 by code."""
    return {row["code"]: DataItem(**row) for row in _rows("data_items.csv")}


@cache
def resources() -> Mapping[tuple[str, str], Resource]:
    """数据资源 by line and code."""
    return {
        (row["line"], row["resource"]): Resource(
            line=row["line"],
            code=row["resource"],
            material=row["material"],
            subject=row["subject"],
            registrar=row["registrar"],
            held=int(row["held"]),
            data_items=tuple(row["data_items"].split()),
        )
        for row in _rows("resources.csv")
    }


def original(resource: Resource, holder: Holder) -> dict[str, Value] | None:
    """原始记录: what the department has held all along, by data item; none where it has no record. A pure function."""
    if resource.subject == "firm" and (holder.firm is None or not _registered(resource, holder.firm)):
        return None
    subject = _subject(resource, holder)
    complete = subject.number < (2 if subject.identifier.startswith("N") else COMPLETE)
    if not complete and _mark(resource, subject.identifier) % 100 >= resource.held:
        return None
    return {code: _value(resource, holder, code) for code in resource.data_items}


def _registered(resource: Resource, holder: Firm) -> bool:
    return holder.identifier.startswith(resource.registrar)


def _subject(resource: Resource, holder: Holder) -> Citizen | Firm:
    return holder.person if resource.subject == "person" or holder.firm is None else holder.firm


def _mark(resource: Resource, *parts: str) -> int:
    """A number that looks like chance and is the same each time."""
    return int.from_bytes(sha256("/".join((resource.line, resource.code, *parts)).encode()).digest()[:6])


# ── how a value is made ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Making:
    """One value to be made: for a holder, in a resource, with an argument, under a mark that stands for chance."""

    resource: Resource
    holder: Holder
    argument: str
    mark: int


def _value(resource: Resource, holder: Holder, code: str) -> Value:
    kind, _, argument = data_items()[code].made.partition(":")
    mark = _mark(resource, _subject(resource, holder).identifier, code)
    return _MAKERS[kind](Making(resource, holder, argument, mark))


def _attribute(of: Citizen | Firm, name: str) -> Value:
    value: Value | date | Citizen = getattr(of, name)
    if isinstance(value, Citizen):
        return value.name
    return value.isoformat() if isinstance(value, date) else value


def _firm(making: Making) -> Value:
    assert making.holder.firm is not None, making.resource
    return _attribute(making.holder.firm, making.argument)


def _day(years: str, mark: int) -> date:
    first, last = map(int, years.split("-"))
    start = date(first, 1, 1)
    return start + timedelta(days=mark % (date(last, 7, 31) - start).days)


def _issued(making: Making) -> date:
    return _day("2012-2017", _mark(making.resource, _subject(making.resource, making.holder).identifier, "issued_on"))


def _until(making: Making) -> Value:
    issued = _issued(making)
    return issued.replace(year=issued.year + int(making.argument), day=min(issued.day, 28)).isoformat()


def _age(making: Making) -> Value:
    """A day at which the person was of an age, and not after the summer of 2017."""
    least, most = map(int, making.argument.split("-"))
    born = making.holder.person.birth
    day = born + timedelta(days=least * 366 + making.mark % ((most - least) * 365))
    return min(day, date(2017, 7, 31)).isoformat()


def _amount(making: Making) -> Value:
    least, most = map(int, making.argument.split("-"))
    return least + making.mark % (most - least + 1)


def _choice(making: Making) -> Value:
    offered = making.argument.split("|")
    return offered[making.mark % len(offered)]


def _paper(making: Making) -> Value:
    return f"演{lines()[making.resource.line][1:2]}审〔{_issued(making).year}〕{making.mark % 900 + 1}号"


def _project(making: Making) -> Value:
    assert making.holder.firm is not None, making.resource
    return making.holder.firm.name.removesuffix("有限公司") + "新建项目"


_MAKERS: Mapping[str, Callable[[Making], Value]] = {
    "age": _age,
    "amount": _amount,
    "child": lambda m: m.holder.person.name[0] + "样宝",
    "choice": _choice,
    "date": lambda m: _day(m.argument, m.mark).isoformat(),
    "employer": lambda m: _attribute(firm(m.holder.person.number % FIRMS), m.argument),
    "firm": _firm,
    "issued": lambda m: _issued(m).isoformat(),
    "issuer": lambda m: f"{lines()[m.resource.line]}（演示）",
    "paper": _paper,
    "person": lambda m: _attribute(m.holder.person, m.argument),
    "project": _project,
    "serial": lambda m: f"{m.argument}-DEM-{m.mark % 10**8:08d}",
    "spouse": lambda m: _attribute(person((m.holder.person.number ^ 1) % PEOPLE), m.argument),
    "text": lambda m: m.argument,
    "until": _until,
}
