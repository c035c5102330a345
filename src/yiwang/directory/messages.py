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
class Succession:
    """承继: from a day on another organisation has what this one had, of an item or all, in an area or everywhere."""

    organisation: str
    since: date
    successor: str
    item: str = ""
    area: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """岗位: in an organisation, with its roles; `at_centre` for those who sit in the service centre (R26).

    `successor` is the post it went on as in another organisation, `closed_on` the first day it was that one.
    """

    code: str
    organisation: str
    name: str
    roles: tuple[str, ...]
    at_centre: bool = False
    closed_on: date | None = None
    successor: str = ""


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


# ── 机构改革 ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Heir:
    """承继方: who gets what of a reorganised organisation: these items, these areas, these posts or posts with these
    roles. One that names neither items nor areas gets the rest.
    """

    to: str
    items: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def rest(self) -> bool:
        """Whether this one gets whatever nobody else was given."""
        return not self.items and not self.areas


@dataclass(frozen=True, slots=True, kw_only=True)
class Restructuring:
    """改组: one organisation and its heirs; merging is several with the same heir, splitting is one with several.

    `ends`: it is abolished on the day and keeps nothing; else it keeps what no heir was given.
    """

    organisation: str
    heirs: tuple[Heir, ...]
    ends: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """权力划转: an item in an area (a division prefix) is decided at this level, by this line, from the day on.

    `cases`: open cases go along; by the rule they stay where they are (R21).
    """

    item: str
    area: str
    level: str
    line: str = ""
    basis: str = ""
    cases: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorganisation:
    """机构改革方案: what one decision, by its document number, changes on one day."""

    document: str
    day: date
    founded: tuple[Organisation, ...] = ()
    restructured: tuple[Restructuring, ...] = ()
    renamed: tuple[Naming, ...] = ()
    transfers: tuple[Transfer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """障碍: why a plan cannot be carried out as it is; `about` is what it concerns."""

    code: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """方案推演: all rows that a reorganisation writes into the directory, and what stands in its way."""

    wanted: Reorganisation
    hindrances: tuple[Hindrance, ...] = ()
    successions: tuple[Succession, ...] = ()
    posts: tuple[tuple[str, Post], ...] = ()  # old code, new post
    holdings: tuple[tuple[Holding, Holding], ...] = ()
    powers: tuple[tuple[Power, Power], ...] = ()  # the power that ends, the power that begins
