"""一件一生 — a case as the year sees it, its open tasks, and what an act has changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yiwang.casework.messages.case import Duty, Timing
from yiwang.casework.messages.flow import Facts, Progress
from yiwang.casework.rules.replay import Act
from yiwang.catalogue.messages import Step
from yiwang.commands.year.mix import Kind
from yiwang.ground.clock import Limit


class Broken(Exception):
    """不变量被破: which one, on which day, in which case; the seed makes it happen again."""

    def __init__(self, invariant: str, day: date | None, case: str, facts: object = "") -> None:
        super().__init__(f"{day} {case}: {invariant} {facts}")
        self.invariant, self.day, self.case, self.facts = invariant, day, case, facts

    def __reduce__(self) -> tuple[Any, ...]:
        return Broken, (self.invariant, self.day, self.case, str(self.facts))


@dataclass(slots=True)
class Ticket:
    """一件待办: an open step in somebody's queue. `minutes` of work are left; `until` is the working day, counted
    from the first of the year, on which a special procedure ends; `ref` is what the services call it.
    """

    life: Life
    step: Step
    desk: str
    role: str
    due: date | None
    since: date
    ref: Any = None
    minutes: float = 0.0
    until: int = -1
    open: bool = True
    holder: str = ""  # only this person may finish it


@dataclass(slots=True)
class Own:
    """自记: the year's own record of a clock, written down beside the rules and never read from them. A stop is a
    step, the day it began, and the day it ended or none.
    """

    accepted: date | None = None
    met: date | None = None
    longer: Limit | None = None
    stops: list[tuple[str, date, date | None]] = field(default_factory=list)

    def stop(self, step: str, on: date) -> None:
        """The clock stands still from a day on."""
        self.stops.append((step, on, None))

    def resume(self, step: str, on: date) -> None:
        """It goes on."""
        self.stops = [(s, a, on if s == step and b is None else b) for s, a, b in self.stops]


@dataclass(slots=True)
class Life:
    """一件: number `n` of the year. `phase` is submitted, correction, running or over."""

    n: int
    kind: Kind
    facts: Facts
    arrived: int
    window: bool = False
    delivery: str = "e_licence"
    phase: str = "submitted"
    end: str = ""
    noticed: bool = False
    received: date | None = None
    answer_by: date | None = None
    cure_by: date | None = None
    failed: bool = False
    visits: int = 0
    decided: date | None = None
    tickets: dict[str, Ticket] = field(default_factory=dict)
    hands: dict[str, Duty] = field(default_factory=dict)
    recused: set[str] = field(default_factory=set)
    progress: Progress = field(default_factory=Progress)
    timing: Timing = field(default_factory=Timing)
    own: Own = field(default_factory=Own)
    stopped: set[str] = field(default_factory=set)
    ref: Any = None  # where the services keep it
    acts: list[Act] = field(default_factory=list)  # of a sample, what a journal would say
    charged_to: str = ""
    charged_from: date = date.min
    charged: dict[str, int] = field(default_factory=dict)
    whole: Life | None = None  # of a part
    parts: list[Life] = field(default_factory=list)
    since: dict[str, date] = field(default_factory=dict)  # when a step was opened last
    warned: frozenset[str] = frozenset()  # what the clock has said
    seq: int = 0  # entries of its journal when it was looked at last

    @property
    def name(self) -> str:
        """How a finding names it."""
        return f"case {self.n}"


@dataclass(frozen=True, slots=True)
class Person:
    """一人: who works, in which post of which desk; `behalf` is whose deputy in that role, if anybody's."""

    code: str
    desk: str
    role: str
    behalf: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Whose act it is: what is done for somebody is done by him too."""
        return (self.code, self.behalf) if self.behalf else (self.code,)
