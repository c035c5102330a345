"""办件的话 — commands the engine hears, events it says, and the state of a case in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from yiwang.ground.chain import Thread
from yiwang.ground.clock import Extension, Ground, Limit, Stop

Answer = str | tuple[str, ...]
Facts = Mapping[str, Answer]

REMEDIES = "六十日内可申请行政复议，六个月内可提起行政诉讼"
"""救济: told with every refusal. 行政许可法 38; 行政复议法 20, 行政诉讼法 46"""


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


# ── the flow's state ────────────────────────────────────────────────────────────────────────────────


# Named tuples: a state is made anew at every step, and so costs a quarter of the time and half of the JSON.


class Token(NamedTuple):
    """办理位置: a step that is open. `round` counts how often the step has been opened before."""

    step: str
    since: datetime
    round: int = 0


class Branching(NamedTuple):
    """分流: a fork that has opened branches; its join lets pass when `need` of them have `arrived`."""

    fork: str
    need: int
    arrived: int = 0


class Done(NamedTuple):
    """已办环节: a finished step with its outcome; `to` is where a return went."""

    step: str
    outcome: str
    at: datetime
    round: int = 0
    to: str = ""


class Progress(NamedTuple):
    """流程进度: all of a flow's state. `suspended` names the special procedures that stop the clock, in the order in
    which they began; `ended` the end, once reached.
    """

    open: tuple[Token, ...] = ()
    branching: tuple[Branching, ...] = ()
    done: tuple[Done, ...] = ()
    suspended: tuple[str, ...] = ()
    ended: str = ""


# ── events a flow hears ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """开始: open the first step."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """完成: finish an open step with an outcome (pass, grant, refuse, agree, conditional, deemed, skip …)."""

    step: str
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """进入特别程序: stop the clock in a special step, on its ground, with the number of the notice (行政许可法 45)."""

    step: str
    notice: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """特别程序结束: the clock goes on; the step itself still waits to be finished."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """退回: close an open step and open one that was finished earlier on the way to it again."""

    step: str
    to: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """撤回: undo the step that was finished last, as long as nothing happened after it."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """终止: close everything that is open and end with this word (withdrawn, refused, terminated)."""

    end: str
    at: datetime


FlowEvent = Begin | Finish | Suspend | Resume | Return | TakeBack | Cancel


# ── effects a flow asks for ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOpened:
    """环节开启: somebody has something to do."""

    step: str
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepClosed:
    """环节结束: nobody has it to do any more."""

    step: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted:
    """开始计时: the accept step was finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStopped:
    """停止计时: with ground and notice."""

    step: str
    ground: Ground
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed:
    """恢复计时: `place` is which of the open stops ends, counted from 0 in the order in which they began."""

    step: str
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMet:
    """期限办结: the first step after the limit opened, or the case ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """结束: the flow is over, with this word (done, withdrawn, refused, terminated)."""

    end: str


Effect = StepOpened | StepClosed | ClockStarted | ClockStopped | ClockResumed | ClockMet | Ended


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
class Timing:
    """计时: what the due dates are reckoned from. Dates of stops are days in Shanghai."""

    promised: Limit | None = None
    legal: Limit | None = None
    accepted_on: date | None = None
    stops: tuple[Stop, ...] = ()
    extension: Extension | None = None
    met_on: date | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxQuery:
    """待办查询: words; group (mine, free, consult, out, paused, personal, deputy); filters; order; set out `by`."""

    text: str = ""
    group: str = ""
    item: str = ""
    line: str = ""
    light: str = ""
    kind: str = ""
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
