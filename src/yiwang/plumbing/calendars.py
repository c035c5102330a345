"""日历在库 — the working-day calendar in force: the built-in years and the notices imported since, by version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic
from typing import Any

from yiwang.ground.workdays import CALENDAR, Calendar, Special
from yiwang.plumbing.tables import Table

LOOK_AGAIN = 1.0  # seconds a process trusts its calendar before it asks for the edition again

NOTICES = Table(
    "plumbing.calendar",
    {
        "edition": "int",
        "notice": "text",
        "years": "int[]",
        "days": "jsonb",
        "imported_by": "text",
        "imported_at": "timestamptz",
    },
    ("edition",),
    {"calendar_pkey": "work.try_again"},
)

_EDITION = "SELECT coalesce(max(edition), 0) FROM plumbing.calendar"
_ALL = "SELECT edition, notice, years, days, imported_by, imported_at FROM plumbing.calendar ORDER BY edition"

Read = Callable[[str], Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Notice:
    """放假通知: the days off and the days worked instead that a notice orders for its years, and who brought it in."""

    edition: int
    document: str
    years: frozenset[int]
    specials: tuple[Special, ...]
    imported_by: str
    imported_at: datetime


def version_after(edition: int) -> str:
    """版本: the built-in version, and how many notices were imported over it."""
    return f"{CALENDAR.version}+{edition}" if edition else CALENDAR.version


def days_of(specials: Iterable[Special]) -> list[tuple[date, str, str]]:
    """Special days as the table keeps them: date, kind, name."""
    return [(special.date, special.kind, special.name) for special in specials]


@dataclass(slots=True)
class Calendars:
    """历版: every version of the calendar this installation has had; read again when a notice has been imported."""

    _versions: Mapping[str, Calendar] = field(default_factory=lambda: {CALENDAR.version: CALENDAR})
    _edition: int = 0
    _looked: float = float("-inf")

    def in_force(self, read: Read) -> Calendar:
        """现行日历: seen by the act after the import at once in its own process, a second later by the others."""
        if monotonic() - self._looked > LOOK_AGAIN:
            edition = read(_EDITION)[0][0]
            if edition != self._edition:
                self._versions = versions(notices(read))
                self._edition = edition
            self._looked = monotonic()
        return self._versions[version_after(self._edition)]

    def of_version(self, read: Read, version: str) -> Calendar | None:
        """某版日历: as it was under that version; None for one that this program no longer has."""
        self.in_force(read)
        return self._versions.get(version)

    def forget(self) -> None:
        """A notice is being imported: the next act reads again."""
        self._looked = float("-inf")


def notices(read: Read) -> list[Notice]:
    """All imported notices, the oldest first."""
    return [
        Notice(
            edition,
            document,
            frozenset(years),
            tuple(Special(date.fromisoformat(day), kind, name, document) for day, kind, name in days),
            by,
            at,
        )
        for edition, document, years, days, by, at in read(_ALL)
    ]


def versions(imported: Iterable[Notice]) -> dict[str, Calendar]:
    """The calendar after each of these notices, by version; the last one is in force."""
    found = {CALENDAR.version: CALENDAR}
    last = CALENDAR
    for notice in imported:
        last = last.revised(version_after(notice.edition), notice.specials, notice.years)
        found[last.version] = last
    return found
