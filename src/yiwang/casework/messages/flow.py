"""流程的话 — the state of a flow, the events it hears and the effects it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from yiwang.ground.clock import Ground

Answer = str | tuple[str, ...]
Facts = Mapping[str, Answer]

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
