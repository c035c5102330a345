"""真服务 — the acts of a year through the doors of the systems, on a real database, in simulated time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from yiwang.casework.rules.separation import duty_of
from yiwang.casework.service import cases, verbs
from yiwang.catalogue.messages import Signing, StepKind
from yiwang.commands.year import colleagues, doors, panels
from yiwang.commands.year.days import AUTOMATIC
from yiwang.commands.year.doors import FINISH, OUTCOME, form_of, nothing
from yiwang.commands.year.keeping import at
from yiwang.commands.year.lives import Broken, Life, Person, Ticket
from yiwang.commands.year.passing import Passing
from yiwang.commands.year.world import File, extender
from yiwang.connectors.sandbox import roster
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.ground.outcome import Conflict, Refused
from yiwang.handling.messages import StartSpecial
from yiwang.handling.service import signing, special
from yiwang.intake.messages import Channel, Delivery, Draft, Lack, Submit
from yiwang.intake.service import applications
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Grade, Rate
from yiwang.plumbing.idempotency import digest_of, once
from yiwang.plumbing.work import Work

REDRAWN = 0.2
KNOWN_PEOPLE, KNOWN_FIRMS = 500, 250
"""Applicants are drawn from so many; the sandbox's departments know most of them."""


@dataclass(slots=True)
class Services(Passing):
    """服务之手: does the acts of a year by the doors of the systems."""

    requests: Counter[str] = field(default_factory=Counter)

    # ── acts ────────────────────────────────────────────────────────────────────────────────────────

    def arrive(self, life: Life) -> None:
        """A draft, and handed in."""
        offer = self.year.rng.choice(self.by_kind[life.kind.number])
        kind = life.kind.item.audience[0]
        number = self.year.rng.randrange(KNOWN_PEOPLE if kind == "person" else KNOWN_FIRMS)
        who = roster.person(number) if kind == "person" else roster.firm(number)
        applicant = Actor(f"{kind}-{number}", who.name, "", "", "", frozenset({"applicant"}), "public", "year")
        life.ref = file = File(offer, applicant)
        clerk = self.someone(offer.receiving, "clerk")
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
        self.sync(life, self.look(life), "submitted")

    def finish(self, ticket: Ticket, person: Person, outcome: str) -> None:
        """Each step by its own door."""
        life = ticket.life
        several = ticket.step.signing is not Signing.ONE
        said = outcome
        if several:
            person, said = self._signed(ticket, outcome)
        else:
            person = colleagues.pass_around(self, ticket, person)
        by, life.ref.earlier = self.actor(person), frozenset(life.tickets)
        on = {"home": life.ref.home, "id": life.ref.id, "task": ticket.ref}

        def do(work: Work) -> None:
            if several:
                doors.sign(on, said, work)
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

    def _signed(self, ticket: Ticket, outcome: str) -> tuple[Person, str]:
        """Of those who work a step together all but the last have signed; the last one, and with what."""
        positive = OUTCOME.get(ticket.step.kind, "pass")
        *before, last = zip(self.year.together(ticket), panels.signatures(ticket.step, outcome, positive), strict=False)
        on = {"home": ticket.life.ref.home, "id": ticket.life.ref.id, "task": ticket.ref}
        for person, said in before:
            self.year.figures.acts["signed"] += 1
            self.lawful(ticket.life, self.actor(person), "sign", partial(doors.sign, on, said))
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
        life.cure_by = self.year.calendar.add(self.year.today, days)
        life.phase = "correction"
        self.sync(life, self.look(life), "asked")

    def corrected(self, life: Life) -> None:
        """Supplied."""
        self._once(life, life.ref.applicant, "corrected", lambda w: applications.corrected(w, *at(life), {}))
        self.year.charge(life)
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
        head = self.actor(self.world.heads[place])
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
        ticket = next((t for t in life.tickets.values() if t.role != AUTOMATIC), None)
        if ticket is None:
            return
        on = {"home": life.ref.home, "id": life.ref.id, "task": ticket.ref}
        stranger = self._stranger(ticket)
        outcome = OUTCOME.get(ticket.step.kind, "pass")
        self._refused(
            life, stranger, lambda w: FINISH[ticket.step.kind](on, life, outcome, w), "only one's own desk's tasks"
        )
        lacks = [Lack(material="other", what="再缺一页")]
        if life.noticed or life.phase != "submitted":
            clerk = self.actors.get(life.ref.clerk) or self.someone(life.ref.offer.receiving, "clerk")
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

    # ── one act, once ───────────────────────────────────────────────────────────────────────────────

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
