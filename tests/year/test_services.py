"""一年·服务 — small years through the services run clean, can be played again, and find what is planted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from yiwang.casework.messages.case import Case
from yiwang.casework.rules import watching
from yiwang.casework.service import cases, holding, moving, recalendar, running
from yiwang.catalogue.messages import Step, StepKind
from yiwang.commands.year import mix, real
from yiwang.commands.year.lives import Broken
from yiwang.commands.year.mix import Temper
from yiwang.commands.year.real import Played
from yiwang.commands.year.systems import Remote, sandbox
from yiwang.commands.year.world import PLACES
from yiwang.directory import service as directory
from yiwang.intake.rules import visits
from yiwang.intake.service import applications
from yiwang.plumbing import idempotency
from yiwang.plumbing.database import Database
from yiwang.plumbing.outbox import Runner
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN, APP
from yiwang.plumbing.work import Work

from tests.conftest import copy_database

Patch = pytest.MonkeyPatch
Copied = Callable[[], Database]

WINTER = date(2018, 1, 31)
"""So near to it that the Spring Festival of the year is made longer after eight days, a reorganisation comes in."""
STORMY = Temper(forgotten=0.3, twice=0.2, special=1.0, window=0.6, counter=0.6, silent=0.4, crashed=0.1, doubled=0.2)
"""So that what is planted comes up in days."""


@pytest.fixture(scope="module")
def people(cluster: Cluster, demo_template: str) -> Iterator[str]:
    """A database with everybody whom a year needs, to be copied."""
    name = f"year_{os.getpid()}"
    copy_database(cluster, demo_template, name)
    database, rng = Database(cluster.conninfo(APP, name), max_size=2), Random("people")
    engine, _ = real.loaded(database, rng)
    real.settled(engine, rng, PLACES[:2], mix.START, WINTER)
    database.close()
    yield name
    with psycopg.connect(cluster.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def copy(cluster: Cluster, people: str, fresh_database: Callable[[str], str]) -> Iterator[Copied]:
    """A fresh database with all of them, as often as wanted."""
    made: list[Database] = []

    def another() -> Database:
        made.append(Database(cluster.conninfo(APP, fresh_database(people)), max_size=2))
        return made[-1]

    yield another
    for database in made:
        database.close()


def year(database: Database, seed: int, days: int, count: int, every: int, **more: Any) -> Played:
    return real.play(database, seed, days, count, lambda _: None, every, **more)


FAILED_ONCE = (1,)
"""Years through the services have found: inbox rows whose dates stood still while their case's moved on with a stop;
parts that were to be rated beside their whole; days of a department that is no more, with no post answering for them; a
new calendar said to move what only a standing clock had moved. This small form comes by all of these places.
"""


@pytest.mark.slow
@pytest.mark.parametrize("seed", FAILED_ONCE)
def test_a_small_year_of_the_services_runs_clean(copy: Copied, seed: int) -> None:
    played = year(copy(), seed, 14, 45, every=7, start=WINTER)
    report = played.figures.report()
    assert report["received"] == 45
    assert sum(report["ended"].values()) + report["open"] == 45
    assert set(played.figures.visits) <= {0, 1}
    assert played.proofs == 2
    for what in ("calendar", "reorganised", "delivered twice", "worker died", "told again", "deputised", "said yellow"):
        assert played.figures.acts[what] > 0, what


def test_the_same_seed_is_the_same_year_down_to_each_journal(copy: Copied, tmp_path: Path) -> None:
    """Whether the police answers within the process or is a system of its own, asked over HTTP."""
    within = year(copy(), 5, 4, 12, every=4)
    with sandbox(tmp_path) as client:
        beyond = year(copy(), 5, 4, 12, every=4, remote=Remote("GAT", client))
    assert beyond.over_http > 0
    assert within.figures.digest() == beyond.figures.digest()


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


def a_warning_is_swallowed(patch: Patch) -> None:
    """Nobody is told that a step is late."""
    original = watching.warnings
    patch.setattr(watching, "warnings", lambda *a: tuple(w for w in original(*a) if w.what not in ("step", "yellow")))


def silence_is_no_answer(patch: Patch) -> None:
    """A department that keeps silent is waited for although the signed chart says otherwise."""
    patch.setattr(cases, "deem_silent", lambda work, case, *_: holding.note(work, case, "consultation.silent", {}))


def open_cases_keep_the_old_calendar(patch: Patch) -> None:
    patch.setattr(recalendar, "_date_again", lambda *_: False)


def a_reorganisation_forgets_the_cases(patch: Patch) -> None:
    patch.setattr(moving, "_move_all", lambda *_: None)


PLANTED: dict[Callable[[Patch], None], tuple[str, dict[str, Any]]] = {
    a_key_is_forgotten: ("done once", {}),
    acceptance_by_law_does_not_come: ("accepted by law", {}),
    a_task_is_dropped: ("every open step is a task", {}),
    whoever_accepts_also_decides: ("one desk, by the chart and the power list", {}),
    nobody_answers_for_a_task: ("one post answers for it", {}),
    people_come_twice: ("at most one visit", {}),
    inboxes_keep_old_dates: ("verify and reconcile are clean", {}),
    a_warning_is_swallowed: ("what is to be said is said, once", {}),
    silence_is_no_answer: ("silence is an answer", {}),
    open_cases_keep_the_old_calendar: ("a new calendar moves what it said", {"start": WINTER}),
    a_reorganisation_forgets_the_cases: ("one desk, by the chart and the power list", {}),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_the_year_finds_a_planted_bug(plant: Callable[[Patch], None], copy: Copied, monkeypatch: Patch) -> None:
    plant(monkeypatch)
    invariant, more = PLANTED[plant]
    with pytest.raises(Broken) as found:
        year(copy(), 3, 15, 60, every=3, temper=STORMY, **more)
    assert found.value.invariant == invariant
    assert found.value.day is not None
