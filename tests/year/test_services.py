"""一年·服务 — small years through the services run clean, can be played again, and find what is planted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding, running
from yiwang.catalogue.messages import Step, StepKind
from yiwang.commands.year import real
from yiwang.commands.year.lives import Broken
from yiwang.commands.year.mix import Temper
from yiwang.commands.year.real import Played
from yiwang.directory import service as directory
from yiwang.intake.rules import visits
from yiwang.intake.service import applications
from yiwang.plumbing import idempotency
from yiwang.plumbing.database import Database
from yiwang.plumbing.outbox import Runner
from yiwang.plumbing.postgres_roles import APP
from yiwang.plumbing.work import Work

Patch = pytest.MonkeyPatch


def year(database: Database, seed: int, days: int, cases: int, every: int) -> Played:
    return real.play(database, seed, days, cases, lambda _: None, every)


STORMY = Temper(forgotten=0.3, twice=0.2, special=1.0, window=0.6, counter=0.6)
"""So that what is planted comes up in days."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_small_year_of_the_services_runs_clean(demo_database: Database, seed: int) -> None:
    """Seed 1 once found inbox rows whose dates stood still while their case's moved on with a stop."""
    played = year(demo_database, seed, days=60, cases=150, every=12)
    report = played.figures.report()
    assert report["received"] == 150
    assert sum(report["ended"].values()) + report["open"] == 150
    assert set(played.figures.visits) <= {0, 1}
    assert played.proofs == 5
    assert played.asked > 100
    assert played.figures.acts["twice"] > 0


def test_the_same_seed_is_the_same_year_down_to_each_journal(
    fresh_database: Any, cluster: Any, demo_template: str
) -> None:
    digests = []
    for seed in (5, 5, 6):
        database = Database(cluster.conninfo(APP, fresh_database(demo_template)))
        digests.append(year(database, seed, days=8, cases=16, every=8).figures.digest())
        database.close()
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


# ── planted bugs: the year must find each ───────────────────────────────────────────────────────────


def a_key_is_forgotten(patch: Patch) -> None:
    """The same request is done twice."""
    patch.setattr(idempotency, "_look", lambda *_: None)


def acceptance_by_law_does_not_come(patch: Patch) -> None:
    patch.setattr(applications, "deem_runner", lambda: Runner(inside=lambda *_: None))


def a_task_is_dropped(patch: Patch) -> None:
    original = running._open_task

    def forgetful(work: Any, case: Case, step: Step) -> list[object]:
        return [] if step.kind is StepKind.ISSUE else original(work, case, step)

    patch.setattr(running, "_open_task", forgetful)


def whoever_accepts_also_decides(patch: Patch) -> None:
    """A deciding step lands on the desk that took the application in."""
    original = holding.desk_of

    def misled(work: Any, case: Case, step: Step) -> str:
        return case.matter.receiving if step.kind is StepKind.DECIDE else original(work, case, step)

    patch.setattr(running, "desk_of", misled)


def nobody_answers_for_a_task(patch: Patch) -> None:
    patch.setattr(directory, "post_for", lambda *_: "")


def people_come_twice(patch: Patch) -> None:
    patch.setattr(visits, "promise", lambda *_, **__: 2)


def inboxes_keep_old_dates(patch: Patch) -> None:
    original = running.redate

    def halfway(work: Work, case: Case) -> None:
        with pytest.MonkeyPatch.context() as there:
            there.setattr(running, "rows_of", lambda _: [])
            original(work, case)

    patch.setattr(running, "redate", halfway)


PLANTED: dict[Callable[[Patch], None], str] = {
    a_key_is_forgotten: "done once",
    acceptance_by_law_does_not_come: "accepted by law",
    a_task_is_dropped: "every open step is a task",
    whoever_accepts_also_decides: "one desk, by the chart and the power list",
    nobody_answers_for_a_task: "one post answers for it",
    people_come_twice: "at most one visit",
    inboxes_keep_old_dates: "verify and reconcile are clean",
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_the_year_finds_a_planted_bug(
    plant: Callable[[Patch], None], demo_database: Database, monkeypatch: Patch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Broken) as found:
        real.play(demo_database, 3, 15, 60, lambda _: None, every=3, temper=STORMY)
    assert found.value.invariant == PLANTED[plant]
    assert found.value.day is not None
