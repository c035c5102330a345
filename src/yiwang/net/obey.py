"""照办 — how the net's commands reach the doors of the systems."""

from __future__ import annotations

from yiwang.casework.messages import Case
from yiwang.casework.service import cases, holding, reading, running
from yiwang.enforcement import service as enforcement
from yiwang.enforcement.messages import CreateDuties
from yiwang.ground.outcome import NotFound
from yiwang.net.messages import AskRating, FinishAutomatic, Note, Supervise
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Invite
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import Announce
from yiwang.sharing.service import webhooks


def finish_automatic(command: FinishAutomatic, work: Work) -> None:
    """Finish an automatic step."""
    cases.complete_automatic(work, command.home, command.id, command.step_kind, command.outcome)


def note(command: Note, work: Work) -> None:
    """Write into the thread; a draft has no case and no thread yet."""
    try:
        running.note_on(work, command.home, command.id, command.act, command.facts, command.clause)
    except NotFound:
        return


def supervise(command: Supervise, work: Work) -> None:
    """Make the supervision duties of what was granted."""
    case: Case = holding.hold(work, command.home, command.id)
    enforcement.create_duties(
        CreateDuties(
            home=command.home,
            id=command.id,
            number=case.matter.number,
            item=case.matter.item,
            division=case.matter.division,
            supervisor=holding.published_of(work, case).item.supervisor,
            outcomes=holding.decisions(work, case),
        ),
        work,
    )


def ask_rating(command: AskRating, work: Work) -> None:
    """Invite the rating of a case that was delivered."""
    matter = reading.look(work, command.home, command.id).matter
    oversight.invite(
        Invite(
            home=command.home,
            id=command.id,
            number=matter.number,
            item=matter.item,
            receiving=matter.receiving,
            deciding=matter.deciding,
            visits=command.visits,
        ),
        work,
    )


def announce(command: Announce, work: Work) -> None:
    """Tell the systems of the organisations that take part in a case."""
    case = holding.hold(work, command.home, command.id)
    webhooks.announce(work, command, holding.organisations_of(work, case))
