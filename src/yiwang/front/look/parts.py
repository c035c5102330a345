"""部件 — what pages hand to the macros of templates/macros: small frozen records, no behaviour beyond their links.

Titles, labels and notes are shown as they come: translated by whoever makes them, escaped by the template.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

Tone = Literal["neutral", "info", "good", "warn", "bad"]
Level = Literal["green", "yellow", "red", "paused", "done"]
State = Literal["done", "now", "waiting", "paused", "problem"]


@dataclass(frozen=True, slots=True)
class NavItem:
    """导航项 — one entry of a seat's navigation or of tabs; `count` is shown as a small number."""

    label: str
    href: str
    icon: str = ""
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """登录人 — whoever is logged in and the post acted from; `posts` are links to act from another."""

    name: str
    post: str = ""
    organisation: str = ""
    posts: tuple[NavItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """演示账号 — a row of the table on the log-in page; only ever given in a demonstration."""

    seat: str
    name: str
    login: str
    password: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """问题 — what the error page says: what was wrong, where, what to do; `reference` is quoted when asking."""

    status: int
    title: str
    detail: str = ""
    todo: tuple[str, ...] = ()
    links: tuple[NavItem, ...] = ()
    where: str = ""
    clause: str = ""
    code: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """选项 — one answer of radios, checkboxes or a select."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """行 — a question and its answer on the check page, or a name and its value anywhere.

    `source` is the department the value came from (shown as «来自 …»), `change` where to correct it.
    """

    label: str
    value: object
    change: str = ""
    source: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """任务 — a line of a task list; `tone` colours its status."""

    title: str
    status: str
    tone: Tone = "neutral"
    href: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """列 — of a table: `key` sorts by it (none: no sorting); `number` aligns right; `wide` is left out on a phone."""

    label: str
    key: str = ""
    number: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """列表状态 — where a list stands: its address, what was asked, how it is sorted, which page. Pages count from 1.

    `sort` is a column's key, with `-` before it when descending. `kept` are filters that every link keeps. `export` is
    the address of the same list as a file.
    """

    path: str
    total: int
    page: int = 1
    size: int = 30
    query: str = ""
    sort: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)
    export: str = ""
    searchable: bool = True

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        return (self.page - 1) * self.size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.page * self.size, self.total)

    def at(self, page: int) -> str:
        """The address of a page."""
        return self._link(self.path, page=str(page) if page > 1 else "")

    def sorted_by(self, key: str) -> str:
        """The address of the list sorted by a column; by the one it is sorted by already, the other way round."""
        return self._link(self.path, sort=f"-{key}" if self.sort == key else key)

    def exported(self) -> str:
        """The address of the file."""
        return self._link(self.export)

    def _link(self, path: str, **changed: str) -> str:
        asked = {**self.kept, "q": self.query, "sort": self.sort, **changed}
        text = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{text}" if text else path


@dataclass(frozen=True, slots=True)
class Light:
    """灯 — a deadline at a glance: level, working days left (negative: past the due day), the due day.

    `paused_for` says why the clock stands (专家评审) when the level is `paused`; `href` leads to why it is that day.
    """

    level: Level
    days: int = 0
    due: dt.date | None = None
    paused_for: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """停钟 — a stretch in which the clock stood, explained to whoever waits."""

    why: str
    since: dt.date
    until: dt.date | None = None
    notice: dt.date | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """进度 — a stage of a case as its applicant sees it: which department, since when, working days left."""

    title: str
    state: State
    department: str = ""
    at: dt.date | dt.datetime | None = None
    note: str = ""
    days_left: int | None = None
    due: dt.date | None = None
    pauses: tuple[Pause, ...] = ()
    href: str = ""  # why it is that day
    until: dt.date | None = None  # of a step that only time ends


@dataclass(frozen=True, slots=True)
class Part:
    """一段 — of a case's life: whose days; `keeper` is the kind (post, applicant, statute, hall, net), `start` and
    `width` are percent of the bar. `overdue` working days lie past the promise, `late` past the step's own date.
    """

    number: int
    keeper: str
    who: str
    detail: str
    since: dt.date
    until: dt.date
    days: int
    workdays: int
    overdue: int = 0
    late: int = 0
    provisional: bool = False
    start: float = 0
    width: float = 100


@dataclass(frozen=True, slots=True)
class LifeBar:
    """归责条 — a case's life, part by part; the sums are those of the parts."""

    parts: tuple[Part, ...]
    days: int
    workdays: int
    overdue: int
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Stat:
    """数字 — a tile: value with unit, a note, how it moved (`trend`, good or bad), where it leads, what it means."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    trend: str = ""
    good: bool | None = None
    href: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """错处 — one line of the error summary, leading to the field with that name."""

    field: str
    message: str
