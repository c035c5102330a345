"""只用规则 — the year by flow, timing and separation alone: hundreds of thousands of cases, no database."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import replace
from datetime import date
from functools import partial
from hashlib import blake2b
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from random import Random
from typing import Any

from yiwang.casework.messages.flow import (
    Begin,
    Cancel,
    ClockMet,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    Effect,
    Ended,
    Finish,
    FlowEvent,
    Progress,
    Return,
    StepClosed,
    StepOpened,
    Suspend,
    TakeBack,
)
from yiwang.casework.rules import delay, timing
from yiwang.casework.rules.flow import advance
from yiwang.casework.rules.replay import Act
from yiwang.casework.rules.separation import duty_of, permit
from yiwang.catalogue.messages import Silence, StepKind
from yiwang.commands.year import mix, staff
from yiwang.commands.year.days import Setting, Year
from yiwang.commands.year.figures import Figures
from yiwang.commands.year.lives import Broken, Life, Person, Ticket
from yiwang.commands.year.mix import MINUTES, Kind, Temper
from yiwang.commands.year.staff import Lines, Seat, Staff
from yiwang.commands.year.watch import Watch, naive_taken
from yiwang.ground.clock import Extension
from yiwang.ground.outcome import Refused
from yiwang.ground.workdays import CALENDAR

PARTS = 4
"""The year is always cut into so many parts, each with chance and staff of its own: so how many processes play them
changes nothing."""
LOOK = 0.2  # seconds between two looks at how far the parts are
SYSTEM = "system"


class Rules:
    """规则之手: does the acts of a year by the rules, and keeps nothing but what they give back."""

    def __init__(self, year: Year) -> None:
        self.year, self.watch, self.rng = year, year.watch, year.rng
        self.lapses: defaultdict[date, list[Life]] = defaultdict(list)
        self.deemed: defaultdict[date, list[tuple[Life, date]]] = defaultdict(list)
        self.silences: defaultdict[date, list[Ticket]] = defaultdict(list)
        self.last: dict[int, FlowEvent] = {}
        self.before: tuple[Progress, tuple[Effect, ...]] = Progress(), ()
        self.journal = blake2b(digest_size=16)

    # ── time passes ─────────────────────────────────────────────────────────────────────────────────

    def morning(self, today: date) -> None:
        """The timers of the day before."""
        for life in _due(self.lapses, today):
            if life.phase == "correction":
                self._went("lapsed")
                self._go(life, Cancel(end="withdrawn", at=self.year.moment()))
        for life, received in _due(self.deemed, today):
            if life.phase == "submitted" and life.answer_by is not None and life.answer_by < today:
                self._went("deemed accepted")
                step = next(t.step.id for t in life.tickets.values() if t.step.kind is StepKind.ACCEPT)
                self._go(life, Finish(step=step, outcome="accept", at=self.year.moment()), accepted_on=received)
        for ticket in _due(self.silences, today):
            if ticket.open and not self._moved_on(ticket, today):
                self._went("silent")
                self.year.figures.line(ticket.desk).silent += 1
                if ticket.step.silence is Silence.DEEMED:
                    self._go(ticket.life, Finish(step=ticket.step.id, outcome="deemed", at=self.year.moment()))

    def _moved_on(self, ticket: Ticket, today: date) -> bool:
        """While a clock stands still the limit of a consultation moves on with it."""
        life = ticket.life
        due = timing.step_due(ticket.step, ticket.since, CALENDAR, life.timing.stops, today)
        self.watch.step_due(life, ticket.step.limit, ticket.since, due)
        if due is None or due < today:
            return False
        self.silences[CALENDAR.add(due, 1)].append(ticket)
        return True

    def _went(self, what: str) -> None:
        self.year.figures.acts[what] += 1

    def away(self, person: Person, back: int) -> None:
        """Rules know no absence: colleagues of the same role do the work."""

    # ── acts ────────────────────────────────────────────────────────────────────────────────────────

    def arrive(self, life: Life) -> None:
        """Handed in."""
        self._go(life, Begin(at=self.year.moment()))
        self._answer(life)

    def _answer(self, life: Life) -> None:
        assert life.answer_by is not None
        self.deemed[CALENDAR.add(life.answer_by, 1)].append((life, self.year.today))

    def finish(self, ticket: Ticket, person: Person, outcome: str) -> None:
        """Finished; a special step that stopped the clock lets it run again."""
        self._lend(ticket, person)
        event = Finish(step=ticket.step.id, outcome=outcome, at=self.year.moment())
        self.last[ticket.life.n] = event
        self._go(ticket.life, event)

    def ask(self, ticket: Ticket, person: Person, days: int) -> None:
        """Asked once."""
        self._lend(ticket, person)
        self.lapses[CALENDAR.add(self.year.today, days + 1)].append(ticket.life)
        self._beside(ticket.life, "correction.asked")

    def corrected(self, life: Life) -> None:
        """Supplied."""
        self.year.charge(life)
        self._beside(life, "correction.received")
        self._answer(life)

    def refuse(self, ticket: Ticket, person: Person) -> None:
        """Not accepted."""
        self._lend(ticket, person)
        self._go(ticket.life, Cancel(end="refused", at=self.year.moment()))

    def suspend(self, ticket: Ticket, person: Person) -> None:
        """Stopped, with the number of the notice."""
        self._lend(ticket, person)
        notice = f"{ticket.life.n}-{ticket.step.id}"
        self._go(ticket.life, Suspend(step=ticket.step.id, notice=notice, at=self.year.moment()), notice=notice)

    def give_back(self, ticket: Ticket, person: Person, to: str) -> None:
        """Sent back."""
        self._lend(ticket, person)
        self._go(ticket.life, Return(step=ticket.step.id, to=to, at=self.year.moment()))

    def take_back(self, life: Life, step: str, person: Person) -> None:
        """Taken back, where nothing but colleagues' desks has moved since: then all is as it was."""
        earlier, effects = self.before
        own = all(
            e.step in life.tickets if isinstance(e, StepOpened) else isinstance(e, StepClosed) and e.step == step
            for e in effects
        )
        event = TakeBack(step=step, at=self.year.moment())
        if not own:
            self._refused(life, partial(advance, life.kind.flow, life.progress, event, life.facts), "taken back")
            return
        self._went("taken back")
        after, undone = advance(life.kind.flow, life.progress, event, life.facts)
        self.watch.demand(life, after == earlier, "what is taken back is as it was", step)
        life.progress = after
        for effect in undone:
            if isinstance(effect, StepClosed):
                self.year.closed(life, effect.step)
            elif isinstance(effect, StepOpened):
                self._opened(life, effect.step, [])
                life.tickets[effect.step].holder = person.code
        self._write(life, event)
        self.year.charge(life)

    def extend(self, life: Life) -> None:
        """Once: a second one is refused."""
        limit = life.kind.item.extension
        assert limit is not None
        by = Extension(limit, "head", "案情复杂", self.year.today)
        if life.acts:
            facts = {"limit": str(limit), "reason": by.reason}
            life.acts.append(Act(self.year.moment(), self.year.today, "clock.extended", "head", facts))
        life.own.longer = limit
        life.timing = timing.extend(life.timing, by)
        self._dues(life)
        self._refused(life, partial(timing.extend, life.timing, by), "extended once")

    def withdraw(self, life: Life) -> None:
        """Taken back."""
        self._go(life, Cancel(end="withdrawn", at=self.year.moment()))

    # ── what must change nothing ────────────────────────────────────────────────────────────────────

    def again(self, life: Life) -> None:
        """The same request a second time."""
        event = self.last.get(life.n) or Begin(at=self.year.moment())
        if not (isinstance(event, Finish) and event.step in life.tickets):  # sent back meanwhile: then it is a new one
            self._refused(life, partial(advance, life.kind.flow, life.progress, event, life.facts), "done once")

    def mischief(self, life: Life) -> None:
        """A stop without a notice, an outcome that is none, a step that is not open, a way back that is none; a person
        with another duty.
        """
        at, flow = self.year.moment(), life.kind.flow
        step = next(iter(life.tickets))
        elsewhere = next((s for s in flow.steps if s not in life.tickets), step)
        special = next((s for s, t in life.tickets.items() if t.step.kind is StepKind.SPECIAL and t.until < 0), step)
        events: tuple[FlowEvent, ...] = (
            Suspend(step=special, notice=" ", at=at),
            Finish(step=step, outcome="no such outcome", at=at),
            Finish(step=elsewhere, outcome="pass", at=at),
            Return(step=step, to=flow.start, at=at),
            Cancel(end="done", at=at),
            Begin(at=at),
        )
        for event in events:
            self._refused(life, partial(advance, flow, life.progress, event, life.facts), str(event))
        for person, duty in life.hands.items():
            other = next(d for d in type(duty) if d is not duty)
            self._refused(life, partial(permit, life.hands, person, other), "one person, one duty")

    def _refused(self, life: Life, act: Callable[[], object], what: str) -> None:
        before = life.progress
        try:
            act()
        except Refused:
            self.watch.demand(life, life.progress is before, "what is refused changes nothing", what)
            return
        self.watch.demand(life, False, "what no rule allows is refused", what)

    # ── the rules ───────────────────────────────────────────────────────────────────────────────────

    def _lend(self, ticket: Ticket, person: Person) -> None:
        duty = duty_of(ticket.role)
        permit(ticket.life.hands, person.code, duty)
        self.watch.duty(ticket.life, person.code, duty)
        ticket.life.hands[person.code] = duty

    def _go(self, life: Life, event: FlowEvent, *, notice: str = "", accepted_on: date | None = None) -> None:
        """Advance, watch, follow; the system's own steps are done at once."""
        before = life.progress
        try:
            after, effects = advance(life.kind.flow, before, event, life.facts)
        except Refused as refusal:
            raise Broken("what is lawful is not refused", self.year.today, life.name, (event, refusal)) from refusal
        self.watch.step(life, before, after, effects)
        self._write(life, event, accepted_on)
        self.watch.clock(life, effects, notice)
        life.progress, self.before = after, (before, effects)
        word = getattr(event, "outcome", type(event).__name__)
        step = getattr(event, "step", "")
        self.journal.update(f"{self.year.day} {life.n} {step} {word} {len(after.done)}\n".encode())
        system: list[str] = []
        ended = ""
        for effect in effects:
            if isinstance(effect, StepOpened):
                self._opened(life, effect.step, system)
            elif isinstance(effect, StepClosed):
                if effect.step in life.tickets:
                    self.year.closed(life, effect.step)
            elif isinstance(effect, Ended):
                ended = effect.end
            else:
                self._clock(life, effect, accepted_on)
        for step in system:
            outcome = self._automatic(life, step)
            self._go(life, Finish(step=step, outcome=outcome, at=event.at))
        if ended:
            self.last.pop(life.n, None)
            self._conserved(life)
            self.year.ended(life, ended)
        elif life.phase != "over":
            self.watch.open(life)
            self.year.charge(life)

    def _opened(self, life: Life, step_id: str, system: list[str]) -> None:
        step, today = life.kind.flow.steps[step_id], self.year.today
        assert step.who is not None, step_id
        if step.who.role == SYSTEM:
            system.append(step_id)
            return
        due = timing.step_due(step, today, CALENDAR, life.timing.stops, today)
        self.watch.step_due(life, step.limit, today, due)
        desk = step.who.line if step.who.line != "*" else life.kind.item.line
        ticket = self.year.opened(life, step, desk, step.who.role, due)
        if step.kind is StepKind.CONSULT and due is not None:
            self.silences[CALENDAR.add(due, 1)].append(ticket)
        if step.kind in (StepKind.ISSUE, StepKind.DELIVER) and life.decided is None:
            life.decided = today
            self.year.figures.line(life.kind.item.line).decided += 1

    def _automatic(self, life: Life, step_id: str) -> str:
        if life.kind.flow.steps[step_id].kind is not StepKind.FETCH:
            return "created"
        down = self.year.setting.lines.down
        return "pending" if down and any(m.source.line in down for m in life.kind.item.materials) else "complete"

    def _clock(self, life: Life, effect: object, accepted_on: date | None) -> None:
        today = self.year.today
        match effect:
            case ClockStarted():
                life.own.accepted = accepted_on or today
                life.timing = timing.start(life.timing, accepted_on or today)
                life.phase = "running"
            case ClockStopped():
                life.own.stop(effect.step, today)
                life.timing = timing.stop(life.timing, effect.ground, today)
                life.stopped.add(effect.step)
            case ClockResumed():
                life.own.resume(effect.step, today)
                life.timing = timing.resume(life.timing, today, effect.place)
                life.stopped.discard(effect.step)
            case ClockMet():
                life.own.met = today
                life.timing = replace(life.timing, met_on=today)
                self._met(life)
                return
        self._dues(life)

    def _dues(self, life: Life) -> None:
        self.watch.dues(life, timing.dues(life.timing, CALENDAR, self.year.today), self.year.today)

    def _met(self, life: Life) -> None:
        today = self.year.today
        dues = timing.dues(life.timing, CALENDAR, today)
        self.watch.dues(life, dues, today)
        stood = 0
        for stop in life.timing.stops:
            stood += CALENDAR.count(stop.since, stop.end or today)
        if life.n % self.watch.sample == 0:
            assert life.timing.accepted_on is not None
            whole = CALENDAR.count(life.timing.accepted_on, today)
            counted, still = naive_taken(life.own, today, self.watch.worked)
            self.watch.demand(life, (counted + still, still) == (whole, stood), "days conserved", (whole, stood))
        self.year.figures.met(life, dues, stood)

    def _write(self, life: Life, event: FlowEvent, accepted_on: date | None = None) -> None:
        """Of a sample, what the journal would say."""
        if life.n % self.watch.sample:
            return
        facts: dict[str, object] = {"step": getattr(event, "step", "")}
        match event:
            case Begin():
                act = "case.opened"
            case Finish():
                act, facts["outcome"] = "step.finished", event.outcome
                if accepted_on is not None:
                    act, facts["as_of"] = "case.deemed_accepted", accepted_on.isoformat()
            case Suspend():
                act, facts["notice"] = "clock.stopped", event.notice
            case Return():
                act, facts["to"] = "step.returned", event.to
            case Cancel():
                act = f"case.{event.end}"
            case _:
                act = "step.taken_back"
        life.acts.append(Act(event.at, self.year.today, act, "", facts))

    def _beside(self, life: Life, act: str) -> None:
        if life.n % self.watch.sample == 0:
            life.acts.append(Act(self.year.moment(), self.year.today, act, "", {}))

    def _conserved(self, life: Life) -> None:
        """归责守恒: of a sample, every day has one holder, and the days sum to what has passed; likewise those overdue.
        The journal alone makes the same case again.
        """
        if life.n % self.watch.sample:
            return
        flow, today = life.kind.flow, self.year.today
        lived = delay.life(flow, life.kind.item, life.facts, life.acts, CALENDAR)
        found = delay.charges(lived, flow, today, CALENDAR, lambda step, _: (step.id, step.id))
        passed = (today - self.year.days[life.arrived]).days
        self.watch.demand(life, sum(c.days for c in found) == passed, "days conserved", (passed, found))
        late = timing.dues(life.timing, CALENDAR, today).overdue
        self.watch.demand(life, sum(c.overdue for c in found) == late, "overdue days conserved", (late, found))
        self.watch.demand(life, lived.case.progress == life.progress, "the journal makes the same case again")

    def evening(self, today: date) -> None:
        """Nothing: every step was watched."""


