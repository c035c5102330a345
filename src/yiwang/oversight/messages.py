"""监督评价的话 — what oversight hears and says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStall:
    """追责记录: which link of a case, whose post, since when, which rule. `due` is the limit that passed or is near.

    `what`: yellow, overdue, legal, step, issue, silent, unaccepted, sent_back, second_notice, asks_for_held.
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
