"""守望 — what must hold at every step of the year, reckoned without the rules that are watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from yiwang.casework.messages.case import Duty
from yiwang.casework.messages.desk import Dues
from yiwang.casework.messages.flow import (
    ClockMet,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    Effect,
    Ended,
    Facts,
    Progress,
    StepClosed,
    StepOpened,
)
from yiwang.casework.rules.flow import Compiled
from yiwang.catalogue.messages import Condition, Item, JoinRule, StepKind
from yiwang.commands.year.lives import Broken, Life, Own
from yiwang.ground.clock import Limit, Unit
from yiwang.ground.workdays import CALENDAR, Calendar

DAY = timedelta(days=1)


@cache
def by(calendar: Calendar) -> Callable[[date], bool]:
    """Whether a day is worked, by the calendar's own entry for that day."""
    return cache(lambda day: calendar.day(day).is_workday)


Worked = Callable[[date], bool]
Spans = Sequence[tuple[date, date]]
"""Days after the first, up to the second, on which a clock stands still."""


def naive_due(start: date, limit: Limit, spans: Spans, worked: Worked, longer: int = 0) -> date:
    """逐日重算: the due day found by walking day by day, as an applicant would with a calendar on the wall."""
    if limit.unit is Unit.SPOT:
        return start
    assert limit.unit in (Unit.WORKDAY, Unit.CALENDAR), limit

    def stands(day: date) -> bool:
        return any(since < day <= until for since, until in spans)

    day, left = start, limit.n + longer
    while left:
        day += DAY
        if (limit.unit is Unit.CALENDAR or worked(day)) and not stands(day):
            left -= 1
    while limit.unit is Unit.CALENDAR and (not worked(day) or (stands(day) and day != start)):
        day += DAY
    return day


def spans_of(own: Own, as_of: date) -> Spans:
    """停计各段: an open stop lasts as long as one looks."""
    return [(since, until or as_of) for _, since, until in own.stops]


def naive_dues(own: Own, item: Item, today: date, worked: Worked) -> tuple[date | None, date | None]:
    """逐日重算: promised and legal due day of a clock as of a day, or of the day it was met."""
    if own.accepted is None or item.promised is None:
        return None, None
    spans, found = spans_of(own, own.met or today), list[date | None]()
    for limit in (item.promised, item.legal):
        longer = own.longer.n if limit and own.longer and own.longer.unit is limit.unit else 0
        found.append(naive_due(own.accepted, limit, spans, worked, longer) if limit else None)
    return found[0], found[1]


def naive_taken(own: Own, on: date, worked: Worked) -> tuple[int, int]:
    """所用工作日: working days of a clock from acceptance to a day — counted, and stood still."""
    assert own.accepted is not None
    counted = stood = 0
    day, spans = own.accepted, spans_of(own, on)
    while day < on:
        day += DAY
        if worked(day):
            still = any(since < day <= until for since, until in spans)
            stood, counted = stood + still, counted + (not still)
    return counted, stood


@dataclass(frozen=True, slots=True)
class Chart:
    """图: what of a flow chart must hold whoever executes it. For each join that waits for all: the steps between
    its fork and itself, and those after it — as bits, so that a look at both is one operation.
    """

    bits: Mapping[str, int]
    joins: tuple[tuple[str, int, int], ...]
    forks: tuple[tuple[str, frozenset[str]], ...]


def chart_of(flow: Compiled) -> Chart:
    """The chart of a flow."""
    bits = {step: 1 << place for place, step in enumerate(flow.steps)}
    joins = []
    for fork, join in flow.joins.items():
        within, beyond = _reached(flow, fork, join), _reached(flow, join, "")
        if not within & beyond and flow.steps[join].rule is JoinRule.ALL:
            joins.append((join, sum(bits[s] for s in within), sum(bits[s] for s in beyond)))
    plain = (StepKind.FORK, StepKind.JOIN)
    forks = tuple(
        (s.id, frozenset(e.target for e in flow.after[s.id]))
        for s in flow.flow.steps
        if s.kind is StepKind.FORK and all(flow.steps[e.target].kind not in plain for e in flow.after[s.id])
    )
    return Chart(bits, tuple(joins), forks)


