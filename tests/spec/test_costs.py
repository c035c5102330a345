"""一次一句 — what acts and pages ask of the database: one statement writes an act; reading is counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yiwang.casework.service import reading
from yiwang.catalogue import service as catalogue
from yiwang.directory import service as directory
from yiwang.handling.messages import Review
from yiwang.handling.service import reviewing
from yiwang.intake.messages import Accept
from yiwang.intake.service import applications
from yiwang.plumbing.work import Work

from tests.spec.conftest import BUILDING, CONSULTING, REVIEWER, A, Filed, Office, task


def cost(office: Office, login: str, do: Callable[[Work], object]) -> tuple[int, int]:
    """Reads and writes of an act, once the process knows catalogue, directory and calendar."""
    with office.engine.begin(office.actor(login)) as work:
        directory.snapshot(work)
        directory.staff(work)
        catalogue.items(work)
        assert work.calendar.version
        before = work.reads
        do(work)
        work.save()
        return work.reads - before, work.writes


@pytest.fixture
def filed(office: Office) -> Filed:
    """A case in its first review."""
    return office.accepted(CONSULTING, answers=BUILDING)


def test_受理一句写完(office: Office) -> None:
    waiting = office.draft(CONSULTING, answers=BUILDING)
    office.submit(waiting, by="clerk-330106")
    office.drain()

    def accept(work: Work) -> object:
        needs = catalogue.needs(
            catalogue.published(work, CONSULTING).item, {"categories": ("building",), "titles": "no"}
        )
        brought = {m.code: m.checkpoints for m in needs.bring}
        return applications.accept(Accept(home=waiting.home, id=waiting.id, brought=brought), work)

    reads, writes = cost(office, "clerk-330106", accept)
    assert writes == 1
    # The case; the application with what was brought; what was asked; who is told; the first time also the version.
    assert reads <= 5


def test_办一个环节一读一写(office: Office, filed: Filed) -> None:
    command = Review(home=filed.home, id=filed.id, task=task(office, filed).id, outcome="pass", words="齐全")
    assert cost(office, A, lambda work: reviewing.review(command, work)) == (1, 1)


def test_待办一页一句(office: Office, filed: Filed) -> None:
    actor = office.actor(A)
    assert cost(office, A, lambda work: reading.inbox(work, actor.organisation, actor.roles)) == (1, 0)
    assert filed


def test_待办台一页一句_名字只读一次(office: Office, filed: Filed) -> None:
    """Groups, facets and lights come with the rows; the names of holders are kept by the process."""
    actor = office.actor(A)

    def page(work: Work) -> object:
        board = reading.inbox_board(work, actor.organisation, actor.roles)
        return board, directory.names_of(work, {A, REVIEWER, *(r.holder for r in board.rows if r.holder)})

    assert cost(office, A, page)[0] <= 2
    assert cost(office, A, page) == (1, 0)
    assert filed


def test_一件连同全程留痕两句(office: Office, filed: Filed) -> None:
    def page(work: Work) -> object:
        case = reading.look(work, *filed)
        return case, reading.dues(case, work.today, work.calendar), reading.thread(work, *filed)

    assert cost(office, A, page) == (2, 0)
