"""机构人员的话 — divisions, organisations on two lines (条块), posts, people, powers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """行政区划: 6 digits to the county, 9 to the township; `successors` took its place, one or several."""

    code: str
    name: str
    kind: str
    parent: str
    name_en: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """条线: the same business at every level; `local_line` when another line does it below the province."""

    key: str
    name: str
    short: str
    name_en: str
    local_name: str
    local_line: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """机构: a line in a division. `level` is province, city, county or town; `kind` tells centre from department.

    `code` is `division.line` (`330106.HBT`). A township's service centre is of kind `township`; its government handles
    and decides, so it is a `department` (受办分离).
    """

    code: str
    line: str
    division: str
    level: str
    name: str
    kind: str
    name_en: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """更名: what an organisation is called from a day on; before the first of these it has its own `name`."""

    organisation: str
    since: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """岗位: in an organisation, with its roles; `at_centre` for those who sit in the service centre (R26)."""

    code: str
    organisation: str
    name: str
    roles: tuple[str, ...]
    at_centre: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """人员: an official, a member of the public, or an outside program; `subject_*` say whom the public one is."""

    code: str
    name: str
    kind: str
    subject_kind: str = ""
    subject_identifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """任职: a person in a post from a day until a day, which is no longer part of it."""

    person: str
    post: str
    held_from: date
    held_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deputy:
    """代理: somebody stands in for a person in a post from a day until a day, which is no longer part of it.

    One that was ended before it began holds on no day: `held_to` is then `held_from`. 民法典 162
    """

    id: UUID
    post: str
    principal: str
    deputy: str
    held_from: date
    held_to: date
    reason: str
    granted_by: str
    granted_at: datetime
    ended_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """集中办公例外: a post works joint items away from the service centre: why, by whose leave, until which day, which
    is no longer part of it. R26
    """

    id: UUID
    post: str
    held_from: date
    held_to: date
    reason: str
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """窗口: a window of a service centre; not bound to any item (R28)."""

    code: str
    centre: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """权力: at which level the item is decided in an area (a division prefix), from a day until a day.

    `line` when another line than the item's decides there: a township government, comprehensive enforcement.
    """

    item: str
    area: str
    level: str
    held_from: date
    held_to: date | None = None
    line: str = ""
    basis: str = ""
