"""对照 — a case as the services keep it held against what the year has written down itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import blake2b

from yiwang.casework.messages.case import Case
from yiwang.casework.service import reading
from yiwang.casework.service.delays import Charge, Keeper
from yiwang.commands.verify import prove
from yiwang.commands.year import warnings
from yiwang.commands.year.days import Year
from yiwang.commands.year.lives import Broken, Life
from yiwang.commands.year.watch import Watch, naive_dues
from yiwang.ground.actor import SYSTEM
from yiwang.plumbing.work import Engine


def kept(watch: Watch, life: Life, case: Case, year: Year) -> None:
    """在库之件: open steps are tasks, the clock is the one that was noticed, dates are right, hands are known."""
    own, timing, today = life.own, case.timing, year.today
    watch.demand(life, set(case.tasks) == {t.step for t in case.progress.open}, "every open step is a task")
    watch.standing(life, [t.step for t in case.progress.open])
    watch.demand(life, timing.accepted_on == own.accepted, "accepted on", (timing.accepted_on, own.accepted))
    watch.demand(life, timing.met_on == own.met, "met on", (timing.met_on, own.met))
    stops = sorted((s.start, s.end or date.max) for s in timing.stops)
    noted = sorted((since, until or date.max) for _, since, until in own.stops)
    watch.demand(life, stops == noted, "stops are those that were noticed", (stops, noted))
    watch.dues(life, reading.dues(case, today, year.calendar), today)
    stands = any(until is None for _, _, until in own.stops)
    if not stands and case.dated is not None:
        dated = naive_dues(own, life.kind.item, today, watch.worked)
        watch.demand(life, case.dated[:2] == dated, "the days in the inboxes", (case.dated, dated))
    for step, ticket in life.tickets.items():
        task = case.tasks[step]
        watch.demand(life, task.desk == ticket.desk, "each task at its desk", (step, task.desk, ticket.desk))
        if not stands:
            due = warnings.step_due(life, ticket, today, watch.worked)
            watch.demand(life, task.due == due, "the day of a step", (step, task.due, due))
    known = {person: duty for person, duty in case.hands.items() if person in life.hands}
    watch.demand(life, known == life.hands, "whose hands", (known, life.hands))


def conserved(watch: Watch, life: Life, found: Sequence[Charge], case: Case, year: Year) -> None:
    """归责守恒: each day has one holder, each day of an office one post, and they sum to what has passed."""
    passed = (year.today - year.days[life.arrived]).days
    watch.demand(life, sum(c.days for c in found) == passed, "days conserved", (passed, found))
    late = reading.dues(case, year.today, year.calendar).overdue
    watch.demand(life, sum(c.overdue for c in found) == late, "overdue days conserved", (late, found))
    life.charged, life.charged_from = {}, year.today
    for charge in found:
        holder = charge.holder
        office = holder.keeper in (Keeper.POST, Keeper.HALL)
        watch.demand(life, not office or holder.post, "a day of an office is a post's", charge)
        name = year.line_of(holder.desk) if office else holder.keeper.value
        life.charged[name] = life.charged.get(name, 0) + charge.days


def proved(engine: Engine, year: Year, parts: int) -> None:
    """核验对账: `yiwang verify` and `yiwang reconcile` find nothing, and whatever was acknowledged is there once."""
    with engine.begin(SYSTEM) as work:
        verdict = prove(work, ())
        for number, found in [*verdict.journals.broken, *verdict.findings]:
            raise Broken("verify and reconcile are clean", year.today, number, found)
        there = {thread.id for thread, _ in reading.heads(work)}
    gone = [life.ref.number for life in year.lives.values() if life.ref.id not in there]
    if gone or len(there) != year.received + parts:
        raise Broken("none lost, none doubled", year.today, ",".join(gone), (len(there), year.received, parts))


def journals(engine: Engine) -> str:
    """摘要 of every journal, in the order of their numbers."""
    digest = blake2b(digest_size=16)
    with engine.begin(SYSTEM) as work:
        for thread, number in sorted(reading.heads(work), key=lambda pair: pair[1]):
            digest.update(number.encode() + thread.head)
    return digest.hexdigest()
