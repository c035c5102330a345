"""命令测试夹具 — a database in which the three examples were walked and other cases stand half-way, to be damaged."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from yiwang import main
from yiwang.catalogue import service as catalogue
from yiwang.cli import app
from yiwang.connectors.sandbox import roster
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.demo.walk import Script, SimulatedClock, Walk, scripts
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM
from yiwang.intake.messages import Accept, Delivery, Draft, Lack, State, Submit
from yiwang.intake.service import applications, tolerances
from yiwang.plumbing import sealing
from yiwang.plumbing.database import Database
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN
from yiwang.plumbing.work import Engine, Work
from yiwang.sharing.messages import Correction, Fetch, Fetched, FetchFailed

from tests.conftest import copy_database, template

ITEM = "许可-90015-000"
TOLERANT = "许可-90014-000"


class Departments:
    """部门系统: half of them answer, the others are down, so that some questions stay open."""

    def fetch(self, request: Fetch) -> Fetched:
        """Ask."""
        if request.line in ("GAT", "GSJ", "SCJG"):
            values = dict.fromkeys(request.data_items, "演示")
            return Fetched(values, "1", SimulatedClock().now, request.line)
        raise FetchFailed("down", retryable=True)

    def tell(self, correction: Correction) -> None:
        """Every notice is taken."""


def _draft(engine: Engine, script: Script, person: str) -> tuple[int, Any]:
    with engine.begin(SYSTEM) as work:
        actor = directory.actor_of(work, person, "", "test")
    with engine.begin(actor) as work:
        drafted = applications.draft(
            Draft(
                item=script.item,
                kind="firm",
                identifier=script.identifier,
                name=script.name,
                division=script.centre.split(".")[0],
                answers=script.answers,
            ),
            work,
        )
    return drafted.home, drafted.id


def another_application(engine: Engine) -> None:
    """One more, drafted and handed in now."""
    script = scripts([(f.identifier, f.name, f"firm-{n + 1}") for n, f in enumerate(map(roster.firm, range(3)))])[1]
    home, case = _draft(engine, script, "firm-1")
    with engine.begin(SYSTEM) as work:
        firm = directory.actor_of(work, "firm-1", "", "test")
    with engine.begin(firm) as work:
        applications.submit(Submit(home=home, id=case, form=script.form, delivery=Delivery.E_LICENCE), work)


def _half_way(engine: Engine, clock: SimulatedClock, plays: list[Script]) -> None:
    """A draft, one handed in, one waiting for a correction, one corrected, one refused, one withdrawn."""
    clock.go(date(2017, 10, 9))
    joint = plays[1]
    keys = [_draft(engine, joint, "firm-1") for _ in range(6)]
    with engine.begin(SYSTEM) as work:
        firm, clerk = (directory.actor_of(work, who, "", "test") for who in ("firm-1", "clerk-330106"))
    for words in (joint.form, {**joint.form, "name": "改过"}):  # a draft that was written over
        with engine.begin(firm) as work:
            applications.fill(work, *keys[0], words)
    for home, case in keys[1:]:
        with engine.begin(firm) as work:
            applications.submit(Submit(home=home, id=case, form=joint.form, delivery=Delivery.E_LICENCE), work)
    for home, case in keys[2:4]:
        with engine.begin(clerk) as work:
            applications.ask_once(work, home, case, [Lack(material="other", what="缺一页")], 5)
    with engine.begin(firm) as work:
        applications.corrected(work, *keys[3], joint.form)
        applications.withdraw(work, *keys[5])
    with engine.begin(clerk) as work:
        applications.refuse(work, *keys[4], "不属于本机关职权范围", "省质监局")


def _tolerated(engine: Engine, script: Script) -> None:
    """Two accepted although a proof is still to come; for one of them it has come since, in the applicant's words."""
    with engine.begin(SYSTEM) as work:
        firm, clerk = (directory.actor_of(work, who, "", "test") for who in ("firm-1", f"clerk-{script.centre[:-5]}"))
        bring = catalogue.needs(catalogue.published(work, script.item).item, script.answers).bring
    brought = {m.code: m.checkpoints for m in bring if not catalogue.tolerable(m)}
    (later,) = (m.code for m in bring if catalogue.tolerable(m))
    for words in ("", "近五年承建演示大桥一座"):
        home, case = _draft(engine, script, "firm-1")
        with engine.begin(firm) as work:
            way = Submit(home=home, id=case, form=script.form, delivery=Delivery.E_LICENCE, undertakes=True)
            applications.submit(way, work)
        with engine.begin(clerk) as work:
            applications.accept(Accept(home=home, id=case, brought=brought, tolerate=True), work)
        with engine.begin(firm) as work:
            if words:
                tolerances.state(State(home=home, id=case, material=later, words=words), work)


