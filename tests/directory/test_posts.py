"""岗位与角色的规格 — who may sit where, and what one person may never be at the same time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.directory.rules.posts import ALONE, EVERYWHERE, PLACES, permit_person, permit_roles
from yiwang.ground.outcome import Forbidden, Invalid

THIRD = {"evaluation", "oversight", "data_centre"}


def places(role: str) -> set[str]:
    found = set()
    for kind in EVERYWHERE:
        try:
            permit_roles(kind, [role])
        except Forbidden:
            continue
        found.add(kind)
    return found


@pytest.mark.requirement("R22")
@pytest.mark.parametrize("role", ["clerk", "issuer", "window_chief", "guide"])
def test_only_a_centre_accepts(role: str) -> None:
    """部门不受理，中心才受理。"""
    assert places(role) == {"centre", "township"}


@pytest.mark.requirement("R30")
@pytest.mark.parametrize("role", ["handler", "reviewer", "decider", "consultee", "legal_reviewer"])
def test_only_a_department_handles_and_decides(role: str) -> None:
    """行政许可权不集中，中心不审批。"""
    assert places(role) == {"department"}


@pytest.mark.requirement("R15")
def test_only_a_third_party_rates_and_supervises() -> None:
    """办理的不评价，评价的是第三方。"""
    assert places("evaluator") == {"evaluation"}
    assert places("supervisor") == {"oversight"}


@pytest.mark.parametrize("role", sorted(PLACES))
def test_every_role_has_a_place(role: str) -> None:
    """每个角色都有去处。"""
    assert places(role)


def test_accepting_and_deciding_never_share_a_post() -> None:
    """受理与办理不能设在同一岗位。"""
    for kind in EVERYWHERE:
        with pytest.raises(Forbidden):
            permit_roles(kind, ["clerk", "decider"])


def test_the_refusal_names_role_and_kind() -> None:
    with pytest.raises(Forbidden) as refused:
        permit_roles("centre", ["decider"])
    assert refused.value.code == "directory.role_not_here"
    assert refused.value.facts == {"role": "decider", "kind": "centre"}


@pytest.mark.parametrize("role", ["", "Clerk", "boss", "applicant"])
def test_no_such_role(role: str) -> None:
    """没有这个角色。"""
    with pytest.raises(Invalid) as refused:
        permit_roles("department", [role])
    assert refused.value.code == "directory.unknown_role"


@pytest.mark.requirement("SOD14")
@given(st.sets(st.sampled_from(sorted(PLACES))), st.sets(st.sampled_from(sorted(PLACES))))
def test_the_three_administrators_are_apart(held: set[str], new: set[str]) -> None:
    """三员分立。"""
    together = held | new
    if together & ALONE and len(together) > 1:
        with pytest.raises(Forbidden) as refused:
            permit_person(held, new)
        assert refused.value.code == "directory.roles_apart"
    else:
        permit_person(held, new)
