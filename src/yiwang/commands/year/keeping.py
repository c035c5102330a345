"""照看 — the year's side of the services: people act, cases are looked at, what has changed is watched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from yiwang.casework.messages.case import Case, Duty, Status
from yiwang.casework.rules.separation import duty_of
from yiwang.casework.service import delays, parts, reading
from yiwang.catalogue.messages import ClockEffect, Step, StepKind
from yiwang.commands.year import against
from yiwang.commands.year.days import AUTOMATIC, Year
from yiwang.commands.year.lives import Broken, Life, Person, Ticket
from yiwang.commands.year.watch import Watch, naive_taken
from yiwang.commands.year.world import File, Offer, World, desk_of
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.ground.outcome import Refused
from yiwang.ground.zone import day_of
from yiwang.intake.messages import Delivery
from yiwang.intake.service import reading as intake
from yiwang.plumbing.work import Engine, Work

PARTS = 1_000_000
"""Numbers of parts begin here."""
ENDS: Mapping[Status, str] = {
    Status.CLOSED: "done",
    Status.REFUSED: "refused",
    Status.WITHDRAWN: "withdrawn",
    Status.TERMINATED: "terminated",
}
UNWORKED = frozenset({StepKind.WAIT, StepKind.SUBCASE})


def at(life: Life) -> tuple[int, UUID]:
    """Where the services keep a case."""
    return life.ref.home, life.ref.id


@dataclass(slots=True)
class Keeping:
    """照看: who acts, and what came of it."""

    year: Year
    engine: Engine
    clock: SimulatedClock
    world: World
    actors: dict[str, Actor] = field(default_factory=dict)
    by_kind: dict[int, list[Offer]] = field(default_factory=lambda: defaultdict(list))
    opened_parts: int = 0

    def __post_init__(self) -> None:
        self.take_offers(self.world.offers)

    def take_offers(self, offers: list[Offer]) -> None:
        """What is decided where, from now on."""
        self.world.offers = offers
        self.by_kind.clear()
        for offer in offers:
            self.by_kind[offer.kind.number].append(offer)

    @property
    def watch(self) -> Watch:
        """The year's."""
        return self.year.watch

    # ── people act ──────────────────────────────────────────────────────────────────────────────────

    def actor(self, person: Person) -> Actor:
        """A person in the post."""
        found = self.actors.get(person.code)
        if found is None:
            with self.engine.begin(SYSTEM) as work:
                found = self.actors[person.code] = directory.actor_of(work, person.code, "", "year")
        return found

    def someone(self, desk: str, role: str) -> Actor:
        """Somebody of a seat."""
        return self.actor(self.year.setting.staff.seats[desk, role][0])

    def worked(self, ticket: Ticket, person: Person) -> None:
        """The person has lent a hand."""
        duty = duty_of(ticket.role)
        for code in person.codes:
            self.watch.duty(ticket.life, code, duty)
            ticket.life.hands[code] = duty

    def lawful(self, life: Life, by: Actor, what: str, act: Callable[[Work], object]) -> None:
        """An act of an official that must not be refused."""
        self.clock.now = self.year.moment()
        try:
            with self.engine.begin(by) as work:
                act(work)
        except Refused as refusal:
            facts = (what, by.person, refusal)
            raise Broken("what is lawful is not refused", self.year.today, life.ref.number, facts) from refusal

    # ── what came of it ─────────────────────────────────────────────────────────────────────────────

    def look(self, life: Life) -> Case:
        """The case as it stands."""
        with self.engine.begin(SYSTEM) as work:
            return reading.look(work, *at(life))

    def looks(self) -> list[tuple[Life, Case]]:
        """All open cases as they stand."""
        lives = list(self.year.lives.values())
        with self.engine.begin(SYSTEM) as work:
            found = reading.several(work, [at(life) for life in lives])
        return [(life, found[at(life)]) for life in lives]

    def settle(self, what: str) -> None:
        """Take over whatever has happened without the year's own doing."""
        for life, case in self.looks():
            if life.phase != "over" and case.thread.seq > life.seq:
                self.sync(life, case, what)

    def sync(self, life: Life, case: Case, what: str) -> None:
        """Take over what has changed in a case and in those that belong to it."""
        self._take(life, case, what)
        whole = life.whole or life
        if not any(step.kind is StepKind.SUBCASE for step in whole.kind.flow.steps.values()):
            return
        self._again(whole, what)
        if whole.phase != "over":
            self._discover(whole)
        for part in whole.parts:
            self._again(part, what)

    def _again(self, life: Life, what: str) -> None:
        if life.phase != "over":
            case = self.look(life)
            if case.thread.seq > life.seq:
                self._take(life, case, what)

    def _discover(self, whole: Life) -> None:
        """子件: cases that an act on the whole has opened, accepted at that moment by whoever accepted the whole."""
        with self.engine.begin(SYSTEM) as work:
            ids = parts.parts_of(work, *at(whole))
            new = [reading.look(work, whole.ref.home, one) for one in ids[len(whole.parts) :]]
        for case in new:
            offer = next(
                one
                for one in self.world.offers
                if one.kind.item.code == case.matter.item and one.division == whole.ref.offer.division
            )
            self.opened_parts += 1
            part = Life(PARTS + self.opened_parts, offer.kind, whole.facts, self.year.day, whole=whole)
            part.ref = File(offer, whole.ref.applicant, case.matter.home, case.matter.id, case.matter.number)
            part.own.accepted = part.charged_from = self.year.today
            part.delivery = Delivery.E_LICENCE
            part.hands = {person: duty for person, duty in whole.hands.items() if duty is Duty.ACCEPT}
            whole.parts.append(part)
            self.year.lives[part.n] = part
            self.year.figures.line(offer.kind.item.line).received += 1
            self.year.figures.acts["part"] += 1
            self._take(part, case, "part")
        steps = [step for step, ticket in whole.tickets.items() if ticket.step.kind is StepKind.SUBCASE]
        here = {part.kind.item.code for part in whole.parts}
        self.watch.demand(whole, all(whole.tickets[s].step.item in here for s in steps), "a part for each step", steps)

    def _take(self, life: Life, case: Case, what: str) -> None:
        """Take over what has changed, and hold it against what the year knows itself."""
        self.watch.checks += 1
        life.seq = case.thread.seq
        for step, ticket in list(life.tickets.items()):
            if step not in case.tasks or case.tasks[step].id != ticket.ref:
                self.year.closed(life, step)
                if step in life.stopped:
                    life.stopped.discard(step)
                    life.own.resume(step, self.year.today)
        life.progress, life.timing = case.progress, case.timing
        if case.accepted_at is not None and life.phase in ("submitted", "correction"):
            life.phase = "running"
        self._met(life, case)
        for step, task in case.tasks.items():
            if step not in life.tickets:
                self._opened(life, step, task, what)
        against.kept(self.watch, life, case, self.year)
        if end := ENDS.get(case.status):
            self._over(life, case, end)
        else:
            self.watch.open(life)
            self.year.charge(life)

    def _met(self, life: Life, case: Case) -> None:
        steps, today = life.kind.flow.steps, self.year.today
        late = any(steps[s].clock is ClockEffect.AFTER for s in [*case.tasks, *(d.step for d in case.progress.done)])
        if life.own.met is None and life.own.accepted is not None and (late or case.status in ENDS):
            life.own.met = today
            dues = reading.dues(case, today, self.year.calendar)
            stood = naive_taken(life.own, today, self.watch.worked)[1]
            self.year.figures.met(life, dues, stood, self.year.calendar)

    def _opened(self, life: Life, step_id: str, task: Any, what: str) -> None:
        step, today = life.kind.flow.steps[step_id], self.year.today
        since = life.since[step_id] if what == "taken back" else today
        self.watch.demand(life, day_of(task.opened_at) == since, "a step is as old as it is", (step_id, since))
        if task.desk == AUTOMATIC:
            waits = step.kind in UNWORKED or (life.whole is not None and step.kind is StepKind.DELIVER)
            self.watch.demand(life, waits, "automatic steps are done at once", step_id)
            ticket = self.year.opened(life, step, AUTOMATIC, AUTOMATIC, task.due, task.id)
        else:
            self._at_its_desk(life, step, task)
            ticket = self.year.opened(life, step, task.desk, task.role, task.due, task.id)
        ticket.since = life.since[step_id] = since
        if step.kind in (StepKind.ISSUE, StepKind.DELIVER) and life.decided is None:
            life.decided = today
            self.year.figures.line(life.kind.item.line).decided += 1

    def _at_its_desk(self, life: Life, step: Step, task: Any) -> None:
        assert step.who is not None, step.id
        with self.engine.begin(SYSTEM) as work:
            desk = desk_of(directory.snapshot(work), life.ref.offer, step.who, self.year.today)
        self.watch.demand(life, task.desk == desk, "one desk, by the chart and the power list", (task.desk, desk))
        self.watch.demand(life, task.role == step.who.role, "the role of the chart", task.role)
        self.watch.demand(life, task.post.startswith(f"{desk}#"), "one post answers for it", task.post)

    def _over(self, life: Life, case: Case, end: str) -> None:
        with self.engine.begin(SYSTEM) as work:
            came = len(intake.visits(work, *at(life)))
            against.conserved(self.watch, life, delays.charges(work, case), case, self.year)
        self.watch.demand(life, came == life.visits <= 1, "at most one visit", (came, life.visits))
        if end == "done":
            self.watch.whole(life, case.progress)
        self.year.ended(life, end)