def _unfinished(script: Script, acts: int) -> Script:
    return Script(
        item=script.item,
        identifier=script.identifier,
        name=script.name,
        answers=script.answers,
        form=script.form,
        centre=script.centre,
        applicant=script.applicant,
        acts=script.acts[:acts],
        handed_over=script.handed_over,
    )


def fill(engine: Engine, clock: SimulatedClock) -> None:
    """The three examples to their end, two of them again but left half-way, and what never came to acceptance."""
    firms = [(f.identifier, f.name, f"firm-{n + 1}") for n, f in enumerate(map(roster.firm, range(3)))]
    walker = Walk(engine, clock, main.runners(Departments(), WebhookClient()))
    plays = scripts(firms)
    for script in plays:
        walker.play(script)
    for script, acts in ((plays[2], 5), (plays[3], 1)):  # a stopped clock; a consultation without replies
        clock.go(date(2017, 8, 14))
        begun = _unfinished(script, acts)
        home, case = walker._take_in(begun)
        for act in begun.acts:
            walker._act(act, home, case)
    _half_way(engine, clock, plays)
    _tolerated(engine, next(play for play in plays if play.item == TOLERANT))
    sealing.seal(engine)


def drop(cluster: Cluster, name: str) -> None:
    """Be rid of a database."""
    with psycopg.connect(cluster.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="session")
def walked_template(cluster: Cluster, demo_template: str) -> str:
    """A database with cases in every state, to be copied."""
    clock = SimulatedClock()
    return template(cluster, "walked", demo_template, lambda database: fill(main.engine(database, clock), clock))


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended."""

    code: int
    text: str

    @property
    def said(self) -> Any:
        """Its JSON."""
        return json.loads(self.text)


Run = Callable[..., Ran]


@dataclass(frozen=True, slots=True)
class Installation:
    """A database of its own, what a superuser can do to it behind the system's back, and commands run on it."""

    url: str

    def sql(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """As superuser, past everything that guards the tables."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")  # no foreign keys
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def run(self, *arguments: str) -> Ran:
        """`yiwang ARGUMENTS`."""
        ran = CliRunner().invoke(app, arguments, env={"YIWANG_DATABASE_URL": self.url}, catch_exceptions=False)
        return Ran(ran.exit_code, ran.stdout)


class _Undo(Exception):
    pass


Damaged = Callable[..., AbstractContextManager[Work]]


@pytest.fixture(scope="session")
def damaged(cluster: Cluster, walked_template: str) -> Iterator[Damaged]:
    """Damages the walked database by one statement, gives a work that sees it, and takes everything back."""
    name = f"damaged_{os.getpid()}"
    copy_database(cluster, walked_template, name)
    database = Database(cluster.conninfo(ADMIN, name))
    engine = main.engine(database)

    @contextmanager
    def damage(statement: str, *parameters: object) -> Iterator[Work]:
        with suppress(_Undo), engine.begin(SYSTEM) as work:
            work._connection.execute("SET LOCAL session_replication_role = replica")
            if statement:
                assert work._connection.execute(statement.encode(), parameters).rowcount > 0
            yield work
            raise _Undo

    yield damage
    database.close()
    drop(cluster, name)


@pytest.fixture
def walked(cluster: Cluster, fresh_database: Callable[[str], str], walked_template: str) -> Installation:
    """An installation with cases in every state."""
    return Installation(cluster.conninfo(ADMIN, fresh_database(walked_template)))


@pytest.fixture
def installation(cluster: Cluster, fresh_database: Callable[[str], str], demo_template: str) -> Installation:
    """An installation with the demo's directory, people and catalogue, without a case."""
    return Installation(cluster.conninfo(ADMIN, fresh_database(demo_template)))
