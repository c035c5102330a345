"""办件 — a case with its tasks and its timing, the commands it hears and the events it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from yiwang.casework.messages.flow import Facts, Progress
from yiwang.ground.chain import Thread
from yiwang.ground.clock import Extension, Limit, Stop

REMEDIES = "六十日内可申请行政复议，六个月内可提起行政诉讼"
"""救济: told with every refusal. 行政许可法 38; 行政复议法 20, 行政诉讼法 46"""


DEMAND = "demand"
"""督办: the kind of what a supervisor demands beside the flow; nothing else asked there goes up to a superior."""


class Status(StrEnum):
    """办件状态: where the case stands as a whole."""

    SUBMITTED = "submitted"  # 收件，待受理
    CORRECTION = "correction"  # 待补正
    HANDLING = "handling"  # 已受理，办理中
    SUSPENDED = "suspended"  # 特别程序中，停计时
    DECIDED = "decided"  # 已决定，制证中
    READY = "ready"  # 待出件
    CLOSED = "closed"  # 已办结
    REFUSED = "refused"  # 不予受理
    WITHDRAWN = "withdrawn"  # 撤回或视为撤回
    ACCEPTANCE_REVOKED = "acceptance_revoked"  # 撤销受理
    TERMINATED = "terminated"  # 终止


class Duty(StrEnum):
    """职责: what a person did in a case; one person has one duty in one case (SOD1–SOD4, SOD15)."""

    ACCEPT = "accept"
    HANDLE = "handle"
    REVIEW = "review"
    DECIDE = "decide"
    CONSULT = "consult"
    DELIVER = "deliver"  # hands it out, in the centre
    RATE = "rate"


# ── the case ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """签署席: somebody asked to sign a task: one of several signers, or one added by a colleague (加签)."""

    person: str
    kind: str  # signer | added
    by: str = ""  # who asked
    outcome: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """待办: an open step as its desk sees it. `desk` is the organisation's code, `role` the post's role, `post` the one
    post that answers for it at this moment (R52).
    """

    id: UUID
    step: str
    desk: str
    role: str
    opened_at: datetime
    post: str = ""
    due: date | None = None
    holder: str = ""  # the person who claimed it
    lenders: tuple[str, ...] = ()  # who handed it to somebody and waits for it back, the last one last
    seats: tuple[Seat, ...] = ()
    urged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """容缺: what may come after acceptance, within `limit` after the day `since`; `told` is the day that was written to
    the applicant. `lacking` are the materials still to come; `ended_on` the day on which the last of them came, or on
    which nothing was to come any more. 规定 11
    """

    limit: Limit
    since: date
    told: date
    lacking: tuple[str, ...]
    ended_on: date | None = None

    @property
    def outstanding(self) -> bool:
        """待补: something is still to come."""
        return self.ended_on is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """计时: what the due dates are reckoned from. Dates of stops are days in Shanghai."""

    promised: Limit | None = None
    legal: Limit | None = None
    accepted_on: date | None = None
    stops: tuple[Stop, ...] = ()
    extension: Extension | None = None
    met_on: date | None = None
    tolerance: Tolerance | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """办件概要: what a case is about, as every desk may see it. `home` and `id` together name the case, never one
    alone.
    """

    home: int
    id: UUID
    number: str
    item: str
    item_version: int
    item_name: str
    flow_kind: str
    applicant: str
    division: str  # where the matter lies: decides the authority
    receiving: str  # organisation that took it in
    deciding: str  # organisation that decides
    received_at: datetime
    parent: UUID | None = None  # the case this one is a part of, in the same home


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """立件: open a case with its first step at the receiving centre. `id` is the application's id."""

    home: int
    id: UUID
    item: str
    item_version: int
    applicant: str
    division: str
    receiving: str
    facts: Facts
    channel: str
    parent: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteStep:
    """完成环节: finish the task with an outcome; `facts` go into the journal, so no personal data in them. The duty is
    that of the step's role.
    """

    home: int
    id: UUID
    task: UUID
    outcome: str
    facts: Mapping[str, object] = field(default_factory=dict)
    clause: str = ""


# ── events the case says ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """办件事件: which case, and of which case it is a part."""

    home: int
    id: UUID
    number: str
    item: str
    parent: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAccepted(CaseEvent):
    """已受理: the clock runs."""

    accepted_on: date
    promised_due: date | None
    legal_due: date | None
    division: str
    deciding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOpened(CaseEvent):
    """待办已到: a desk has something to do."""

    task: UUID
    step: str
    step_kind: str
    desk: str
    role: str
    due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDecided(CaseEvent):
    """已决定: the last decision of the case was made; `outcomes` maps the organisation to grant or refuse."""

    outcomes: Mapping[str, str]
    division: str
    deciding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReady(CaseEvent):
    """待出件: the result waits at the one exit (统一出件)."""

    receiving: str
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(CaseEvent):
    """已办结."""

    end: str
    receiving: str
    deciding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled(CaseEvent):
    """停在哪里: the clock has found a limit near or passed, and this post holds the case (R52, R76).

    `what`: yellow, overdue, legal, step, issue, silent, unaccepted. `since` is the day the post has had it.
    """

    what: str
    step: str
    desk: str
    post: str
    person: str
    since: date
    due: date
    rule: str
    division: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToleranceDue(CaseEvent):
    """容缺将到期、已到期: what was tolerated is still to come and its last day, `due`, is near; or, `lapsed`, over."""

    lacking: tuple[str, ...]
    due: date
    lapsed: bool


# ── the case as a whole, as an act holds it and as desks read it ─────────────────────────────────────


@dataclass(slots=True)
class Case:
    """办件: a case in the hands of one act. What the act changes stands here until `keep` hands it on."""

    matter: Matter
    channel: str
    status: Status
    facts: Facts
    progress: Progress
    tasks: dict[str, Task]
    timing: Timing
    thread: Thread
    hands: dict[str, Duty]
    recused: tuple[str, ...] = ()  # persons who keep out of this case (回避)
    warned: tuple[str, ...] = ()  # what the clock has said already, once each
    asides: tuple[Task, ...] = ()  # questions beside the flow that wait for an answer; `step` is their kind
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    moved: tuple[tuple[date, str], ...] = ()  # who decided before the day of a reorganisation (K4)
    fresh: bool = False
    dated: tuple[date | None, date | None, bool, bool] | None = None  # promised, legal, provisional, paused in its rows
    calendar: str = ""  # by which version they were reckoned
    look_on: date | None = None  # when the clock has to look at it again
    stands_for: str = ""  # whose deputy the actor of this act is; never kept
