"""接口容缺 — accepted with something to follow, supplied by post at another window, over real HTTP. 规定 11"""

from __future__ import annotations

import pytest

from tests.gateway.conftest import FORM, QUALIFICATION, As, draft

pytestmark = pytest.mark.slow
PROOF = "works_proof"


@pytest.mark.requirement("R22", "R19")
def test_accepted_with_something_to_follow_supplied_by_post(by: As) -> None:
    clerk = by("clerk-330106109")
    ref = clerk.done("/applications", draft(5))["ref"]
    clerk.done(f"/applications/{ref}/submission", {"form": FORM})
    needs = clerk.get(f"/items/{QUALIFICATION}/needs", answer=["categories=highway", "titles=yes"]).json()
    points = {need["material"]: need["checkpoints"] for need in needs["bring"]}
    brought = {material: ticks for material, ticks in points.items() if material != PROOF}
    refused = clerk.post(f"/applications/{ref}/acceptance", {"brought": brought})
    assert (refused.status_code, refused.json()["code"]) == (422, "intake.lacking")
    receipt = clerk.done(f"/applications/{ref}/acceptance", {"brought": brought, "tolerate": True, "undertaken": True})
    assert receipt["outstanding"] == [PROOF]
    waits = by("clerk-330302").get(f"/applications/{ref}/tolerance").json()
    assert (waits["open"], waits["until"]) == (True, receipt["outstanding_until"])
    assert by("jst-handler-330000").get(f"/cases/{ref}").json()["outstanding"] == [PROOF]
    assert by("clerk-330302").get(f"/applications/{ref}").status_code == 404
    away = by("clerk-330302").done(f"/applications/{ref}/supplements", {"brought": {PROOF: points[PROOF]}})
    assert (away["open"], away["materials"]) == (False, [])
    assert by("clerk-330302").get(f"/applications/{ref}/tolerance").status_code == 404
    assert clerk.get(f"/applications/{ref}").json()["visits"] == 1
