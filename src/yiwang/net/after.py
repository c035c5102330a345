"""一事引发一事 — after this event, these commands; pure, and the only place where systems meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from yiwang.casework.messages.case import (
    CaseAccepted,
    CaseClosed,
    CaseDecided,
    CaseReady,
    Stalled,
    TaskOpened,
    ToleranceDue,
)
from yiwang.casework.service.saying import CaseTerminated, DemandLapsed, SentBack, StepSettled, Unanswered
from yiwang.catalogue.messages import StepKind
from yiwang.enforcement.messages import DutiesCreated
from yiwang.handling.messages import RecordDecision, WriteRevocation
from yiwang.intake.messages import (
    AcceptanceRevoked,
    Delivered,
    IssueResults,
    RemindOfLack,
    RevokeAcceptance,
    TellTerminated,
)
from yiwang.net.messages import (
    AskRating,
    CloseParts,
    FinishAutomatic,
    FinishPart,
    Note,
    OpenPart,
    Supervise,
    WatchWait,
)
from yiwang.oversight.messages import LapseDemand, RecordStall, RecordUnanswered
from yiwang.sharing.messages import Announce, DataDisputed, DataFetched, Gather, Gathered, LicenceIssued, StopAsking


def fetch_step(event: TaskOpened) -> Sequence[object]:
    """A fetch step opens → sharing says what is there (R47)."""
    return [Gather(home=event.home, id=event.id)] if event.step_kind == StepKind.FETCH else []


def fetched_all(event: Gathered) -> Sequence[object]:
    """What departments hold was asked for → the case goes on, whatever still pends (R38)."""
    outcome = "pending" if event.pending else "complete"
    return [FinishAutomatic(home=event.home, id=event.id, step_kind=StepKind.FETCH, outcome=outcome)]


def data_there(event: DataFetched) -> Sequence[object]:
    """A department has answered → it stands in the thread of the case."""
    facts = {"material": event.material, "line": event.line, "state": str(event.state)}
    return [Note(home=event.home, id=event.id, act="data.fetched", facts=facts)]


def data_disputed(event: DataDisputed) -> Sequence[object]:
    """The applicant disputes a record → it stands in the thread of the case (规定 7)."""
    facts = {"material": event.material, "line": event.line}
    return [Note(home=event.home, id=event.id, act="data.disputed", facts=facts, clause="规定 7")]


def part(event: TaskOpened) -> Sequence[object]:
    """A step that is another item's case opens → that case is opened (R49)."""
    return [OpenPart(home=event.home, id=event.id, step=event.step)] if event.step_kind == StepKind.SUBCASE else []


def part_ready(event: CaseReady) -> Sequence[object]:
    """A part waits for delivery → the whole goes on."""
    if event.parent is None:
        return []
    outcome = "granted" if "grant" in event.outcomes.values() else "refused"
    return [FinishPart(home=event.home, id=event.id, outcome=outcome)]


def parts_close(event: CaseClosed) -> Sequence[object]:
    """A case has ended → its parts end with it; a part that ended early → the whole goes on."""
    ended = [FinishPart(home=event.home, id=event.id, outcome="ended")] if event.parent and event.end != "done" else []
    return [*ended, CloseParts(home=event.home, id=event.id, word=event.end)]


def wait(event: TaskOpened) -> Sequence[object]:
    """A step that only time ends opens → somebody watches for its end."""
    waits = event.step_kind == StepKind.WAIT and event.due is not None
    return [WatchWait(home=event.home, id=event.id, step=event.step)] if waits else []


def results(event: CaseDecided) -> Sequence[object]:
    """Decided → the licences of those who granted are made at once."""
    return [IssueResults(home=event.home, id=event.id, application=event.parent or event.id, outcomes=event.outcomes)]


def needed_no_more(event: CaseDecided) -> Sequence[object]:
    """Decided → what departments have not answered yet is needed no more, so nobody asks for it (R47)."""
    return [StopAsking(home=event.home, id=event.id)]


def licence(event: LicenceIssued) -> Sequence[object]:
    """A licence was made → it stands in the thread of the case."""
    facts = {"code": event.code, "name": event.name, "organisation": event.organisation}
    return [Note(home=event.home, id=event.id, act="licence.issued", facts=facts, clause="规定 15")]


