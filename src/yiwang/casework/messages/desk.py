"""待办的话 — what a desk asks of its inbox and sees of a case: lights, due dates, rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Light(StrEnum):
    """灯: how near the promise is; shown by text and shape, never by colour alone."""

    NONE = "none"  # no limit
    GREEN = "green"
    YELLOW = "yellow"  # nine tenths of the promise used, or a working day left
    RED = "red"  # past the promise
    PAUSED = "paused"  # a statutory stop
    MET = "met"  # the limit was met, early or late


@dataclass(frozen=True, slots=True)
class Dues:
    """时限一览: dates, working days left and overdue against the promise and the law, and the light of the promise."""

    promised: date | None
    legal: date | None
    provisional: bool
    paused: bool
    left: int
    overdue: int
    light: Light
    legal_left: int = 0
    legal_overdue: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """现状: as much of a case as tells whether a link of it is still broken: is it over, its clock met, since which day
    is each step open, does a supervisor wait for words.
    """

    closed: bool
    met: bool
    open: Mapping[str, date]
    demanded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxQuery:
    """待办查询: words; group (mine, free, consult, out, paused, personal, deputy); filters, and the kind of step
    that is left out (`but`); order; set out `by`.
    """

    text: str = ""
    group: str = ""
    item: str = ""
    line: str = ""
    light: str = ""
    kind: str = ""
    but: str = ""
    by: str = ""
    sort: str = "due"


@dataclass(frozen=True, slots=True)
class Facet:
    """分面: rows of a group with this item, line, kind, light or week (none: all), and those `kept` by the rest."""

    of: str
    key: str
    name: str
    most: int
    kept: int


@dataclass(frozen=True, slots=True)
class InboxRow:
    """待办一行: all that the inbox page shows of a task."""

    desk: str
    id: UUID
    home: int
    matter: UUID
    number: str
    item: str
    item_name: str
    applicant: str
    division: str
    step: str
    step_name: str
    step_kind: str
    role: str
    opened_at: datetime
    step_due: Any
    promised_due: Any
    legal_due: Any
    paused: bool
    holder: str
    post: str
    urged: int
    line: str
    asked_by: str
