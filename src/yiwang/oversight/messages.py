"""监督评价的话 — what oversight hears and says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Grade(StrEnum):
    """好差评五级: kept by name, because the codes of two standards run in opposite directions (GB/T 39046 A.8)."""

    VERY_SATISFIED = "very_satisfied"  # 非常满意
    SATISFIED = "satisfied"  # 满意
    FAIRLY_SATISFIED = "fairly_satisfied"  # 基本满意
    DISSATISFIED = "dissatisfied"  # 不满意
    VERY_DISSATISFIED = "very_dissatisfied"  # 非常不满意


BAD = (Grade.DISSATISFIED, Grade.VERY_DISSATISFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """邀评: the result was delivered; ask the applicant how it was."""

    home: int
    id: UUID
    number: str
    item: str
    receiving: str
    deciding: str
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """评价: one case, one rating (一事一评); a bad one says why."""

    home: int
    id: UUID
    grade: Grade
    reasons: tuple[str, ...] = ()
    comment: str = ""
    channel: str = "web"


class Kind(StrEnum):
    """监督类别: what a record says against whoever had the case (R76). A warning says nothing against anybody."""

    WARNING = "warning"  # 预警：将到期
    INACTION = "inaction"  # 不作为：到期还没有人领办
    SLOWNESS = "slowness"  # 慢作为：有人办，超了期
    MISCONDUCT = "misconduct"  # 乱作为：返工、违法要求


class Became(StrEnum):
    """现状: what became of a record: the link is still broken, is mended, or what was tried never came about."""

    OPEN = "open"
    MENDED = "mended"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class StallQuery:
    """追责查询: kind, organisations (any; empty for all), item, rule, broken at or before a day, what became."""

    kind: str = ""
    desks: tuple[str, ...] = ()
    item: str = ""
    rule: str = ""
    by: date | None = None
    now: str = ""


EVERY = StallQuery()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStall:
    """追责记录: which link of a case, whose post, since when, which rule. `due` is the limit that passed or is near.

    `what`: yellow, overdue, legal, step, issue, silent, unaccepted, unanswered, sent_back, second_notice,
    asks_for_held.
    """

    home: int
    id: UUID
    number: str
    item: str
    division: str
    what: str
    step: str
    desk: str
    post: str
    person: str
    since: date
    due: date | None
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """督办: whoever answers for this task has to say in words what becomes of it, within so many working days."""

    home: int
    id: UUID
    task: UUID
    words: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDemand:
    """答复督办: in words, by the post that was named or who has to answer after it."""

    home: int
    id: UUID
    demand: UUID
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordUnanswered:
    """督办逾期未答: this desk and post have said nothing by the day."""

    home: int
    id: UUID
    demand: UUID
    desk: str
    post: str
    since: date
    due: date
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LapseDemand:
    """督办了结: the case is over before anybody has answered."""

    home: int
    id: UUID
    demand: UUID


@dataclass(frozen=True, slots=True)
class Demanded:
    """督办一行: what was demanded of whom by when, and what came of it; `outcome` is empty while it is open."""

    home: int
    matter: UUID
    id: UUID
    number: str
    item: str
    step: str
    desk: str
    post: str
    person: str
    words: str
    asked_by: str
    due: date
    at: datetime
    outcome: str = ""
    answer: str = ""
    answered_by: str = ""
    answered_desk: str = ""
    answered_post: str = ""
    answered_at: datetime | None = None