def supervise(event: TaskOpened) -> Sequence[object]:
    """The supervision step opens → duties are made (谁审批谁监管, R33)."""
    return [Supervise(home=event.home, id=event.id)] if event.step_kind == StepKind.SUPERVISE else []


def supervised(event: DutiesCreated) -> Sequence[object]:
    """Duties stand → the flow's last step is done."""
    return [FinishAutomatic(home=event.home, id=event.id, step_kind=StepKind.SUPERVISE, outcome="created")]


def rating(event: Delivered) -> Sequence[object]:
    """Delivered → a third party asks how it was (R15)."""
    return [AskRating(home=event.home, id=event.id, visits=event.visits)]


def several_decided(event: StepSettled) -> Sequence[object]:
    """The signatures on a decision have settled it → the decision goes on file in the department's name (R30)."""
    if event.step_kind != StepKind.DECIDE:
        return []
    return [
        RecordDecision(
            home=event.home,
            id=event.id,
            step=event.step,
            outcome=event.outcome,
            signers=event.signers,
        )
    ]


def told_terminated(event: CaseTerminated) -> Sequence[object]:
    """The case was terminated → the applicant reads why; of a part, in the application it was handed in with."""
    of = {"id": event.parent, "part": event.number} if event.parent else {"id": event.id}
    return [TellTerminated(home=event.home, **of, reason=event.reason, clause=event.clause)]


def tolerance_due(event: ToleranceDue) -> Sequence[object]:
    """What was tolerated is due soon → the applicant is reminded; it is over → the acceptance is revoked. 规定 11"""
    command = RevokeAcceptance if event.lapsed else RemindOfLack
    return [command(home=event.home, id=event.id, lacking=event.lacking, until=event.due)]


def revoked(event: AcceptanceRevoked) -> Sequence[object]:
    """The acceptance is revoked → it is told in writing, with reason and remedies. 规定 11"""
    return [WriteRevocation(home=event.home, id=event.id, reason=event.reason, returned=event.returned)]


def stalled(event: Stalled) -> Sequence[object]:
    """A limit is near or has passed → it is written down with the post that holds the case (R52, R76)."""
    return [_on_record(event, event.what, event.since, event.due)]


def sent_back(event: SentBack) -> Sequence[object]:
    """Work comes back from a later step → it is written down as rework (R76)."""
    return [_on_record(event, "sent_back", event.on, None)]


def _on_record(event: Stalled | SentBack, what: str, since: date, due: date | None) -> RecordStall:
    return RecordStall(
        home=event.home,
        id=event.id,
        number=event.number,
        item=event.item,
        division=event.division,
        what=what,
        step=event.step,
        desk=event.desk,
        post=event.post,
        person=event.person,
        since=since,
        due=due,
        rule=event.rule,
    )


def unanswered(event: Unanswered) -> Sequence[object]:
    """A supervisor got no answer by the day → it is written down against the post that was named (R52, R76)."""
    return [
        RecordUnanswered(
            home=event.home,
            id=event.id,
            demand=event.demand,
            desk=event.desk,
            post=event.post,
            since=event.since,
            due=event.due,
            rule=event.rule,
        )
    ]


def lapsed(event: DemandLapsed) -> Sequence[object]:
    """The case is over → nobody waits for an answer any more."""
    return [LapseDemand(home=event.home, id=event.id, demand=event.demand)]


KINDS = {
    CaseAccepted: "case.accepted",
    CaseDecided: "case.decided",
    CaseReady: "case.ready",
    CaseClosed: "case.closed",
}


def announce(event: CaseAccepted | CaseDecided | CaseReady | CaseClosed) -> Sequence[object]:
    """Something happened to a case → the systems of those who take part hear of it."""
    kind = KINDS[type(event)]
    revoked = isinstance(event, CaseClosed) and event.end == "acceptance_revoked"
    kinds = (kind, "case.acceptance_revoked") if revoked else (kind,)
    return [Announce(home=event.home, id=event.id, number=event.number, item=event.item, kind=k) for k in kinds]
