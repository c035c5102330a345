"""职责分离 — one person, one duty in one case; the centre accepts and hands out, departments handle and decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yiwang.casework.messages.case import Duty
from yiwang.catalogue.messages import FlowKind
from yiwang.ground.outcome import Forbidden

CENTRE_DUTIES = frozenset({Duty.ACCEPT, Duty.DELIVER})
DEPARTMENT_DUTIES = frozenset({Duty.HANDLE, Duty.REVIEW, Duty.DECIDE, Duty.CONSULT})
CENTRES = frozenset({"centre", "township"})

BY_ROLE: Mapping[str, Duty] = {
    "clerk": Duty.ACCEPT,
    "issuer": Duty.DELIVER,
    "handler": Duty.HANDLE,
    "reviewer": Duty.REVIEW,
    "decider": Duty.DECIDE,
    "consultee": Duty.CONSULT,
    "evaluator": Duty.RATE,
}


def duty_of(role: str) -> Duty:
    """职责: the duty that working a step in this role is."""
    return BY_ROLE[role]


def permit(hands: Mapping[str, Duty], person: str, duty: Duty) -> None:
    """一人一责: Forbidden `case.one_duty` when the person has had another duty in this case (R14; SOD1, SOD3, SOD4,
    SOD15).
    """
    had = hands.get(person)
    if had is not None and had is not duty:
        raise Forbidden("case.one_duty", clause="种子 受办分离", had=had.value, duty=duty.value)


def permit_organisation(duty: Duty, kind: str) -> None:
    """受办分离: only a centre accepts and hands out (R22), only a department handles and decides (R30), only a third
    party rates (R15).
    """
    if duty in CENTRE_DUTIES and kind not in CENTRES:
        raise Forbidden("case.centre_accepts", clause="种子 二(一)1")
    if duty in DEPARTMENT_DUTIES and kind != "department":
        raise Forbidden("case.department_handles", clause="种子 二(一)4")
    if duty is Duty.RATE and kind != "evaluation":
        raise Forbidden("case.third_party_rates", clause="种子 办理与评价分离")


def involved(person: str, principal: str) -> tuple[str, ...]:
    """经手人: who acts, and whoever he stands in for: a lent right is no wider than the lender's, and what is done for
    somebody is done by him too. 民法典 162
    """
    return (person, principal) if principal else (person,)


def join(hands: Mapping[str, Duty], persons: Iterable[str], duty: Duty, kind: str) -> dict[str, Duty]:
    """参与: who has which duty in a case once these have taken part, for an organisation of this kind; refused for all
    where it is for one.
    """
    permit_organisation(duty, kind)
    joined = dict(hands)
    for person in persons:
        permit(joined, person, duty)
        joined[person] = duty
    return joined


def permit_place(flow_kind: str, duty: Duty, *, at_centre: bool) -> None:
    """集中办公: in a joint flow a department's step is worked by a post at the service centre, or by one whose absence
    from there has been allowed and written down. Forbidden `case.not_at_centre`. R26, R27
    """
    if flow_kind == FlowKind.JOINT and duty in DEPARTMENT_DUTIES and not at_centre:
        raise Forbidden("case.not_at_centre", clause="种子 二(一)2")
