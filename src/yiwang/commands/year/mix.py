"""来件 — what comes in a year: which items, in which situations, on which days; all by one source of chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, pairwise
from math import exp, log
from random import Random

from yiwang.casework.messages.flow import Facts
from yiwang.casework.rules.flow import Compiled, compile_flow
from yiwang.catalogue.messages import Item, Question, Step, StepKind
from yiwang.catalogue.seed import demo_items
from yiwang.ground.workdays import CALENDAR, Calendar

START = date(2017, 8, 14)
"""开年: the first working day of the year; the demo's catalogue is in force by then."""

SEED_ITEMS: Mapping[str, float] = {"其他-90001-000": 14.0, "许可-90014-000": 4.0, "许可-90015-000": 2.5}
"""种子事项: the founding text's three examples and how much oftener than any other item they are asked for."""
ON_THE_SPOT = 3.0
OWN = 2.5
SITUATIONS = 12
BEFORE_A_STEP_BACK = frozenset({StepKind.REVIEW, StepKind.CONSULT, StepKind.SPECIAL, StepKind.ISSUE})

MINUTES: Mapping[StepKind, float] = {
    StepKind.ACCEPT: 12,
    StepKind.REVIEW: 45,
    StepKind.CONSULT: 40,
    StepKind.SPECIAL: 30,
    StepKind.DECIDE: 20,
    StepKind.ISSUE: 10,
    StepKind.DELIVER: 6,
}
"""用时: minutes of one person that a step takes on average."""
LEAD_OF_LIMIT = 0.34
"""Which part of its own limit a step waits on average before anybody gets to it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """一种来件: an item with its chart indexed, its weight, the situations people come in, and where a step may be
    sent back to, read off the chart itself.
    """

    number: int
    item: Item
    flow: Compiled
    weight: float
    situations: tuple[Facts, ...]
    back: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Temper:
    """世情: how often what happens. Shares of one unless a unit is named."""

    corrected: float = 0.85  # of those asked for what lacks, who supply it in time
    correction: float = 0.08
    not_accepted: float = 0.015
    forgotten: float = 0.006  # applications nobody looks at in time: accepted by law
    fails: float = 0.04
    sent_back: float = 0.03
    taken_back: float = 0.01
    refused: float = 0.05
    silent: float = 0.08
    late: float = 0.10  # answers after the limit of a consultation
    special: float = 0.45  # of optional special procedures, those that are needed
    withdrawn: float = 0.012
    extended: float = 0.05
    twice: float = 0.015  # the same request arrives a second time
    crashed: float = 0.03  # of errands, whose worker dies with the answer in hand
    doubled: float = 0.03  # of errands, which a second worker gets as well
    undelivered: float = 0.15  # of messages to departments, which nobody takes
    mischief: float = 0.02  # something that no rule allows is tried
    rated: float = 0.6
    window: float = 0.3
    counter: float = 0.2
    courier: float = 0.3
    absent: float = 1 / 70  # a day, for each who is there
    deputised: float = 0.6  # of those away, who have a deputy
    system_down: float = 0.012  # a day, for each department's system
    system_up: float = 0.35
    system_slow: float = 0.04
    batches: float = 0.3  # of departments, those that decide on Tuesdays and Fridays only


@cache
def items() -> tuple[Item, ...]:
    """事项: those of the demo, read once."""
    return tuple(demo_items())


def kinds(rng: Random, more: Sequence[Item] = (), *, waiting: bool = False) -> list[Kind]:
    """来件种类: every demo item and `more`, the seed's three weighted up, matters on the spot likewise; those in which
    a step waits for a day or for another case, which no post works, only where `waiting`.
    """
    made = []
    for number, item in enumerate(i for i in (*items(), *more) if waiting or not _waits(i)):
        spot = item.promised is not None and item.promised.n == 0
        weight = SEED_ITEMS.get(item.code, ON_THE_SPOT if spot else OWN if item in more or _waits(item) else 1.0)
        flow = compile_flow(item.flow)
        situations = tuple(_situation(rng, item.questions) for _ in range(SITUATIONS if item.questions else 1))
        back = {s.id: _earlier(flow, s) for s in item.flow.steps if s.kind in (StepKind.REVIEW, StepKind.DECIDE)}
        made.append(Kind(number, item, flow, weight, situations, back))
    return made


def _waits(item: Item) -> bool:
    return any(s.kind in (StepKind.WAIT, StepKind.SUBCASE) for s in item.flow.steps)


def _situation(rng: Random, questions: Sequence[Question]) -> Facts:
    facts: dict[str, str | tuple[str, ...]] = {}
    for question in questions:
        values = [option.value for option in question.options]
        if question.several:
            wanted = set(rng.sample(values, rng.randint(1, len(values))))
            facts[question.code] = tuple(v for v in values if v in wanted)
        else:
            facts[question.code] = rng.choice(values)
    return facts


def _earlier(flow: Compiled, step: Step) -> tuple[str, ...]:
    """Steps right before this one along an unbranched stretch of the chart, the nearest first."""
    found: list[str] = []
    at = step.id
    while len(before := flow.before[at]) == 1 and flow.steps[before[0]].kind in BEFORE_A_STEP_BACK:
        at = before[0]
        found.append(at)
    return tuple(found)


def workdays(start: date, count: int, calendar: Calendar = CALENDAR) -> list[date]:
    """工作日: the first `count` working days from a day on."""
    first = calendar.next_workday(start)
    return [calendar.add(first, n) for n in range(count)]


def arrivals(rng: Random, days: Sequence[date], cases: int) -> list[int]:
    """到件: how many come on each day — more after a holiday, and on some days whole batches."""
    weights = []
    for before, day in pairwise([days[0] - timedelta(days=3), *days]):
        weight = 1.6 if (day - before).days > 1 else 1.0
        weights.append(weight * (rng.uniform(2.5, 4) if rng.random() < 0.02 else 1.0))
    counts = [0] * len(days)
    for place in rng.choices(range(len(days)), cum_weights=list(accumulate(weights)), k=cases):
        counts[place] += 1
    return counts


@cache
def _scale(mean: float, spread: float) -> float:
    return log(mean) - spread * spread / 2


def skewed(rng: Random, mean: float, spread: float = 0.8) -> float:
    """偏态: a positive number with this mean and a long tail."""
    return exp(rng.gauss(_scale(mean, spread), spread))
