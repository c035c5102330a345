"""法定时限表 — the 49 limits as read in the statutes."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from yiwang.ground.clock import Unit, reckon
from yiwang.ground.limits import LIMITS
from yiwang.ground.workdays import CALENDAR

UNITS = {
    "workday": Unit.WORKDAY,
    "calendar": Unit.CALENDAR,
    "day": Unit.CALENDAR,  # the two rules that say «day» and do not define it
    "spot": Unit.SPOT,
    "month": Unit.MONTH,
    "year": Unit.YEAR,
}


def rows() -> list[dict[str, str]]:
    with (Path(__file__).parent / "vectors" / "legal_limits.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_all_49_are_there() -> None:
    assert [row["key"] for row in rows()] == list(LIMITS)
    assert len(LIMITS) == 49


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["key"])
def test_number_unit_and_direction(row: dict[str, str]) -> None:
    known = LIMITS[row["key"]]
    assert (known.key, bool(known.name), bool(known.basis)) == (row["key"], True, True)
    if row["n"]:
        assert known.limit is not None
        assert (known.limit.n, known.limit.unit) == (int(row["n"]), UNITS[row["unit"]])
    else:
        assert known.limit is None
    assert known.before == ("before" in row["from"])


def test_each_law_makes_its_own_days_working_days() -> None:
    known = LIMITS["PENALTY_EVIDENCE"]
    assert known.limit is not None
    ledger = reckon(dt.date(2026, 11, 20), known.limit, CALENDAR, workday_clause=known.workday_clause)
    assert {day.clause for day in ledger.days() if day.why == "weekend"} == {"行政处罚法 85"}
    assert LIMITS["DECIDE_DEFAULT"].workday_clause == "行政许可法 82"
