"""状态何时成立 — every status of a case holds exactly when docs/flows.md says, on cases driven through all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from yiwang.casework.messages.case import Case, Status
from yiwang.casework.service import cases, holding, reading
from yiwang.catalogue.messages import StepKind
from yiwang.demo.walk import agreed
from yiwang.ground.actor import SYSTEM
from yiwang.ground.clock import Ground
from yiwang.handling.messages import Decide, DrawExperts, EndSpecial, MakeDocument, Review, StartSpecial
from yiwang.intake.messages import Lack
from yiwang.intake.service import applications
from yiwang.plumbing.work import Work

from tests.spec.conftest import BUILDING, CONSULTING, JOINT, Filed, Office

HANDLER, DECIDER = "zjj-handler-330000", "zjj-decider-330000"
ONE = {"categories": ("cma",), "premises": "owned"}
ENDED = {Status.CLOSED: "done", **{s: s.value for s in (Status.REFUSED, Status.WITHDRAWN, Status.TERMINATED)}}


def holding_of(work: Work, case: Case) -> set[Status]:
    """Every status whose condition in docs/flows.md holds of a case."""
    kinds = {holding.step_of(work, case, step).kind for step in case.tasks}
    timing, standing = case.timing, [s for s in case.timing.stops if s.end is None]
    running = timing.accepted_on is not None and case.decided_at is None
    acts = {entry.act for entry in reading.thread(work, case.matter.home, case.matter.id)}
    notice, came = "correction.asked" in acts, "correction.received" in acts
    conditions = {
        Status.SUBMITTED: kinds == {StepKind.ACCEPT} and timing.accepted_on is None and (came or not notice),
        Status.CORRECTION: kinds == {StepKind.ACCEPT} and notice and not came,
        Status.HANDLING: bool(kinds) and running and not case.progress.suspended and not standing,
        Status.SUSPENDED: running
        and bool(case.progress.suspended)
        and len(standing) == len(case.progress.suspended)
        and set(case.progress.suspended) <= case.tasks.keys()
        and {s.ground for s in standing} == {Ground.EXPERT_REVIEW},
        Status.DECIDED: case.decided_at is not None and StepKind.ISSUE in kinds,
        Status.READY: case.decided_at is not None and kinds == {StepKind.DELIVER} and timing.met_on is not None,
    }
    found = {status for status, holds in conditions.items() if holds}
    return found | {s for s, word in ENDED.items() if case.progress.ended == word and not case.tasks and case.closed_at}


def stands(office: Office, filed: Filed, status: Status) -> None:
    """The case has this status, its condition holds, and that of no other."""
    with office.engine.begin(SYSTEM) as work:
        case = office.case(filed)
        assert case.status is status
        assert holding_of(work, case) == {status}


@pytest.mark.requirement("R26", "R53")
def test_收件_补正_办理_停钟_决定_出件_办结(office: Office) -> None:
    filed = office.draft(JOINT, window=False, answers=ONE)
    office.submit(filed)
    stands(office, filed, Status.SUBMITTED)
    lack = Lack(material="instruments", what="缺两台的证书")
    office.by("clerk-330106", lambda work: applications.ask_once(work, *filed, [lack], 5))
    stands(office, filed, Status.CORRECTION)
    office.by("firm-1", lambda work: applications.corrected(work, *filed, {}))
    stands(office, filed, Status.SUBMITTED)
    office.accept(filed)
    office.drain()
    stands(office, filed, Status.HANDLING)
    office.act(HANDLER, filed, Review, outcome="pass", words="")
    office.act(HANDLER, filed, DrawExperts)
    stands(office, filed, Status.HANDLING)
    office.act(HANDLER, filed, StartSpecial, days_needed=5)
    stands(office, filed, Status.SUSPENDED)
    office.go(8, 21)
    with office.engine.begin(SYSTEM) as work:
        heard = agreed(work, office.case(filed))
    office.act(HANDLER, filed, EndSpecial, **heard)
    stands(office, filed, Status.HANDLING)
    office.act(DECIDER, filed, Decide, outcome="grant")
    stands(office, filed, Status.DECIDED)
    office.act(HANDLER, filed, MakeDocument)
    stands(office, filed, Status.READY)
    assert office.case(filed).timing.met_on == date(2017, 8, 21)
    office.hand_over(filed)
    office.drain()
    stands(office, filed, Status.CLOSED)


ENDINGS: dict[Status, tuple[str, Callable[[Work, int, UUID], object]]] = {
    Status.REFUSED: ("clerk-330106", lambda w, home, case: applications.refuse(w, home, case, "不属本机关", "市局")),
    Status.WITHDRAWN: ("firm-1", applications.withdraw),
    Status.TERMINATED: ("jst-decider-330000", lambda w, home, case: cases.end(w, home, case, "terminated", "终止")),
}


@pytest.mark.parametrize("status", ENDINGS)
def test_提前结束的各有其词(office: Office, status: Status) -> None:
    filed = office.draft(CONSULTING, window=False, answers=BUILDING)
    office.submit(filed)
    login, end = ENDINGS[status]
    office.by(login, lambda work: end(work, filed.home, filed.id))
    stands(office, filed, status)
