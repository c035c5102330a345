"""真服务 — the year through the doors of the systems, on a real database, in simulated time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from yiwang.casework.messages.case import Case, Status
from yiwang.casework.rules.separation import duty_of
from yiwang.casework.service import cases, delays, reading, verbs
from yiwang.catalogue.messages import ClockEffect, StepKind
from yiwang.commands.year import against, colleagues, doors
from yiwang.commands.year.days import Year
from yiwang.commands.year.doors import FINISH, OUTCOME, form_of, nothing
from yiwang.commands.year.lives import Broken, Life, Person, Ticket
from yiwang.commands.year.watch import Watch, naive_taken
from yiwang.commands.year.world import SYSTEM as AUTOMATIC
from yiwang.commands.year.world import File, Offer, desk_of, extender
from yiwang.connectors.sandbox import roster
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.ground.outcome import Conflict, Refused
from yiwang.ground.workdays import CALENDAR
from yiwang.handling.messages import StartSpecial
from yiwang.handling.service import signing, special
from yiwang.intake.messages import Channel, Delivery, Draft, Lack, Submit
from yiwang.intake.service import applications
from yiwang.intake.service import reading as intake
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Grade, Rate
from yiwang.plumbing import outbox, sealing
from yiwang.plumbing.idempotency import digest_of, once
from yiwang.plumbing.outbox import Runner
from yiwang.plumbing.work import Engine, Work

REDRAWN = 0.2
KNOWN_PEOPLE, KNOWN_FIRMS = 500, 250
"""Applicants are drawn from so many; the sandbox's departments know most of them."""
ENDS: Mapping[Status, str] = {
    Status.CLOSED: "done",
    Status.REFUSED: "refused",
    Status.WITHDRAWN: "withdrawn",
    Status.TERMINATED: "terminated",
}


