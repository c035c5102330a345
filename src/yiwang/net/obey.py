"""照办 — how the net's commands reach the doors of the systems."""

from __future__ import annotations

from yiwang.casework.messages.case import Case
from yiwang.casework.service import cases, holding, parts, reading, running
from yiwang.enforcement import service as enforcement
from yiwang.enforcement.messages import CreateDuties
from yiwang.ground.outcome import NotFound
from yiwang.net.messages import AskRating, CloseParts, FinishAutomatic, FinishPart, Note, OpenPart, Supervise, WatchWait
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import Invite
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import Announce
from yiwang.sharing.service import webhooks


def finish_automatic(command: FinishAutomatic, work: Work) -> None:
    """Finish an automatic step."""
    cases.complete_automatic(work, command.home, command.id, command.step_kind, command.outcome)


def open_part(command: OpenPart, work: Work) -> None:
    """Open the case of a part."""
    parts.open_part(work, command.home, command.id, command.step)


def finish_part(command: FinishPart, work: Work) -> None:
    """Let the whole go on."""
    parts.finish_part(work, command.home, command.id, command.outcome)


def close_parts(command: CloseParts, work: Work) -> None:
    """Let the parts end with the whole."""
    parts.close_parts(work, command.home, command.id, command.word)


def watch_wait(command: WatchWait, work: Work) -> None:
    """Set the timer of a waiting step."""
    task = holding.hold(work, command.home, command.id).tasks[command.step]
    parts.watch_wait(work, command.home, command.id, task)


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