def _reached(flow: Compiled, start: str, stop: str) -> set[str]:
    found: set[str] = set()
    waiting = [e.target for e in flow.after[start]]
    while waiting:
        step = waiting.pop()
        if step != stop and step not in found:
            found.add(step)
            waiting += [e.target for e in flow.after[step]]
    return found


def holds(condition: Condition | None, facts: Facts, progress: Progress) -> bool:
    """情形成立: by the answers, or by how a step has ended last."""
    if condition is None:
        return True
    if condition.question.startswith("outcome:"):
        step = condition.question.partition(":")[2]
        return any(d.outcome in condition.values for d in [d for d in progress.done if d.step == step][-1:])
    given = facts.get(condition.question, ())
    return bool({given} & set(condition.values) if isinstance(given, str) else set(given) & set(condition.values))


@dataclass(slots=True)
class Watch:
    """守望: raises Broken where something does not hold. Every `sample`-th case has its dates reckoned day by day."""

    sample: int = 20
    today: date | None = None
    checks: int = 0
    charts: dict[int, Chart] = field(default_factory=dict)
    worked: Worked = field(default_factory=lambda: by(CALENDAR))

    def use(self, calendar: Calendar) -> None:
        """From now on days are reckoned by this calendar."""
        self.worked = by(calendar)

    def demand(self, life: Life, holds: object, invariant: str, facts: object = "") -> None:
        """Broken unless it holds."""
        if not holds:
            raise Broken(invariant, self.today, life.name, facts)

    def chart(self, life: Life) -> Chart:
        """The chart of a case's flow."""
        found = self.charts.get(life.kind.number)
        if found is None:
            found = self.charts[life.kind.number] = chart_of(life.kind.flow)
        return found

    def step(self, life: Life, before: Progress, after: Progress, effects: Sequence[Effect]) -> None:
        """流程不变量: no token lost or doubled, joins wait for all, forks open every branch, an end is an end."""
        self.checks += 1
        opened: list[str] = []
        closed: list[str] = []
        ended: list[str] = []
        for effect in effects:
            if isinstance(effect, StepOpened):
                opened.append(effect.step)
            elif isinstance(effect, StepClosed):
                closed.append(effect.step)
            elif isinstance(effect, Ended):
                ended.append(effect.end)
        stood, now = [t.step for t in before.open], [t.step for t in after.open]
        kept = len(before.done)
        # All at once, and one by one only to say which: this is the hottest line of the year.
        if not (
            len(set(now)) == len(now)
            and ((stood == closed and opened == now) or sorted(stood + opened) == sorted(now + closed))
            and bool(now) is not bool(after.ended)
            and len(after.done) == kept + len(closed)
            and (not kept or after.done[kept - 1] is before.done[-1])
            and ended == ([after.ended] if after.ended else [])
        ):
            self.demand(life, len(set(now)) == len(now), "none doubled", now)
            self.demand(life, sorted(stood + opened) == sorted(now + closed), "none lost", (stood, opened, closed, now))
            self.demand(life, bool(now) is not bool(after.ended), "open or ended", (now, after.ended))
            self.demand(life, ended == ([after.ended] if after.ended else []), "ends once", ended)
            self.demand(life, False, "what was done stays done", closed)
        chart = self.chart(life)
        if chart.joins:
            self._branches(life, chart, now, opened, after)
        if after.ended == "done":
            self.whole(life, after)

    def standing(self, life: Life, now: list[str]) -> None:
        """开着的环节: none twice, and none behind a join while another is before it."""
        self.demand(life, len(set(now)) == len(now), "none doubled", now)
        chart = self.chart(life)
        bits = sum(chart.bits[step] for step in now)
        for join, within, beyond in chart.joins:
            self.demand(life, not (bits & within and bits & beyond), "a join waits for all", (join, now))

    def _branches(self, life: Life, chart: Chart, now: list[str], opened: list[str], after: Progress) -> None:
        self.standing(life, now)
        for fork, targets in chart.forks:
            if len(found := targets.intersection(opened)) and not any(d.step in targets for d in after.done):
                edges = life.kind.flow.after[fork]
                expected = {e.target for e in edges if holds(e.when, life.facts, after)}
                self.demand(life, found == expected, "a fork opens every branch", (fork, sorted(found)))

    def whole(self, life: Life, after: Progress) -> None:
        """走完: a case that is done has done every step that its chart and its facts ask for."""
        flow, done = life.kind.flow, {d.step for d in after.done}
        seen: set[str] = set()
        waiting = [flow.start]
        while waiting:
            step = waiting.pop()
            if step in seen:
                continue
            seen.add(step)
            plain = flow.steps[step].kind not in (StepKind.FORK, StepKind.JOIN)
            self.demand(life, not plain or step in done, "every step was done", step)
            edges = flow.after[step]
            if flow.steps[step].kind is StepKind.FORK:
                targets = [e.target for e in edges if holds(e.when, life.facts, after)]
                waiting += targets or [flow.joins[step]]
            else:
                met = [e for e in edges if e.when is not None and holds(e.when, life.facts, after)]
                waiting += [e.target for e in (met or [e for e in edges if e.when is None])[:1]]

    def clock(self, life: Life, effects: Sequence[Effect], notice: str) -> None:
        """计时不变量: started once, met once, stopped only on a ground and a written notice, one special step at a
        time.
        """
        timing = life.timing
        for effect in effects:
            if isinstance(effect, StepOpened | StepClosed):
                continue
            if isinstance(effect, ClockStarted):
                self.demand(life, timing.accepted_on is None, "the clock starts once")
            elif isinstance(effect, ClockMet):
                started = timing.accepted_on or any(isinstance(e, ClockStarted) for e in effects)
                self.demand(life, started and timing.met_on is None, "the clock is met once")
            elif isinstance(effect, ClockResumed):
                self.demand(life, effect.step in life.stopped, "what goes on had stopped", effect.step)
            elif isinstance(effect, ClockStopped):
                step = life.kind.flow.steps[effect.step]
                lawful = step.kind is StepKind.SPECIAL and effect.ground is step.ground and effect.ground
                self.demand(life, lawful, "a stop has its ground", effect.step)
                self.demand(life, notice.strip() and effect.notice == notice, "a stop has its notice", effect.step)
                self.demand(life, effect.step not in life.stopped, "a stop is not stopped again", effect.step)

    def duty(self, life: Life, person: str, duty: Duty) -> None:
        """一人一责: before the duty is written down."""
        self.demand(life, life.hands.get(person, duty) is duty, "one person, one duty", person)

    def over(self, life: Life) -> None:
        """办结: a case that is over is nobody's, its clock was met, nothing stands still, and nobody came twice."""
        timing = life.timing
        self.demand(life, not life.tickets, "over is nobody's", sorted(life.tickets))
        self.demand(life, (timing.accepted_on is None) == (timing.met_on is None), "the clock is met once")
        self.demand(life, all(s.end is not None for s in timing.stops), "every stop ends")
        self.demand(life, life.visits <= 1, "at most one visit", life.visits)

    def open(self, life: Life) -> None:
        """在办: a case that is not over has somebody who has to do something."""
        self.demand(life, life.tickets, "an open case is somebody's", life.phase)

    def dues(self, life: Life, found: Dues, today: date) -> None:
        """期限不变量: of every `sample`-th case, day by day."""
        if life.n % self.sample:
            return
        promised, legal = naive_dues(life.own, life.kind.item, today, self.worked)
        self.demand(life, found.promised == promised, "the promised day", (found.promised, promised))
        self.demand(life, found.legal == legal, "the legal day", (found.legal, legal))
        if promised is None:
            return
        on, late = life.own.met or today, 0
        day = promised
        while day < on:
            day += DAY
            late += self.worked(day)
        self.demand(life, found.overdue == late, "days overdue", (found.overdue, late))

    def step_due(self, life: Life, limit: Limit | None, since: date, found: date | None) -> None:
        """环节期限不变量: of every `sample`-th case, day by day."""
        if life.n % self.sample or limit is None or limit.unit is Unit.SPOT:
            return
        spans = [(a, b) for a, b in spans_of(life.own, self.today or since) if b > since]
        expected = naive_due(since, limit, spans, self.worked)
        self.demand(life, found == expected, "the day of a step", (found, expected))