def _due(timers: defaultdict[date, list[Any]], today: date) -> list[Any]:
    """What was to happen by this morning; the days between were no working days."""
    return timers.pop(today, [])


def desks(kinds: Sequence[Kind], a_day: float) -> dict[Seat, list[Person]]:
    """编制: posts of every line by the load that the mix brings."""
    total = sum(kind.weight for kind in kinds)
    load: defaultdict[Seat, float] = defaultdict(float)
    for kind in kinds:
        for step in kind.flow.steps.values():
            if step.who is None or step.who.role == SYSTEM:
                continue
            line = step.who.line if step.who.line != "*" else kind.item.line
            load[line, step.who.role] += a_day * kind.weight / total * MINUTES.get(step.kind, 15.0)
    return {
        (line, role): [Person(f"{line}-{role}-{n}", line, role) for n in range(staff.size(minutes))]
        for (line, role), minutes in load.items()
    }


def part(seed: int, number: int, days: int, cases: int, sample: int, told: Callable[[int], None]) -> Figures:
    """One part of the year."""
    rng = Random(f"{seed}/{number}")  # noqa: S311 — a year that can be played again, not a secret
    temper = Temper()
    dates = mix.workdays(mix.START, days)
    kinds = mix.kinds(rng)
    share = cases // PARTS + (number < cases % PARTS)
    seats = desks(kinds, share / days)
    lines = Lines.of(rng, temper, {line for line, _ in seats})
    setting = Setting(dates, mix.arrivals(rng, dates, share), kinds, Staff(seats), lines, temper)
    year = Year(setting, rng, Watch(sample))
    year.hands = rules = Rules(year)
    figures = year.run(told)
    figures.digests.append(rules.journal.hexdigest())
    return figures


