"""逐日 — the year day by day: people come, files are worked on, systems fail, time passes."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Protocol

from yiwang.casework.messages.case import Timing
from yiwang.casework.rules.separation import duty_of
from yiwang.catalogue.messages import CaseType, Signing, Silence, Step, StepKind
from yiwang.commands.year.figures import Figures
from yiwang.commands.year.lives import Broken, Life, Person, Ticket
from yiwang.commands.year.mix import LEAD_OF_LIMIT, MINUTES, Kind, Temper, skewed
from yiwang.commands.year.staff import WORKING_MINUTES, Lines, Seat, Staff
from yiwang.commands.year.watch import Watch
from yiwang.ground.clock import CORRECTION_NOTICE, Unit, last_day_for_correction_notice
from yiwang.ground.outcome import Refused
from yiwang.ground.workdays import CALENDAR, Calendar
from yiwang.intake.messages import Channel, Delivery
from yiwang.intake.rules import visits
from yiwang.plumbing.work import SHANGHAI

NEVER = 1_000_000
AUTOMATIC = "system"
"""The role of a step that nobody works: time ends it, or another case."""
OPENS = time(9)
SECONDS = [timedelta(seconds=n) for n in range(8 * 3600)]
QUEUES = {"clerk": "accepting", "decider": "deciding", "issuer": "delivering"}
REPLIES = ("agree", "agree", "agree", "conditional", "disagree", "no_competence")


class Hands(Protocol):
    """手: how the acts of the year are really done. What an act changes comes back by `Year.opened` and `closed`,
    `ended`.
    """

    def morning(self, today: date) -> None:
        """What time alone has done: acceptance by law, corrections that lapsed, consultations that stayed silent."""

    def away(self, person: Person, back: int) -> None:
        """Somebody is away until a day, counted from the first of the year, and wants a deputy."""

    def arrive(self, life: Life) -> None:
        """An application is handed in."""

    def finish(self, ticket: Ticket, person: Person, outcome: str) -> None:
        """A step is finished."""

    def ask(self, ticket: Ticket, person: Person, days: int) -> None:
        """The one notice of everything that lacks."""

    def corrected(self, life: Life) -> None:
        """What lacked was supplied."""

    def refuse(self, ticket: Ticket, person: Person) -> None:
        """Not accepted."""

    def suspend(self, ticket: Ticket, person: Person) -> None:
        """A special procedure stops the clock."""

    def give_back(self, ticket: Ticket, person: Person, to: str) -> None:
        """Back to an earlier step."""

    def take_back(self, life: Life, step: str, person: Person) -> None:
        """Who has just finished a step thinks again."""

    def extend(self, life: Life) -> None:
        """The one extension, by the head."""

    def withdraw(self, life: Life) -> None:
        """The applicant takes it back."""

    def again(self, life: Life) -> None:
        """The last request arrives a second time."""

    def mischief(self, life: Life) -> None:
        """Something is tried that no rule allows; everything must stay as it is."""

    def evening(self, today: date) -> None:
        """What must hold at the end of a day."""


@dataclass(frozen=True, slots=True)
class Setting:
    """布景: what a year is played with."""

    days: Sequence[date]
    arrivals: Sequence[int]
    kinds: Sequence[Kind]
    staff: Staff
    lines: Lines
    temper: Temper


def may(ticket: Ticket, person: Person) -> bool:
    """可办: nobody else has it in hand, and the person has had no other duty in the case and need not keep out."""
    life, duty = ticket.life, duty_of(ticket.role)
    free = ticket.holder in ("", person.code) and life.recused.isdisjoint(person.codes)
    return free and all(life.hands.get(code, duty) is duty for code in person.codes)


class Year:
    """一年: the one loop that both the rules alone and the services are driven by."""

    def __init__(self, setting: Setting, rng: Random, watch: Watch) -> None:
        self.setting, self.rng, self.watch = setting, rng, watch
        self.temper, self.days = setting.temper, setting.days
        self.hands: Hands
        self.today, self.day = self.days[0], 0
        self.calendar: Calendar = CALENDAR
        self._base, self._second = datetime.combine(self.today, OPENS, SHANGHAI), 0
        self.figures = Figures(list(self.days))
        self.queues: dict[Seat, deque[Ticket]] = {seat: deque() for seat in setting.staff.order}
        self.ready: defaultdict[int, list[Ticket]] = defaultdict(list)
        self.timers: defaultdict[int, list[tuple[Callable[[Life], None], Life]]] = defaultdict(list)
        self.lives: dict[int, Life] = {}
        self._weights = list(accumulate(kind.weight for kind in setting.kinds))
        self._next = 0
        self._acts: dict[StepKind, Callable[[Ticket, Person], None]] = {
            StepKind.ACCEPT: self._accept,
            StepKind.REVIEW: self._review,
            StepKind.CONSULT: self._consult,
            StepKind.SPECIAL: self._special,
            StepKind.DECIDE: self._decide,
            StepKind.ISSUE: self._issue,
            StepKind.DELIVER: self._deliver,
        }

    @property
    def received(self) -> int:
        """How many have come so far."""
        return self._next

    def moment(self) -> datetime:
        """This act's time: no two acts of a day have the same."""
        self._second += 1
        return self._base + SECONDS[self._second]

    def wait(self, seconds: int) -> None:
        """So much of the day passes."""
        self._second += seconds

    def run(self, told: Callable[[int], None] = lambda _: None) -> Figures:
        """The whole year; Broken where something did not hold."""
        for day, today in enumerate(self.days):
            self.day, self.today, self.watch.today = day, today, today
            self._base, self._second = datetime.combine(today, OPENS, SHANGHAI), 0
            self._one_day()
            told(day + 1)
        for life in self.lives.values():
            self.watch.open(life)
        here = sum(life.whole is None for life in self.lives.values())
        lost = sum(self.setting.arrivals) - sum(self.figures.ends.values()) - here
        if lost:
            raise Broken("none lost", self.today, "", lost)
        self.figures.checks += self.watch.checks
        return self.figures

    def _one_day(self) -> None:
        rng, day, setting = self.rng, self.day, self.setting
        gone = setting.staff.morning(rng, self.temper, day)
        setting.lines.morning(rng, self.temper)
        self.hands.morning(self.today)
        for person, back in gone:
            if rng.random() < self.temper.deputised:
                self.hands.away(person, back)
        for act, life in self.timers.pop(day, ()):
            if life.phase != "over":
                act(life)
        for ticket in self.ready.pop(day, ()):
            self.queues[ticket.desk, ticket.role].append(ticket)
        self._arrivals(setting.arrivals[day])
        for seat in setting.staff.order:
            if self.queues[seat]:
                self._work(seat)
        self.hands.evening(self.today)
        self.figures.note("open", day, sum(life.whole is None for life in self.lives.values()))
        for seat, queue in self.queues.items():
            self.figures.note(QUEUES.get(seat[1], "handling"), day, sum(t.open for t in queue))

    # ── people come ─────────────────────────────────────────────────────────────────────────────────

    def _arrivals(self, count: int) -> None:
        rng, temper = self.rng, self.temper
        for kind in rng.choices(self.setting.kinds, cum_weights=self._weights, k=count):
            window = rng.random() < temper.window
            way = rng.random()
            wish = "counter" if way < temper.counter else "courier" if way < temper.courier else "e_licence"
            life = Life(self._next, kind, rng.choice(kind.situations), self.day, window)
            life.timing = Timing(promised=kind.item.promised, legal=kind.item.legal)
            life.delivery = self._promised(life, Delivery(wish))
            life.charged_from = self.today
            self._next += 1
            self.lives[life.n] = life
            self.answer_by(life, self.today)
            self.hands.arrive(life)
            life.visits += window
            self.figures.line(kind.item.line).received += 1
            self._maybe_again(life)
            if rng.random() < temper.withdrawn:
                self.later(1 + int(skewed(rng, 6)), self._withdraw, life)
        self.figures.note("arrived", self.day, count)

    def _promised(self, life: Life, delivery: Delivery) -> str:
        """Who would have to come twice is refused, and gets the result without coming."""
        channel = Channel.WINDOW if life.window else Channel.WEB
        spot = life.kind.item.case_type is CaseType.SPOT
        try:
            visits.promise(channel, delivery, on_the_spot=spot)
        except Refused:
            self.figures.acts["second visit refused"] += 1
            return Delivery.E_LICENCE
        # On the spot one collects in the same visit, but only if one waits: the year does not let people wait.
        return Delivery.E_LICENCE if spot and life.window and delivery is Delivery.COUNTER else delivery

    def answer_by(self, life: Life, since: date) -> None:
        """The last day for the notice of what lacks; then an application counts as accepted. 行政许可法 32"""
        life.received = since
        life.answer_by = last_day_for_correction_notice(since, self.calendar, CORRECTION_NOTICE)

    def later(self, days: int, act: Callable[[Life], None], life: Life) -> None:
        """Something that happens so many working days from now, if the case is not over by then."""
        self.timers[self.day + max(days, 1)].append((act, life))

    def _withdraw(self, life: Life) -> None:
        if life.decided is None:
            self.figures.acts["withdrawn"] += 1
            self.hands.withdraw(life)

    def _corrected(self, life: Life) -> None:
        if life.phase != "correction":
            return
        life.phase = "submitted"
        self.answer_by(life, self.today)
        self.hands.corrected(life)
        for ticket in life.tickets.values():
            self._hold(ticket, self._lead(ticket))

    def _extend(self, life: Life) -> None:
        due = self.watch_due(life)
        if life.phase == "running" and life.decided is None and due is not None and self.today <= due:
            self.figures.acts["extended"] += 1
            self.hands.extend(life)

    def watch_due(self, life: Life) -> date | None:
        """The promised day as the year knows it: enough to know whether an extension comes in time."""
        timing = life.timing
        if timing.accepted_on is None or timing.promised is None or timing.promised.unit is not Unit.WORKDAY:
            return None
        return self.calendar.add(timing.accepted_on, timing.promised.n)

    # ── what an act has changed ─────────────────────────────────────────────────────────────────────

    def opened(self, life: Life, step: Step, desk: str, role: str, due: date | None, ref: object = None) -> Ticket:
        """An open step goes to its queue, at once or when somebody will get to it."""
        ticket = Ticket(life, step, desk, role, due, self.today, ref)
        life.tickets[step.id] = ticket
        mean = MINUTES.get(step.kind, 15.0)
        if self.line_of(desk) in self.setting.lines.slow:
            mean *= 1.6
        ticket.minutes = skewed(self.rng, mean)
        self._hold(ticket, self._lead(ticket))
        return ticket

    def _hold(self, ticket: Ticket, days: int) -> None:
        if days <= 0:
            self.queues[ticket.desk, ticket.role].append(ticket)
        else:
            self.ready[self.day + days].append(ticket)

    def line_of(self, desk: str) -> str:
        """条线 of a desk: 330106.JST is of JST."""
        return desk.rpartition(".")[2]

    def _lead(self, ticket: Ticket) -> int:
        """Working days until anybody gets to it."""
        rng, step, temper = self.rng, ticket.step, self.temper
        if ticket.role == AUTOMATIC:
            return NEVER
        if step.kind is StepKind.ACCEPT:
            return 7 if rng.random() < temper.forgotten else int(skewed(rng, 0.6))
        if ticket.life.kind.item.case_type is CaseType.SPOT and step.kind is not StepKind.DELIVER:
            return 0
        limit = step.limit
        if limit is None or limit.unit not in (Unit.WORKDAY, Unit.CALENDAR):
            return int(skewed(rng, 0.7 * self.setting.lines.pace[self.line_of(ticket.desk)]))
        days = limit.n if limit.unit is Unit.WORKDAY else limit.n * 5 // 7
        if step.kind is StepKind.CONSULT:
            chance = rng.random()
            if chance < temper.silent:
                return NEVER if step.silence is Silence.DEEMED else 2 * days
            if chance < temper.silent + temper.late:
                return days + 1 + int(skewed(rng, 2))
        return int(skewed(rng, LEAD_OF_LIMIT * days * self.setting.lines.pace[self.line_of(ticket.desk)], 0.6))

    def closed(self, life: Life, step: str) -> None:
        """Nobody has it to do any more."""
        life.tickets.pop(step).open = False

    def ended(self, life: Life, end: str) -> None:
        """A case is over."""
        life.phase, life.end = "over", end
        self.charge(life)
        self.watch.over(life)
        self.figures.over(life)
        del self.lives[life.n]

    def charge(self, life: Life) -> None:
        """记日: the days since the last change lay with whoever had to act; from now on with whoever has to."""
        if days := (self.today - life.charged_from).days:
            life.charged[life.charged_to] = life.charged.get(life.charged_to, 0) + days
            life.charged_from = self.today
        if life.phase == "correction":
            life.charged_to = "applicant"
        elif life.stopped:
            life.charged_to = "statute"
        else:
            first = next(iter(life.tickets.values()), None)
            life.charged_to = self.line_of(first.desk) if first is not None else ""

    # ── files are worked on ─────────────────────────────────────────────────────────────────────────

    def _work(self, seat: Seat) -> None:
        queue, staff = self.queues[seat], self.setting.staff.there(seat, self.day)
        left = [WORKING_MINUTES] * len(staff)
        aside: list[Ticket] = []
        turn = self.day
        while queue and staff:
            ticket = queue.popleft()
            if not ticket.open:
                continue
            if not self._may_start(ticket):
                aside.append(ticket)
                continue
            turn += 1
            place = self._who(ticket, staff, turn)
            if place is None:
                aside.append(ticket)
            elif ticket.minutes > left[place]:
                ticket.minutes -= left[place]
                queue.appendleft(ticket)
                del staff[place], left[place]
            else:
                left[place] -= ticket.minutes
                self._act(ticket, staff[place])
        queue.extendleft(reversed(aside))

    def _may_start(self, ticket: Ticket) -> bool:
        if ticket.step.signing is not Signing.ONE and len(self.together(ticket)) < ticket.step.persons:
            return False
        if ticket.step.kind is not StepKind.DECIDE or ticket.life.kind.item.case_type is CaseType.SPOT:
            return True
        return self.setting.lines.decides(self.line_of(ticket.desk), self.today)

    def together(self, ticket: Ticket) -> list[Person]:
        """Who could work a step that several work together: in the own right, today."""
        there = self.setting.staff.there((ticket.desk, ticket.role), self.day)
        return [person for person in there if not person.behalf and may(ticket, person)]

    def _who(self, ticket: Ticket, staff: Sequence[Person], turn: int) -> int | None:
        """Whoever has it in hand, else the next in turn who may have it."""
        for n in range(len(staff)):
            place = (turn + n) % len(staff)
            if may(ticket, staff[place]):
                return place
        return None

    def _act(self, ticket: Ticket, person: Person) -> None:
        life = ticket.life
        self.figures.acts[ticket.step.kind] += 1
        self._acts.get(ticket.step.kind, self._pass_on)(ticket, person)
        if self.rng.random() < self.temper.mischief and life.phase != "over":
            self.figures.acts["forbidden"] += 1
            self.hands.mischief(life)

    def _finish(self, ticket: Ticket, person: Person, outcome: str) -> None:
        self.hands.finish(ticket, person, outcome)
        self._maybe_again(ticket.life)

    def _maybe_again(self, life: Life) -> None:
        if self.rng.random() < self.temper.twice:
            self.figures.acts["twice"] += 1
            self.hands.again(life)

    def _accept(self, ticket: Ticket, person: Person) -> None:
        life, rng, temper = ticket.life, self.rng, self.temper
        chance = rng.random()
        in_time = life.answer_by is not None and self.today <= life.answer_by
        if chance < temper.correction and not life.noticed and in_time:
            days = rng.randint(5, 15)
            self.figures.acts["correction"] += 1
            self.hands.ask(ticket, person, days)
            life.phase, life.noticed = "correction", True
            self.charge(life)
            if rng.random() < temper.corrected:
                self.later(rng.randint(1, days), self._corrected, life)
        elif chance > 1 - temper.not_accepted:
            self.figures.acts["not accepted"] += 1
            self.hands.refuse(ticket, person)
        else:
            self._finish(ticket, person, "accept")
            promised = life.kind.item.promised
            if life.kind.item.extension is not None and promised is not None and rng.random() < temper.extended:
                self.later(int(promised.n * 0.8), self._extend, life)

    def _review(self, ticket: Ticket, person: Person) -> None:
        if self._back(ticket, person):
            return
        failed = self.rng.random() < self.temper.fails
        ticket.life.failed |= failed
        self._finish(ticket, person, "fail" if failed else "pass")
        if self.rng.random() < self.temper.taken_back and ticket.life.phase != "over":
            self.hands.take_back(ticket.life, ticket.step.id, person)

    def _back(self, ticket: Ticket, person: Person) -> bool:
        life, earlier = ticket.life, ticket.life.kind.back.get(ticket.step.id, ())
        if not earlier or self.rng.random() >= self.temper.sent_back:
            return False
        done = {d.step for d in life.progress.done}
        to = next((step for step in earlier if step in done), None)
        if to is None:
            return False
        self.figures.acts["sent back"] += 1
        self.hands.give_back(ticket, person, to)
        return True

    def _consult(self, ticket: Ticket, person: Person) -> None:
        self._finish(ticket, person, self.rng.choice(REPLIES))

    def _special(self, ticket: Ticket, person: Person) -> None:
        if ticket.until >= 0:
            self._finish(ticket, person, "fail" if self.rng.random() < self.temper.fails else "pass")
        elif ticket.step.optional and self.rng.random() >= self.temper.special:
            self._finish(ticket, person, "skip")
        else:
            days = 3 + int(skewed(self.rng, 8))
            ticket.until = self.day + days
            ticket.minutes = skewed(self.rng, MINUTES[StepKind.SPECIAL])
            self.hands.suspend(ticket, person)
            self.ready[ticket.until].append(ticket)

    def _decide(self, ticket: Ticket, person: Person) -> None:
        if self._back(ticket, person):
            return
        life, temper = ticket.life, self.temper
        refused = self.rng.random() < (0.7 if life.failed else temper.refused)
        self._finish(ticket, person, "refuse" if refused else "grant")

    def _issue(self, ticket: Ticket, person: Person) -> None:
        self._finish(ticket, person, "issued")

    def _deliver(self, ticket: Ticket, person: Person) -> None:
        life = ticket.life
        if life.delivery == "counter" and not (life.window and life.arrived == self.day):
            life.visits += 1
        self._finish(ticket, person, "delivered")

    def _pass_on(self, ticket: Ticket, person: Person) -> None:
        raise Broken("a step that nobody can work", self.today, ticket.life.name, (ticket.step.kind, person.code))