@dataclass(slots=True)
class Services:
    """服务之手: does the acts of a year by the doors of the systems. Proofs of everything every `every` days."""

    year: Year
    engine: Engine
    clock: SimulatedClock
    runners: Mapping[str, Runner]
    offers: Sequence[Offer]
    heads: Mapping[str, Person]
    every: int = 1
    proofs: int = 0
    actors: dict[str, Actor] = field(default_factory=dict)
    by_kind: dict[int, list[Offer]] = field(default_factory=lambda: defaultdict(list))
    expected: defaultdict[date, list[tuple[str, Life, str]]] = field(default_factory=lambda: defaultdict(list))
    passing: set[str] = field(default_factory=set)
    requests: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for offer in self.offers:
            self.by_kind[offer.kind.number].append(offer)

    @property
    def watch(self) -> Watch:
        """The year's."""
        return self.year.watch

    # ── time passes ─────────────────────────────────────────────────────────────────────────────────

    def morning(self, today: date) -> None:
        """The timers run, then what had to happen must have happened."""
        self.clock.now = self.year.moment()
        for code in self.passing:
            self.actors.pop(code, None)  # rights that were lent are those of their days
        self._drain("clock", "default")
        waited = self.expected.pop(today, [])
        for what, life, step in waited:
            if life.phase == "over":
                continue
            case = self.look(life)
            if what == "deemed" and life.phase == "submitted" and life.answer_by and life.answer_by < today:
                self.watch.demand(life, case.accepted_at is not None, "accepted by law", case.status)
                received = self._received(life, step)
                life.own.accepted = received
                self.sync(life, case, what)
            elif what == "lapsed" and life.phase == "correction":
                self.watch.demand(life, case.status is Status.WITHDRAWN, "a correction lapses", case.status)
                self.sync(life, case, what)
            elif what == "silent" and any(str(t.ref) == step for t in life.tickets.values()):
                ticket = next(t for t in life.tickets.values() if str(t.ref) == step)
                self.year.figures.line(self.year.line_of(ticket.desk)).silent += 1
                self.sync(life, case, what)

    def _received(self, life: Life, written: str) -> date:
        found = date.fromisoformat(written)
        self.watch.demand(life, found <= self.year.today, "accepted as of its receipt", found)
        return found

    def evening(self, today: date) -> None:
        """Errands are run; every so many days all journals, cases and effects are held against each other."""
        self.clock.now = self.year.moment()
        self._drain("sharing", "default", "clock")
        while sealing.seal(self.engine) == sealing.MOST:
            continue
        last = today == self.year.days[-1]
        if (self.year.day + 1) % self.every == 0 or last:
            self.proofs += 1
            against.proved(self.engine, self.year)

    def _drain(self, *lanes: str) -> None:
        for lane in lanes:
            outbox.drain(self.engine, self.runners, lane)

    def away(self, person: Person, back: int) -> None:
        """代理: who will be away appoints somebody of the same house, by dates."""
        others = self.year.setting.staff.others(person, self.year.day)
        if not others:
            return
        deputy, days = self.year.rng.choice(others), self.year.days
        until = days[back] if back < len(days) else CALENDAR.add(days[-1], back - len(days) + 1)
        by = self.actor(person)
        self.clock.now = self.year.moment()
        with self.engine.begin(by) as work:
            directory.appoint_deputy(work, person.code, by.post, deputy.code, self.year.today, until, "因公出差")
        self.year.setting.staff.stand_in(person, deputy, back)
        self.year.figures.acts["deputised"] += 1
        self.passing.add(deputy.code)
        self.actors.pop(deputy.code, None)

    # ── acts ────────────────────────────────────────────────────────────────────────────────────────

    def arrive(self, life: Life) -> None:
        """A draft, and handed in."""
        offer = self.year.rng.choice(self.by_kind[life.kind.number])
        kind = life.kind.item.audience[0]
        number = self.year.rng.randrange(KNOWN_PEOPLE if kind == "person" else KNOWN_FIRMS)
        who = roster.person(number) if kind == "person" else roster.firm(number)
        applicant = Actor(f"{kind}-{number}", who.name, "", "", "", frozenset({"applicant"}), "public", "year")
        life.ref = file = File(offer, applicant)
        clerk = self._someone(offer.receiving, "clerk")
        file.clerk = clerk.person
        by = clerk if life.window else applicant
        draft = Draft(
            item=life.kind.item.code,
            kind=kind,
            identifier=who.identifier,
            name=who.name,
            division=offer.division,
            channel=Channel.WINDOW if life.window else Channel.WEB,
            receiving=offer.receiving,
            answers=life.facts,
        )
        self.clock.now = self.year.moment()
        with self.engine.begin(by) as work:
            drafted = applications.draft(draft, work)
        file.home, file.id = drafted.home, drafted.id
        wanted = Submit(
            home=file.home,
            id=file.id,
            form=form_of(life.kind.item, life.facts),
            delivery=Delivery(life.delivery),
            address="演示省演示市样例路1号" if life.delivery == "courier" else "",
        )

        def hand_in(work: Work) -> object:
            return applications.submit(wanted, work).number

        file.number = str(self._once(life, by, "submit", hand_in))
        self._expect("deemed", life, life.answer_by, self.year.today.isoformat())
        self.sync(life, self.look(life), "submitted")

    def _expect(self, what: str, life: Life, last: date | None, about: str) -> None:
        assert last is not None
        self.expected[CALENDAR.add(last, 1)].append((what, life, about))

    def finish(self, ticket: Ticket, person: Person, outcome: str) -> None:
        """Each step by its own door."""
        life = ticket.life
        several = ticket.step.persons > 1
        person = self._signed(ticket, outcome) if several else colleagues.pass_around(self, ticket, person)
        by, life.ref.earlier = self.actor(person), frozenset(life.tickets)
        on = {"home": life.ref.home, "id": life.ref.id, "task": ticket.ref}

        def do(work: Work) -> None:
            if several:
                doors.sign(on, outcome, work)
            else:
                FINISH[ticket.step.kind](on, life, outcome, work)

        self._once(life, by, f"{ticket.step.id}:{ticket.ref}", do)
        self.worked(ticket, person)
        if ticket.step.kind is StepKind.ACCEPT:
            life.own.accepted = self.year.today
        if ticket.step.id in life.stopped:
            life.own.resume(ticket.step.id, self.year.today)
        self.sync(life, self.look(life), outcome)
        if outcome == "delivered":
            self._rate(life, by)

    def _signed(self, ticket: Ticket, outcome: str) -> Person:
        """Of those who work a step together all but the last have signed; the last one."""
        *before, last = self.year.together(ticket)[: ticket.step.persons]
        on = {"home": ticket.life.ref.home, "id": ticket.life.ref.id, "task": ticket.ref}
        positive = "pass" if outcome == "fail" else outcome
        for person in before:
            self.year.figures.acts["signed"] += 1
            self.lawful(ticket.life, self.actor(person), "sign", lambda w: doors.sign(on, positive, w))
            self.worked(ticket, person)
        return last

    def ask(self, ticket: Ticket, person: Person, days: int) -> None:
        """Everything that lacks, once."""
        life = ticket.life

        def do(work: Work) -> None:
            lacks = [Lack(material="other", what="申请表缺少一页")]
            applications.ask_once(work, *at(life), lacks, days)

        self._once(life, self.actor(person), "ask", do)
        self.worked(ticket, person)
        self._expect("lapsed", life, CALENDAR.add(self.year.today, days), "")
        life.phase = "correction"
        self.sync(life, self.look(life), "asked")

    def corrected(self, life: Life) -> None:
        """Supplied."""
        self._once(life, life.ref.applicant, "corrected", lambda w: applications.corrected(w, *at(life), {}))
        self.year.charge(life)
        self._expect("deemed", life, life.answer_by, self.year.today.isoformat())
        self.sync(life, self.look(life), "corrected")

    def refuse(self, ticket: Ticket, person: Person) -> None:
        """Not accepted, with reasons and the right authority."""
        life = ticket.life

        def do(work: Work) -> None:
            applications.refuse(work, *at(life), "不属于本机关职权范围", "有权机关")

        self._once(life, self.actor(person), "refuse", do)
        self.worked(ticket, person)
        self.sync(life, self.look(life), "refused")

    def suspend(self, ticket: Ticket, person: Person) -> None:
        """By a numbered notice."""
        life = ticket.life
        days = max(ticket.until - self.year.day, 1)
        command = StartSpecial(home=life.ref.home, id=life.ref.id, task=ticket.ref, days_needed=days)
        self._once(life, self.actor(person), f"stop:{ticket.ref}", lambda w: nothing(special.start_special(command, w)))
        self.worked(ticket, person)
        life.own.stop(ticket.step.id, self.year.today)
        life.stopped.add(ticket.step.id)
        if ticket.step.experts:
            on = {"home": life.ref.home, "id": life.ref.id, "task": ticket.ref}
            self.lawful(life, self.actor(person), "draw", lambda w: doors.draw(on, w))
            if self.year.rng.random() < REDRAWN:
                self.lawful(life, self.actor(person), "redraw", lambda w: doors.redraw(on, w))
        self.sync(life, self.look(life), "stopped")

    def give_back(self, ticket: Ticket, person: Person, to: str) -> None:
        """With a reason."""
        life = ticket.life

        def do(work: Work) -> None:
            cases.send_back(work, *at(life), ticket.ref, to, "材料需补充说明")

        self._once(life, self.actor(person), f"back:{ticket.ref}", do)
        self.worked(ticket, person)
        self.sync(life, self.look(life), "returned")

    def take_back(self, life: Life, step: str, person: Person) -> None:
        """Taken back, where nothing has moved since but colleagues' desks: then the same steps are open as before."""
        self.clock.now = self.year.moment()
        try:
            with self.engine.begin(self.actor(person)) as work:
                signing.take_back(work, *at(life), step, "意见有误，重新审查")
        except Refused:
            self.year.figures.acts["not taken back"] += 1
            return
        self.year.figures.acts["taken back"] += 1
        self.sync(life, self.look(life), "taken back")
        same = frozenset(life.tickets) == life.ref.earlier
        self.watch.demand(life, same, "what is taken back is as it was", (sorted(life.tickets), life.ref.earlier))
        life.tickets[step].holder = person.code

    def extend(self, life: Life) -> None:
        """By the head, once; a second one is refused."""
        with self.engine.begin(SYSTEM) as work:
            place = extender(directory.snapshot(work), life.ref.offer, self.year.today)
        head = self.actor(self.heads[place])
        limit = life.kind.item.extension
        act = self._extending(life)
        self._once(life, head, "extend", act)
        life.own.longer = limit
        self.sync(life, self.look(life), "extended")
        self._refused(life, head, act, "extended once")

    def _extending(self, life: Life) -> Callable[[Work], object]:
        return lambda work: nothing(cases.extend(work, *at(life), "案情复杂，需进一步核实"))

    def withdraw(self, life: Life) -> None:
        """Before the decision."""
        self._once(life, life.ref.applicant, "withdraw", lambda w: applications.withdraw(w, *at(life)))
        self.sync(life, self.look(life), "withdrawn")

    def _rate(self, life: Life, issuer: Actor) -> None:
        """Who handed out must not rate; the applicant may, once."""
        bad = life.own.met is not None and self.year.rng.random() < 0.1
        rating = Rate(
            home=life.ref.home,
            id=life.ref.id,
            grade=Grade.DISSATISFIED if bad else Grade.VERY_SATISFIED,
            reasons=("slow",) if bad else (),
        )
        self._refused(life, issuer, lambda w: oversight.rate(rating, w), "only the applicant rates")
        if self.year.rng.random() < self.year.temper.rated:
            self._once(life, life.ref.applicant, "rate", lambda w: oversight.rate(rating, w))
            self.year.figures.acts["rated"] += 1
            self._refused(life, life.ref.applicant, lambda w: oversight.rate(rating, w), "rated once")

    # ── what must change nothing ────────────────────────────────────────────────────────────────────

    def again(self, life: Life) -> None:
        """The same request by the same key: the same answer, and no second act. Another request by that key: none."""
        assert life.ref.last is not None
        actor, key, told = life.ref.last

        def must_not(_: Work) -> tuple[int, object]:
            raise Broken("done once", self.year.today, life.ref.number, key)

        self.clock.now = self.year.moment()
        answer = once(self.engine, actor, key, digest_of(key.encode()), must_not)
        self.watch.demand(life, answer.replayed and str(answer.body) == told, "the same answer", answer)
        try:
            once(self.engine, actor, key, digest_of(b"another"), must_not)
        except Conflict:
            return
        raise Broken("another request by the same key is refused", self.year.today, life.ref.number, key)

    def mischief(self, life: Life) -> None:
        """A stranger's hand, a second duty, a stop that is none, a late or second notice, an end by the wrong desk."""
        ticket = next(iter(life.tickets.values()))
        on = {"home": life.ref.home, "id": life.ref.id, "task": ticket.ref}
        stranger = self._stranger(ticket)
        outcome = OUTCOME.get(ticket.step.kind, "pass")
        self._refused(
            life, stranger, lambda w: FINISH[ticket.step.kind](on, life, outcome, w), "only one's own desk's tasks"
        )
        lacks = [Lack(material="other", what="再缺一页")]
        if life.noticed or life.phase != "submitted":
            clerk = self.actors.get(life.ref.clerk) or self._someone(life.ref.offer.receiving, "clerk")
            self._refused(life, clerk, lambda w: applications.ask_once(w, *at(life), lacks, 5), "asked once")
        for code, duty in life.hands.items():
            if duty is not duty_of(ticket.role) and (same := self.actors.get(code)):
                self._refused(life, same, lambda w: verbs.claim(w, *at(life), ticket.ref), "one person, one duty")
                break

    def _stranger(self, ticket: Ticket) -> Actor:
        """Somebody with the right role at another desk."""
        staff = self.year.setting.staff
        seats = [seat for seat in staff.order if seat[1] == ticket.role and seat[0] != ticket.desk]
        return self.actor(staff.seats[self.year.rng.choice(seats)][0])

    def _refused(self, life: Life, by: Actor, act: Callable[[Work], object], what: str) -> None:
        before = self.look(life)
        self.clock.now = self.year.moment()
        try:
            with self.engine.begin(by) as work:
                act(work)
        except Refused:
            after = self.look(life)
            self.watch.demand(life, after.thread == before.thread, "what is refused changes nothing", what)
            return
        raise Broken("what no rule allows is refused", self.year.today, life.ref.number, what)

    def lawful(self, life: Life, by: Actor, what: str, act: Callable[[Work], object]) -> None:
        """An act of an official that must not be refused."""
        self.clock.now = self.year.moment()
        try:
            with self.engine.begin(by) as work:
                act(work)
        except Refused as refusal:
            facts = (what, by.person, refusal)
            raise Broken("what is lawful is not refused", self.year.today, life.ref.number, facts) from refusal

    # ── doing, and looking what came of it ──────────────────────────────────────────────────────────

    def actor(self, person: Person) -> Actor:
        found = self.actors.get(person.code)
        if found is None:
            with self.engine.begin(SYSTEM) as work:
                found = self.actors[person.code] = directory.actor_of(work, person.code, "", "year")
        return found

    def _someone(self, desk: str, role: str) -> Actor:
        return self.actor(self.year.setting.staff.seats[desk, role][0])

    def worked(self, ticket: Ticket, person: Person) -> None:
        duty = duty_of(ticket.role)
        for code in person.codes:
            self.watch.duty(ticket.life, code, duty)
            ticket.life.hands[code] = duty

    def _once(self, life: Life, by: Actor, what: str, act: Callable[[Work], object]) -> object:
        """An act as the gateway does it: under a key, so that it is done once however often it is asked for."""
        self.requests[what.partition(":")[0]] += 1
        key = f"{life.n}/{what}/{sum(self.requests.values())}"
        self.clock.now = self.year.moment()
        try:
            answer = once(self.engine, by, key, digest_of(key.encode()), lambda work: (200, act(work)))
        except Refused as refusal:
            facts = (what, by.person, refusal)
            raise Broken("what is lawful is not refused", self.year.today, life.ref.number, facts) from refusal
        life.ref.last = (by, key, str(answer.body))
        return answer.body

    def look(self, life: Life) -> Case:
        with self.engine.begin(SYSTEM) as work:
            return reading.look(work, life.ref.home, life.ref.id)

    def sync(self, life: Life, case: Case, what: str) -> None:
        """Take over what has changed, and hold it against what the year knows itself."""
        self.watch.checks += 1
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
                self._opened(life, step, task)
        against.kept(self.watch, life, case, self.year.today)
        if end := ENDS.get(case.status):
            self._over(life, case, end)
        else:
            self.watch.open(life)
            self.year.charge(life)
        if what in ("deemed", "lapsed", "silent"):
            self.year.figures.acts[what] += 1

    def _met(self, life: Life, case: Case) -> None:
        steps = life.kind.flow.steps
        late = any(steps[s].clock is ClockEffect.AFTER for s in [*case.tasks, *(d.step for d in case.progress.done)])
        if life.own.met is None and life.own.accepted is not None and (late or case.status in ENDS):
            life.own.met = self.year.today
            dues = reading.dues(case, self.year.today, CALENDAR)
            self.year.figures.met(life, dues, naive_taken(life.own, self.year.today)[1])

    def _opened(self, life: Life, step_id: str, task: Any) -> None:
        step, offer = life.kind.flow.steps[step_id], life.ref.offer
        assert step.who is not None, step_id
        self.watch.demand(life, task.desk != AUTOMATIC, "automatic steps are done at once", step_id)
        with self.engine.begin(SYSTEM) as work:
            desk = desk_of(directory.snapshot(work), offer, step.who, self.year.today)
        self.watch.demand(life, task.desk == desk, "one desk, by the chart and the power list", (task.desk, desk))
        self.watch.demand(life, task.role == step.who.role, "the role of the chart", task.role)
        self.watch.demand(life, task.post.startswith(f"{desk}#"), "one post answers for it", task.post)
        ticket = self.year.opened(life, step, task.desk, task.role, task.due, task.id)
        if step.kind is StepKind.CONSULT and task.due is not None:
            self._expect("silent", life, task.due, str(ticket.ref))
        if step.kind in (StepKind.ISSUE, StepKind.DELIVER) and life.decided is None:
            life.decided = self.year.today
            self.year.figures.line(life.kind.item.line).decided += 1

    def _over(self, life: Life, case: Case, end: str) -> None:
        with self.engine.begin(SYSTEM) as work:
            came = len(intake.visits(work, life.ref.home, life.ref.id))
            against.conserved(self.watch, life, delays.charges(work, case), case, self.year)
        self.watch.demand(life, came == life.visits <= 1, "at most one visit", (came, life.visits))
        if end == "done":
            self.watch.whole(life, case.progress)
        self.year.ended(life, end)


def at(life: Life) -> tuple[int, UUID]:
    return life.ref.home, life.ref.id
