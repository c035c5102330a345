"""年报数字 — what came of a year, by department and over its days."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from hashlib import blake2b
from typing import Any, Self

from yiwang.casework.messages.desk import Dues
from yiwang.commands.year.lives import Life
from yiwang.ground.workdays import CALENDAR, Calendar

NO_LINE = frozenset({"", "applicant", "statute", "net", "XZFW"})
"""Who may hold a case without being a department: nobody, the applicant, the law, the net, the centre."""


@dataclass(slots=True)
class Line:
    """一个部门: `taken` counts cases by working days used (stops left out), `promised` sums the working days promised,
    `charged` the days of any case that lay with this department.
    """

    received: int = 0
    decided: int = 0
    on_time: int = 0
    overdue: int = 0
    promised: int = 0
    stopped: int = 0
    charged: int = 0
    silent: int = 0
    taken: Counter[int] = field(default_factory=Counter)

    def add(self, other: Self) -> None:
        """With those of another part of the year."""
        for name in (f.name for f in fields(self)):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def row(self) -> dict[str, Any]:
        """As reported: shares in percent, working days."""
        done = sum(self.taken.values())
        return {
            "received": self.received,
            "decided": self.decided,
            "on_time_percent": round(100 * self.on_time / done, 1) if done else None,
            "promised_mean": round(self.promised / done, 1) if done else None,
            "taken_mean": round(sum(d * n for d, n in self.taken.items()) / done, 1) if done else None,
            "taken_median": quantile(self.taken, 0.5),
            "taken_95": quantile(self.taken, 0.95),
            "overdue": self.overdue,
            "stopped_days": self.stopped,
            "charged_days": self.charged,
            "silent": self.silent,
        }


def quantile(counts: Mapping[int, int], share: float) -> int | None:
    """分位: the smallest value that this share of all does not exceed."""
    total, seen = sum(counts.values()), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= share * total:
            return value
    return None


@dataclass(slots=True)
class Figures:
    """一年的数字; `series` holds a number for each working day."""

    days: list[date]
    lines: dict[str, Line] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    visits: Counter[int] = field(default_factory=Counter)
    series: dict[str, list[int]] = field(default_factory=dict)
    charged: Counter[str] = field(default_factory=Counter)
    checks: int = 0
    digests: list[str] = field(default_factory=list)

    def line(self, name: str) -> Line:
        """A department's."""
        found = self.lines.get(name)
        if found is None:
            found = self.lines[name] = Line()
        return found

    def note(self, series: str, day: int, number: int) -> None:
        """One day's number."""
        self.series.setdefault(series, [0] * len(self.days))[day] += number

    def met(self, life: Life, dues: Dues, stood: int, calendar: Calendar = CALENDAR) -> None:
        """期限办结: a case's clock was met; `stood` working days of it stood still."""
        timing, line = life.timing, self.line(life.kind.item.line)
        assert timing.accepted_on is not None
        line.stopped += stood
        if dues.promised is None or timing.met_on is None:
            return
        line.taken[calendar.count(timing.accepted_on, timing.met_on) - stood] += 1
        line.promised += calendar.count(timing.accepted_on, dues.promised) - stood
        line.on_time += dues.overdue == 0
        line.overdue += dues.overdue > 0

    def over(self, life: Life) -> None:
        """A case has ended."""
        if life.whole is None:
            self.ends[life.end] += 1
            self.visits[life.visits] += 1
        for holder, days in life.charged.items():
            self.charge(holder, days)

    def charge(self, holder: str, days: int) -> None:
        """Days of a case that lay with somebody."""
        self.charged[holder] += days
        if holder not in NO_LINE:
            self.line(holder).charged += days

    def add(self, other: Self) -> None:
        """With another part of the year."""
        for name, line in other.lines.items():
            self.line(name).add(line)
        self.ends += other.ends
        self.acts += other.acts
        self.visits += other.visits
        self.charged += other.charged
        self.checks += other.checks
        self.digests += other.digests
        for name, numbers in other.series.items():
            for day, number in enumerate(numbers):
                self.note(name, day, number)

    def digest(self) -> str:
        """摘要: of every act and every figure; the same year has the same."""
        told = json.dumps([self.report(), self.digests], default=str, sort_keys=True)
        return blake2b(told.encode(), digest_size=16).hexdigest()

    def report(self) -> dict[str, Any]:
        """As JSON gives it."""
        return {
            "from": self.days[0],
            "to": self.days[-1],
            "days": len(self.days),
            "received": sum(self.series.get("arrived", ())),
            "ended": dict(sorted(self.ends.items())),
            "open": self.series["open"][-1] if "open" in self.series else 0,
            "visits": {str(k): v for k, v in sorted(self.visits.items())},
            "acts": dict(sorted(self.acts.items())),
            "charged": dict(self.charged.most_common()),
            "checks": self.checks,
            "lines": {name: line.row() for name, line in by_volume(self.lines)},
            "series": self.series,
        }


def by_volume(lines: Mapping[str, Line]) -> Iterable[tuple[str, Line]]:
    """The busiest departments first."""
    return sorted(lines.items(), key=lambda pair: (-pair[1].received, pair[0]))