_done: Synchronized[int]


def _attach(done: Synchronized[int]) -> None:
    global _done  # noqa: PLW0603 — a process of the pool learns once where it counts the days
    _done = done
    gc.disable()  # nothing here makes cycles that live; looking for them costs a tenth of the time


def _apart(arguments: tuple[int, int, int, int, int]) -> Figures:
    def told(_: int) -> None:
        with _done.get_lock():
            _done.value += 1

    return part(*arguments, told)


def _told(told: Callable[[int], None], before: int, day: int) -> None:
    told(before + day)


def play(
    seed: int, days: int, cases: int, *, sample: int = 20, processes: int = 2, told: Callable[[int], None]
) -> Figures:
    """只用规则的一年: Broken where something did not hold. `told` hears how many days of all parts are over."""
    jobs = [(seed, number, days, cases, sample) for number in range(PARTS)]
    if processes == 1:
        parts = [part(*job, partial(_told, told, number * days)) for number, job in enumerate(jobs)]
    else:
        context = get_context("spawn")
        done = context.Value("i", 0)
        with ProcessPoolExecutor(processes, context, _attach, (done,)) as pool:
            waiting = [pool.submit(_apart, job) for job in jobs]
            while wait(waiting, LOOK).not_done:
                told(done.value)
            parts = [one.result() for one in waiting]
    whole = parts[0]
    for other in parts[1:]:
        whole.add(other)
    return whole
