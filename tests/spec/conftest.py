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
from yiwang.casework.messages.case import Case, CompleteStep, Task
from yiwang.casework.messages.desk import InboxQuery
from yiwang.casework.service import auditing, cases, reading, watch
from yiwang.casework.store import cases as store
from yiwang.catalogue import service as catalogue
from yiwang.commands.reconcile import of_stretch
from yiwang.connectors.sandbox import roster
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.demo.walk import HANDLERS, Script, SimulatedClock, scripts
from yiwang.directory import service as directory
from yiwang.directory.messages import Person
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.ground.audit import Stretch
from yiwang.ground.outcome import Refused
from yiwang.handling.service import auditing as handled
from yiwang.intake import store as intake
from yiwang.intake.messages import Accept, Application, Channel, Delivery, Draft, HandOver, Receipt, Submit
from yiwang.intake.service import applications, delivery
from yiwang.intake.service import auditing as filed_away
from yiwang.oversight import service as oversight
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
BUILDING = {"categories": ("building",), "titles": "no"}
A, B, C = "jst-handler-330000", "jst-handler-b", "jst-handler-c"
REVIEWER, DECIDER, HEAD = "jst-reviewer-330000", "jst-decider-330000", "jst-head-330000"
OTHER, CONSULTED = "zjj-handler-330000", "jtt-handler-330000"


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
        watch.sweep(self.engine)

    def go(self, month: int, day: int) -> None:
        """A day of 2017, and all that was due by then."""
        self.clock.go(date(2017, month, day))
        self.drain()

    def script(self, item: str) -> Script:
        """The answers and the form of an example."""
        return next(s for s in scripts([(FIRM.identifier, FIRM.name, "firm-1")] * 3) if s.item == item)

    def form(self, of: Application) -> Mapping[str, str]:
        """The example's form; of an item without an example the same word in every field."""
        with self.engine.begin(SYSTEM) as work:
            fields = catalogue.needs(catalogue.published(work, of.item).item, of.answers).fields
        known = next((s.form for s in scripts([(FIRM.identifier, FIRM.name, "firm-1")] * 3) if s.item == of.item), None)
        return dict.fromkeys((d.code for d in fields), "演示") if known is None else known

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

    def submit(
        self, filed: Filed, way: Delivery = Delivery.E_LICENCE, by: str = "firm-1", *, undertakes: bool = False
    ) -> Receipt:
        """Hand it in with the example's form."""
        form = self.form(self.by(by, lambda work: intake.application(work, *filed)))
        command = Submit(home=filed.home, id=filed.id, form=form, delivery=way, undertakes=undertakes)
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


def differences(office: Office, filed: Filed) -> list[object]:
    """What `yiwang reconcile` would say of a case."""
    stretch = Stretch((filed.home, UUID(int=filed.id.int - 1)), (filed.home, filed.id))
    with office.engine.begin(SYSTEM) as work:
        kept = {stretch.upto: auditing.Kept(*store.after(work, stretch.after, 1)[0])}
        case = {stretch.upto: kept[stretch.upto].case}
        rows = work.read("SELECT count(*) FROM casework.inbox WHERE matter = %s", (filed.id,))[0][0]
        expected = sum(1 + sum(s.at is None for s in t.seats) for t in case[filed].tasks.values() if t.desk != "system")
        expected += len(case[filed].asides)
        return [
            *auditing.differences(work, stretch, kept),
            *(one for one in auditing.inbox_without_task(work) if one.id == filed.id),
            *handled.differences(work, stretch, case),
            *filed_away.differences(work, stretch, case),
            *oversight.differences(work, stretch, case),
            *([("inbox.count", rows, expected)] if rows != expected else []),
        ]


def wrong(office: Office, filed: Filed) -> set[str]:
    """What `yiwang reconcile` finds in this case, of every system."""
    stretch = Stretch((filed.home, UUID(int=filed.id.int - 1)), (filed.home, filed.id))
    with office.engine.begin(SYSTEM) as work:
        kept = {stretch.upto: auditing.Kept(*store.after(work, stretch.after, 1)[0])}
        found = [one for _, one in of_stretch(work, stretch, kept)]
        return {f.kind for f in (*found, *auditing.inbox_without_task(work)) if f.id == filed.id}


def task(office: Office, filed: Filed, step: str = "review") -> Task:
    """An open task."""
    return office.case(filed).tasks[step]


def do(
    office: Office, login: str, verb: Callable[..., Case], filed: Filed, *arguments: Any, step: str = "review"
) -> Task:
    """Somebody does a verb on the task of a step; the task afterwards, as far as it is still open."""
    found = task(office, filed, step)
    case: Case = office.by(login, lambda work: verb(work, *filed, found.id, *arguments))
    return case.tasks.get(step, found)


def due(office: Office, filed: Filed) -> object:
    """All that the clock of a case says."""
    case = office.case(filed)
    return case.timing, {t.step: t.due for t in case.tasks.values()}


def in_inbox(office: Office, login: str, filed: Filed) -> list[tuple[str, str, str, int]]:
    """What somebody's inbox shows of a case: role, holder, post, how often urged."""

    def read(work: Work) -> list[tuple[str, str, str, int]]:
        asked = InboxQuery(text=office_number(work, filed))
        rows = reading.inbox(work, work.actor.organisation, work.actor.roles, asked).rows
        return [(r.role, r.holder, r.post, r.urged) for r in rows]

    found: list[tuple[str, str, str, int]] = office.by(login, read)
    return found


def office_number(work: Work, filed: Filed) -> str:
    """The number of a case."""
    return reading.look(work, *filed).matter.number


def finish(office: Office, login: str, filed: Filed, step: str = "review", outcome: str = "pass") -> None:
    """Somebody finishes a step."""
    command = CompleteStep(home=filed.home, id=filed.id, task=task(office, filed, step).id, outcome=outcome)
    office.by(login, lambda work: cases.complete(command, work))


def won(act: Callable[[], object]) -> str:
    """Empty when it was done, else the refusal."""
    try:
        act()
    except Refused as refusal:
        return refusal.code
    return ""


def reading_row(office: Office, login: str, filed: Filed) -> UUID:
    """The id of the row that somebody's inbox shows of a case."""

    def read(work: Work) -> UUID:
        asked = InboxQuery(text=office_number(work, filed))
        return reading.inbox(work, work.actor.organisation, work.actor.roles, asked).rows[0].id

    found: UUID = office.by(login, read)
    return found


@pytest.fixture
def team(office: Office) -> Office:
    """The office, where three people hold the handler's post of the construction department."""

    def appoint(work: Work) -> None:
        post = directory.posts_of(work, A, work.today)[0].code
        for code in (B, C):
            directory.add_person(work, Person(code=code, name="样例同事", kind="staff"))
            work.save()
            directory.hold(work, code, post, START)

    with office.engine.begin(SYSTEM) as work:
        if not directory.posts_of(work, B, START):
            appoint(work)
    return office


@pytest.fixture
def filed(team: Office) -> Iterator[Filed]:
    """A case that waits for its first review; at the end its journal tells all that became of it."""
    case = team.accepted(CONSULTING)
    yield case
    assert differences(team, case) == []


@pytest.fixture
def plain(team: Office) -> Iterator[Filed]:
    """A case without consultation: review, examine, check, decide one after the other."""
    case = team.accepted(CONSULTING, answers=BUILDING)
    yield case
    assert differences(team, case) == []
