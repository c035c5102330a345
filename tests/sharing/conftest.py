"""数据共享测试的共用件 — a live application whose departments really answer, and the errands that ask them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import pytest

from yiwang import main
from yiwang.connectors.departments.client import DepartmentClient
from yiwang.connectors.sandbox import roster
from yiwang.connectors.webhooks.client import WebhookClient
from yiwang.demo.walk import SimulatedClock
from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.intake.messages import Application, Draft
from yiwang.intake.service import applications
from yiwang.plumbing import outbox
from yiwang.plumbing.work import Engine, Work
from yiwang.sharing.messages import Subject
from yiwang.sharing.service import requests
from yiwang.sharing.store import Request

FILING, JOINT, CONSULTING = "其他-90001-000", "许可-90015-000", "许可-90014-000"
FIRM = roster.firm(0)

T = TypeVar("T")


@dataclass(slots=True)
class Net:
    """一张网: the engine on the demo's data, with departments behind it."""

    engine: Engine
    clock: SimulatedClock
    departments: DepartmentClient

    def act(self, do: Callable[[Work], T], person: str = "") -> T:
        """One act of a demo person, or of the system."""
        actor = self.actor(person) if person else SYSTEM
        with self.engine.begin(actor) as work:
            return do(work)

    def actor(self, person: str) -> Actor:
        """A demo person in the first post."""
        with self.engine.begin(SYSTEM) as work:
            return directory.actor_of(work, person, "", "test")

    def apply(
        self, item: str = FILING, answers: Mapping[str, str | tuple[str, ...]] | None = None, firm: int = 0
    ) -> Application:
        """A draft of a firm; departments are asked for what they hold as soon as errands are run."""
        of = roster.firm(firm)
        draft = Draft(
            item=item,
            kind="firm",
            identifier=of.identifier,
            name=of.name,
            division="330106",
            answers=answers or {"imports": "yes"},
        )
        return self.act(lambda work: applications.draft(draft, work), "clerk-330106")

    def subject(self, of: Application) -> Subject:
        """Whom an application is about."""
        return self.act(lambda work: requests.subject_by_id(work, of.home, of.subject))

    def errands(self, *, threads: int = 1) -> int:
        """Ask the departments whatever is due; how many questions were settled."""
        runners = main.runners(self.departments, WebhookClient())
        with ThreadPoolExecutor(threads) as pool:
            working = [pool.submit(outbox.drain, self.engine, runners, "sharing") for _ in range(threads)]
            return sum(one.result() for one in working)

    def later(self, **much: float) -> None:
        """Let time pass."""
        self.clock.now += timedelta(**much)

    def held(self, of: Application) -> dict[str, Request]:
        """What departments have answered, by material."""
        return self.held_of(of.home, of.id)

    def held_of(self, home: int, matter: UUID) -> dict[str, Request]:
        """The same by reference."""
        return {r.material: r for r in self.act(lambda work: requests.held(work, home, matter))}


@pytest.fixture
def net(engine: Engine, clock: SimulatedClock, departments: DepartmentClient) -> Net:
    """The net with all departments well."""
    return Net(engine, clock, departments)
