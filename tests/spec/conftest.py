"""法条测试夹具 — one office for all tests here: each takes in cases of its own and plays them through the services."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import pytest

from yiwang import main
from yiwang.casework.messages import Case
from yiwang.casework.service import reading
from yiwang.catalogue import service as catalogue
from yiwang.connectors.sandbox import roster
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.demo.walk import HANDLERS, Script, SimulatedClock, scripts
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.intake import store as intake
from yiwang.intake.messages import Accept, Application, Channel, Delivery, Draft, HandOver, Receipt, Submit
from yiwang.intake.service import applications, delivery
from yiwang.plumbing import outbox
from yiwang.plumbing.database import Database
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN, APP
from yiwang.plumbing.work import Engine, Work
from yiwang.sharing.messages import Correction, Fetch, Fetched, FetchFailed

from tests.conftest import copy_database

START = date(2017, 8, 14)
FIRM = roster.firm(0)
SINGLE, JOINT, CONSULTING = "其他-90001-000", "许可-90015-000", "许可-90014-000"


@dataclass
class Departments:
    """部门系统: they answer, but for those that are down."""

    down: set[str] = field(default_factory=set)

    def fetch(self, request: Fetch) -> Fetched:
        """Ask."""
        if request.line in self.down:
            raise FetchFailed("down", retryable=True)
        return Fetched(dict.fromkeys(request.data_items, "演示"), "1", SimulatedClock().now, request.line)

    def tell(self, correction: Correction) -> None:
        """Every notice is taken."""


class Filed(NamedTuple):
    """一件: where a case is kept."""

    home: int
    id: UUID


@dataclass
class Office:
    """政府: everybody of the demo at work, on days that the test chooses."""

    engine: Engine
    clock: SimulatedClock
    departments: Departments
    conninfo: str

    def actor(self, login: str) -> Actor:
        """Somebody, acting in the first post held."""
        with self.engine.begin(SYSTEM) as work:
            return directory.actor_of(work, login, "", "test")

    def by(self, login: str, do: Callable[[Work], Any]) -> Any:
        """One act of somebody's."""
        with self.engine.begin(self.actor(login)) as work:
            return do(work)

    def drain(self) -> None:
        """All errands that are due."""
        for lane in main.LANES:
            outbox.drain(self.engine, main.runners(self.departments, WebhookClient()), lane)

    def go(self, month: int, day: int) -> None:
        """A day of 2017, and all that was due by then."""
        self.clock.go(date(2017, month, day))
        self.drain()

    def script(self, item: str) -> Script:
        """The answers and the form of an example."""
        return next(s for s in scripts([(FIRM.identifier, FIRM.name, "firm-1")] * 3) if s.item == item)

    def draft(
        self, item: str, *, centre: str = "330106", window: bool = True, answers: Mapping[str, Any] | None = None
    ) -> Filed:
        """An application of the first firm's, drafted at a window or on the web."""
        drafted: Application = self.by(
            f"clerk-{centre}" if window else "firm-1",
            lambda work: applications.draft(
                Draft(
                    item=item,
                    kind="firm",
                    identifier=FIRM.identifier,
                    name=FIRM.name,
                    division=centre,
                    channel=Channel.WINDOW if window else Channel.WEB,
                    receiving=f"{centre}.XZFW",
                    answers=self.script(item).answers if answers is None else answers,
                ),
                work,
            ),
        )
        return Filed(drafted.home, drafted.id)

    def submit(self, filed: Filed, way: Delivery = Delivery.E_LICENCE, by: str = "firm-1") -> Receipt:
        """Hand it in with the example's form."""
        form = self.script(self.by(by, lambda work: intake.application(work, *filed)).item).form
        command = Submit(home=filed.home, id=filed.id, form=form, delivery=way)
        receipt: Receipt = self.by(by, lambda work: applications.submit(command, work))
        return receipt

    def accept(self, filed: Filed, centre: str = "330106") -> Receipt:
        """Accept it with everything brought."""

        def do(work: Work) -> Receipt:
            case = reading.look(work, *filed)
            needs = catalogue.needs(catalogue.published(work, case.matter.item).item, case.facts)
            brought = {m.code: m.checkpoints for m in needs.bring}
            return applications.accept(Accept(home=filed.home, id=filed.id, brought=brought), work)

        receipt: Receipt = self.by(f"clerk-{centre}", do)
        return receipt

    def accepted(self, item: str, *, centre: str = "330106", answers: Mapping[str, Any] | None = None) -> Filed:
        """A case taken in at a window and accepted at once."""
        filed = self.draft(item, centre=centre, answers=answers)
        self.submit(filed, by=f"clerk-{centre}")
        self.accept(filed, centre)
        self.drain()
        return filed

    def act(self, login: str, filed: Filed, command: Callable[..., Any], role: str = "", **arguments: Any) -> None:
        """Somebody works the task that waits at the own desk."""
        actor = self.actor(login)
        roles = {role} if role else actor.roles
        with self.engine.begin(actor) as work:
            case = reading.look(work, *filed)
            task = next(t for t in case.tasks.values() if t.desk == actor.organisation and t.role in roles)
            made = command(home=filed.home, id=filed.id, task=task.id, **arguments)
            HANDLERS[type(made)](made, work)

    def hand_over(self, filed: Filed, login: str = "issuer-330106", recipient: str = "") -> None:
        """Give the result to the applicant."""
        self.by(
            login, lambda work: delivery.hand_over(HandOver(home=filed.home, id=filed.id, recipient=recipient), work)
        )

    def case(self, filed: Filed) -> Case:
        """As it stands."""
        with self.engine.begin(SYSTEM) as work:
            return reading.look(work, *filed)

    def acts(self, filed: Filed) -> list[str]:
        """What its journal says, first to last."""
        with self.engine.begin(SYSTEM) as work:
            return [entry.act for entry in reading.thread(work, *filed)]

    def sql(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Straight into the tables, past every service, with the rights of an administrator."""
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def opened(cluster: Cluster, demo_template: str) -> Iterator[Office]:
    """The office, for the whole run."""
    name = f"office_{os.getpid()}"
    copy_database(cluster, demo_template, name)
    database = Database(cluster.conninfo(APP, name))
    clock = SimulatedClock()
    yield Office(main.engine(database, clock), clock, Departments(), cluster.conninfo(ADMIN, name))
    database.close()
    with psycopg.connect(cluster.conninfo(ADMIN, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def office(opened: Office) -> Office:
    """The office on the morning of the seed's day, with every department up."""
    opened.departments.down.clear()
    opened.clock.go(START)
    return opened
