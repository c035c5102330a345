"""归责时间 — whose days a case has taken so far, from its journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from yiwang.casework.messages.case import Case
from yiwang.casework.rules import delay
from yiwang.casework.rules.delay import Charge, Holder, Keeper, Mean
from yiwang.casework.rules.replay import Act
from yiwang.casework.service import parts
from yiwang.casework.service.holding import desk_of, flow_of, published_of
from yiwang.casework.service.reading import several, thread, threads
from yiwang.catalogue.messages import Step
from yiwang.directory import service as directory
from yiwang.ground.outcome import Refused
from yiwang.ground.zone import day_of
from yiwang.plumbing import journal
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import Work

__all__ = ["Charge", "Holder", "Keeper", "Mean", "acts_of", "by_organisation", "charges", "means"]

YEAR = timedelta(days=365)
by_organisation = delay.by_organisation


def acts_of(entries: Iterable[Entry]) -> list[Act]:
    """A journal as a replay reads it."""
    return [Act(e.at, day_of(e.at), e.act, e.person, e.facts, e.post) for e in entries]


LATEST = 500
"""So many of the cases closed last are looked at for the means: enough to be right to a tenth of a day."""

_CLOSED = (
    "SELECT home, id FROM casework.matter WHERE division LIKE %s AND received_at >= %s AND closed_at IS NOT NULL"
    " AND accepted_at IS NOT NULL ORDER BY received_at DESC, id LIMIT %s"
)


def means(work: Work, scope: str) -> dict[tuple[str, Keeper, str], Mean]:
    """平均用时 of a division subtree by item, kind of holder and desk: of the cases received within a year, accepted
    and over, the latest. Three queries.
    """
    keys = [(home, case_id) for home, case_id in work.read(_CLOSED, (scope + "%", work.now - YEAR, LATEST))]
    cases, threads = several(work, keys), journal.several(work, keys)
    lives: list[tuple[str, tuple[Charge, ...]]] = []
    for key, case in cases.items():
        try:
            lives.append((case.matter.item, charges(work, case, threads.get(key, ()))))
        except (Refused, KeyError, ValueError):
            continue  # not a journal the case could have had: `yiwang reconcile` says so
    return delay.means(lives)


def charges(work: Work, case: Case, entries: Iterable[Entry] | None = None) -> tuple[Charge, ...]:
    """归责: every day of the case with its one holder, in order of time; `entries` is its journal, if it was read
    already. One query, or none; of a whole with its parts two more. R52

    Refused or Conflict when the journal is not one that the case could have had (`yiwang reconcile` says where).
    """
    written = thread(work, case.matter.home, case.matter.id) if entries is None else entries
    flow = flow_of(work, case)
    lived = delay.life(flow, published_of(work, case).item, case.facts, acts_of(written), work.calendar)

    def answering(step: Step, on: date) -> tuple[str, str]:
        assert step.who is not None, step.id
        desk = desk_of(work, case, step, on)
        return desk, directory.post_for(work, desk, step.who.role, on)

    return delay.charges(lived, flow, work.today, work.calendar, answering, _within(work, case))


def _within(work: Work, whole: Case) -> dict[str, tuple[Charge, ...]]:
    """Whose days those of its parts were, by the step of the whole."""
    there = {p.step.id: p.case for p in parts.parts(work, whole) if p.case is not None}
    keys = {step: (case.matter.home, case.matter.id) for step, case in there.items()}
    written = threads(work, keys.values())
    return {step: charges(work, case, written.get(keys[step], ())) for step, case in there.items()}
