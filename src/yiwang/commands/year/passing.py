"""过日子 — what time alone does, day by day: timers, the sweep, notices of days off, a reorganisation, proofs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from yiwang.casework.messages.case import Status
from yiwang.casework.service import moving, recalendar, watch
from yiwang.catalogue.messages import Silence, StepKind
from yiwang.commands.year import against, reforms, warnings
from yiwang.commands.year.almanac import Arrival
from yiwang.commands.year.keeping import Keeping
from yiwang.commands.year.lives import Broken, Person
from yiwang.commands.year.posting import Queue
from yiwang.commands.year.reforms import Reform
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM
from yiwang.ground.workdays import Calendar
from yiwang.plumbing import notices, sealing

HEARD = 2
"""A reorganisation is entered so many working days before its day."""
LOOKED_AT = 5
"""Every so many days all open cases are held against the year's own notes, whether anything happened to them or not."""


@dataclass(slots=True)
class Passing(Keeping):
    """过日子: `ahead` are the notices still to come, `reformed_on` the day of the reorganisation, counted from the
    first; everything is proved every `every` days."""

    queue: Queue = field(kw_only=True)
    ahead: list[tuple[Arrival, Calendar]] = field(default_factory=list)
    reformed_on: int | None = None
    reform: Reform | None = None
    every: int = 1
    proofs: int = 0
    passing: set[str] = field(default_factory=set)

    def morning(self, today: date) -> None:
        """The timers run, then the clocks say what they have to say."""
        self.clock.now = self.year.moment()
        for code in self.passing:
            self.actors.pop(code, None)  # rights that were lent are those of their days
        if self.reform is not None and self.reform.day == today:
            self._new_desks(self.reform)
        self.queue.drain("clock", "default")
        self._by_itself(today)
        self.settle("timer")
        self._sweep(today)
        if self.ahead and self.ahead[0][0].on <= today:
            self._notice(*self.ahead.pop(0))
        self._enter()

    def evening(self, today: date) -> None:
        """Errands are run; every so many days all journals, cases and effects are held against each other."""
        self.clock.now = self.year.moment()
        self.queue.drain("sharing", "default", "clock", "webhooks")
        self.settle("errand")
        while sealing.seal(self.engine) == sealing.MOST:
            continue
        last = today == self.year.days[-1]
        if self.year.day % LOOKED_AT == 0 or last:
            for life, case in self.looks():
                against.kept(self.watch, life, case, self.year)
        if (self.year.day + 1) % self.every == 0 or last:
            self.proofs += 1
            against.proved(self.engine, self.year, self.opened_parts)

    def _by_itself(self, today: date) -> None:
        """What the law does where nobody did anything: acceptance after five days, the end of an idle correction."""
        for life in list(self.year.lives.values()):
            if life.phase == "submitted" and life.answer_by is not None and life.answer_by < today:
                case = self.look(life)
                self.watch.demand(life, case.accepted_at is not None, "accepted by law", case.status)
                life.own.accepted = life.received
                self.year.figures.acts["deemed accepted"] += 1
                self.sync(life, case, "deemed")
            elif life.phase == "correction" and life.cure_by is not None and life.cure_by < today:
                case = self.look(life)
                self.watch.demand(life, case.status is Status.WITHDRAWN, "a correction lapses", case.status)
                self.year.figures.acts["lapsed"] += 1
                self.sync(life, case, "lapsed")

    # ── the clocks speak ────────────────────────────────────────────────────────────────────────────

    def _sweep(self, today: date) -> None:
        """盯时限: what is said is exactly what was to be said; who keeps silent has agreed only where the chart says
        so.
        """
        worked = self.watch.worked
        ripe = {life.n: warnings.ripe(life, today, worked) for life in self.year.lives.values()}
        self._silent(ripe)
        swept = watch.sweep(self.engine)
        if swept.failed:
            raise Broken("the sweep stops at no case", today, "", swept)
        for life, case in self.looks():
            said = frozenset(case.warned)
            fresh, wanted = said - life.warned, ripe[life.n]
            self.watch.demand(life, fresh == wanted, "what is to be said is said, once", (fresh ^ wanted, wanted))
            life.warned = said
            for key in fresh:
                self.year.figures.acts[f"said {key.partition(':')[0]}"] += 1
            if fresh:
                self.sync(life, case, "swept")
        for life in self.year.lives.values():
            for ticket in life.tickets.values():
                deemed = ticket.step.kind is StepKind.CONSULT and ticket.step.silence is Silence.DEEMED
                self.watch.demand(
                    life,
                    not deemed or f"silent:{ticket.ref}" not in life.warned,
                    "silence is an answer",
                    ticket.step.id,
                )

    def _silent(self, ripe: dict[int, frozenset[str]]) -> None:
        for life in self.year.lives.values():
            for ticket in life.tickets.values():
                if f"silent:{ticket.ref}" in ripe[life.n]:
                    self.year.figures.line(self.year.line_of(ticket.desk)).silent += 1
                    self.year.figures.acts["silent"] += 1

    # ── great events ────────────────────────────────────────────────────────────────────────────────

    def _notice(self, arrival: Arrival, calendar: Calendar) -> None:
        """换日历: what a trial run says moves is what moves, and every open case then has the days of the new one."""
        self.clock.now = self.year.moment()
        with self.engine.begin(SYSTEM) as work:
            tried = list(recalendar.preview(work, notices.revised(work.calendar, arrival.notice)))
        with self.engine.begin(SYSTEM) as work:
            notices.bring_in(work, arrival.notice, "year")
        done = recalendar.recompute(self.engine)
        moving_ = sum(one is not None for one in tried)
        if done.failed or done.looked != len(tried) or done.moved != moving_:
            raise Broken("a new calendar moves what it said", self.year.today, "", (len(tried), moving_, done))
        self.year.calendar = calendar
        self.watch.use(calendar)
        self.year.figures.acts["calendar"] += 1
        self.year.figures.acts["dates moved"] += done.moved
        for life in self.year.lives.values():
            if life.received is not None and life.phase == "submitted":
                self.year.answer_by(life, life.received)
        self.settle("recomputed")

    def _enter(self) -> None:
        """A decision is entered some days before its day; nothing stands in its way."""
        if self.reformed_on is None or self.year.day != self.reformed_on - HEARD:
            return
        self.reform = reforms.decided(self.world, self.year, self.year.days[self.reformed_on])
        self.clock.now = self.year.moment()
        with self.engine.begin(SYSTEM) as work:
            moving.enter(work, self.reform.wanted)

    def _new_desks(self, reform: Reform) -> None:
        """改革之日: the year's own desks first; whatever is looked at from now on has to lie there."""
        moved = reforms.follow(self.year, reform)
        self.world.heads = reforms.heads(reform, self.world.heads, self.world.seconds)
        self.take_offers([reform.offer(offer) for offer in self.world.offers])
        self.actors.clear()
        self.year.figures.acts["reorganised"] += 1
        self.year.figures.acts["tasks moved"] += moved

    def away(self, person: Person, back: int) -> None:
        """代理: who will be away appoints somebody of the same house, by dates."""
        staff, day = self.year.setting.staff, self.year.day
        if self.reform is not None and self.reform.day == self.year.today:
            person = self.reform.house(person)
        standing = {who.code for who, until in staff.standing_in.get((person.desk, person.role), ()) if day < until}
        others = [other for other in staff.others(person, day) if other.code not in standing]
        if not others:
            return
        deputy, days = self.year.rng.choice(others), self.year.days
        until = days[back] if back < len(days) else self.year.calendar.add(days[-1], back - len(days) + 1)
        by = self.actor(person)
        self.clock.now = self.year.moment()
        with self.engine.begin(by) as work:
            directory.appoint_deputy(work, person.code, by.post, deputy.code, self.year.today, until, "因公出差")
        staff.stand_in(person, deputy, back)
        self.year.figures.acts["deputised"] += 1
        self.passing.add(deputy.code)
        self.actors.pop(deputy.code, None)
