"""数据安放 — where each table lives, declared beside it in `tables.sql`, and a lint of the live schema against that.

    -- placement: home append-only
    CREATE TABLE casework.journal (…

`reference`: the same everywhere (catalogue, directory). `home`: with its applicant, by the column home. `desk`: with
the organisation that works it, by the column desk. `local`: of one installation (sessions). docs/adr/0003 says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
_TABLE = re.compile(r"(?im)^CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>\w+\.\w+)")
_DECLARED = re.compile(r"-- placement: (?P<kind>\w+)(?P<append_only> append-only)?")


class Undeclared(Exception):
    """未申报: a table without a placement right above it, or with one that nobody knows."""


class Kind(StrEnum):
    """安放方式 — what a table is kept with."""

    REFERENCE = "reference"
    HOME = "home"
    DESK = "desk"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Placement:
    """安放: of one table. Append-only ones are never changed or deleted from by app and worker."""

    kind: Kind
    append_only: bool = False


def parse(sql: str, origin: str) -> dict[str, Placement]:
    """The placements declared in a text of SQL; Undeclared names the `origin` and the table."""
    found = {}
    for table in _TABLE.finditer(sql):
        above = sql[: table.start()].rstrip("\n").rpartition("\n")[2].strip()
        declared = _DECLARED.fullmatch(above)
        if declared is None or declared["kind"] not in set(Kind):
            raise Undeclared(f"{origin}: {table['name']}: {above!r} declares no placement")
        found[table["name"]] = Placement(Kind(declared["kind"]), bool(declared["append_only"]))
    return found


@cache
def registry(package: Path = PACKAGE) -> Mapping[str, Placement]:
    """安放登记: every table of every system with its placement."""
    found: dict[str, Placement] = {}
    for path in sorted(package.glob("*/tables.sql")):
        found |= parse(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}")
    return found
