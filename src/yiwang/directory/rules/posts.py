"""岗位与角色 — which role a post may carry in which kind of organisation, and which roles never meet in one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yiwang.ground.outcome import Forbidden, Invalid

CENTRE = frozenset({"centre", "township"})
DEPARTMENT = frozenset({"department"})
ADMINISTRATION = frozenset({"department", "data_centre"})
EVERYWHERE = frozenset({"department", "centre", "township", "evaluation", "oversight", "data_centre"})

AT_CENTRE = ("guide", "clerk", "issuer", "window_chief")  # R22
OF_DEPARTMENT = (  # R30
    *("handler", "second_handler", "reviewer", "decider", "legal_reviewer", "consultee", "item_reviewer", "expert"),
    *("enforcer", "case_reviewer", "hearing_chair", "inspector_admin"),
)
OF_ADMINISTRATION = ("flow_designer", "item_editor", "data_provider", "client")
OF_TOWNSHIP = ("grid_member", "room_operator", "room_chief", "platform_lead")
ELSEWHERE = ("head", "hotline_agent", "hotline_dispatcher", "callback_agent")

PLACES: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(AT_CENTRE, CENTRE),
    **dict.fromkeys(OF_DEPARTMENT, DEPARTMENT),
    **dict.fromkeys(OF_ADMINISTRATION, ADMINISTRATION),
    **dict.fromkeys(OF_TOWNSHIP, CENTRE | DEPARTMENT),
    **dict.fromkeys(ELSEWHERE, EVERYWHERE),
    "supervisor": frozenset({"oversight"}),
    "auditor": frozenset({"oversight"}),
    "evaluator": frozenset({"evaluation"}),
    "data_steward": frozenset({"data_centre"}),
    "sysadmin": frozenset({"data_centre"}),
    "secadmin": frozenset({"data_centre"}),
}
ALONE = frozenset({"sysadmin", "secadmin", "auditor"})


def permit_roles(kind: str, roles: Iterable[str]) -> None:
    """岗位设置: only a centre's posts accept and hand out (R22), only a department's handle and decide (R30).

    Invalid `directory.unknown_role`; Forbidden `directory.role_not_here`.
    """
    for role in roles:
        places = PLACES.get(role)
        if places is None:
            raise Invalid("directory.unknown_role", role=role[:40])
        if kind not in places:
            raise Forbidden("directory.role_not_here", clause="种子 受办分离", role=role, kind=kind)


def permit_person(held: Iterable[str], new: Iterable[str]) -> None:
    """三员分立: who administers the system, its security or its audit holds no other role (SOD14).

    Forbidden `directory.roles_apart`.
    """
    roles = {*held, *new}
    if len(roles) > 1 and (alone := sorted(roles & ALONE)):
        raise Forbidden("directory.roles_apart", clause="三员分立", role=alone[0])
