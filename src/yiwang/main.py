"""总装 — the composition root: what follows what, who obeys, and the engine everything runs on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from yiwang.casework.messages.case import (
    CaseAccepted,
    CaseClosed,
    CaseDecided,
    CaseReady,
    Stalled,
    TaskOpened,
    ToleranceDue,
)
from yiwang.casework.service import moving, parts
from yiwang.casework.service.saying import CaseTerminated, DemandLapsed, SentBack, StepSettled, Unanswered
from yiwang.enforcement.messages import DutiesCreated
from yiwang.ground.home import home_of
from yiwang.handling.messages import RecordDecision, WriteRevocation
from yiwang.handling.service import deciding, revoking
from yiwang.intake.messages import (
    AcceptanceRevoked,
    Delivered,
    IssueResults,
    RemindOfLack,
    RevokeAcceptance,
    TellTerminated,
)
from yiwang.intake.service import applications, delivery, tolerances
from yiwang.net import after, obey
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
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import LapseDemand, RecordStall, RecordUnanswered
from yiwang.plumbing.database import Database
from yiwang.plumbing.outbox import Runner
from yiwang.plumbing.settings import ensure
from yiwang.plumbing.signing import Signer
from yiwang.plumbing.work import Engine, Net
from yiwang.sharing.messages import (
    Announce,
    DataDisputed,
    DataFetched,
    Departments,
    Gather,
    Gathered,
    LicenceIssued,
    Messenger,
    StopAsking,
)
from yiwang.sharing.service import requests as sharing
from yiwang.sharing.service import webhooks

LANES = {"default": 1, "clock": 1, "sharing": 8, "webhooks": 4}
"""The lanes of the outbox, with how many threads of a worker each has: who answers slowly holds up no other."""

NET = Net(
    follows={
        TaskOpened: (after.fetch_step, after.part, after.wait, after.supervise),
        Gathered: (after.fetched_all,),
        DataFetched: (after.data_there,),
        DataDisputed: (after.data_disputed,),
        CaseAccepted: (after.announce,),
        CaseDecided: (after.results, after.needed_no_more, after.announce),
        CaseReady: (after.part_ready, after.announce),
        CaseClosed: (after.parts_close, after.announce),
        CaseTerminated: (after.told_terminated,),
        StepSettled: (after.several_decided,),
        LicenceIssued: (after.licence,),
        DutiesCreated: (after.supervised,),
        Delivered: (after.rating,),
        Stalled: (after.stalled,),
        ToleranceDue: (after.tolerance_due,),
        AcceptanceRevoked: (after.revoked,),
        SentBack: (after.sent_back,),
        Unanswered: (after.unanswered,),
        DemandLapsed: (after.lapsed,),
    },
    obeys={
        Gather: sharing.gather,
        StopAsking: sharing.stop_asking,
        FinishAutomatic: obey.finish_automatic,
        Note: obey.note,
        OpenPart: obey.open_part,
        FinishPart: obey.finish_part,
        CloseParts: obey.close_parts,
        WatchWait: obey.watch_wait,
        Supervise: obey.supervise,
        AskRating: obey.ask_rating,
        RecordStall: oversight.record_stall,
        RecordUnanswered: oversight.record_unanswered,
        LapseDemand: oversight.lapse_demand,
        Announce: obey.announce,
        IssueResults: delivery.issue_results,
        RecordDecision: deciding.record,
        TellTerminated: applications.terminated,
        RemindOfLack: tolerances.remind,
        RevokeAcceptance: tolerances.revoke,
        WriteRevocation: revoking.write,
    },
    timers={
        applications.DEEM: applications.deems,
        applications.LAPSE: applications.lapses,
        parts.ELAPSE: parts.elapses,
    },
)


def real_clock() -> datetime:
    """The time now, with its zone."""
    return datetime.now(UTC)


def engine(database: Database, clock: Callable[[], datetime] = real_clock) -> Engine:
    """The engine on a migrated database, with the keys of this installation."""
    with database.connection() as connection:
        keys = ensure(connection, ("home", "licence", "rows"))
    home_key = bytes.fromhex(keys["home"])
    return Engine(
        database=database,
        net=NET,
        clock=clock,
        home=lambda kind, identifier: home_of(home_key, kind, identifier),
        signer=Signer.from_hex(keys["licence"]),
        secret=bytes.fromhex(keys["rows"]),
    )


def runners(departments: Departments, messenger: Messenger) -> dict[str, Runner]:
    """How each kind of errand is run."""
    return {
        webhooks.SEND: webhooks.webhook_runner(messenger),
        sharing.FETCH: sharing.fetch_runner(departments),
        sharing.TELL: sharing.tell_runner(departments),
        applications.DEEM: applications.deem_runner(),
        applications.LAPSE: applications.lapse_runner(),
        moving.TIMER: moving.timer_runner(),
        moving.SWEEP: moving.sweep_runner(),
        parts.ELAPSE: parts.elapse_runner(),
    }
