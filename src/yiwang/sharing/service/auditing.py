"""共享核对 — open questions to departments and the errands that ask them, and which licences a stretch has."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from yiwang.ground.audit import Difference, Key, Stretch
from yiwang.plumbing import outbox
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import State
from yiwang.sharing.service.requests import FETCH


def differences(work: Work, stretch: Stretch) -> Iterator[Difference]:
    """差异: a question that nobody is going to ask, or an errand that asks what no case needs."""
    rows = work.read(
        "SELECT home, matter, material, state FROM sharing.request"
        " WHERE (home, matter) > (%s, %s) AND (home, matter) <= (%s, %s) ORDER BY home, matter, material",
        stretch.bounds,
    )
    errands = outbox.waiting(work, FETCH, stretch)
    needed = set()
    for home, matter, material, state in rows:
        needed.add((home, f"{matter}/{material}"))
        if state == State.REQUESTED and (home, f"{matter}/{material}") not in errands:
            yield Difference("request.without_errand", home, matter, {"material": material})
    for home, key in sorted(errands - needed):
        matter = UUID(key.partition("/")[0])
        if stretch.after < (home, matter) <= stretch.upto:
            yield Difference("errand.without_request", home, matter, {"material": key.partition("/")[2]})


def issuers(work: Work, stretch: Stretch) -> dict[Key, list[str]]:
    """Who has issued licences in the cases of a stretch, one entry a licence."""
    rows = work.read(
        "SELECT home, matter, issuer FROM sharing.licence WHERE matter IS NOT NULL"
        " AND (home, matter) > (%s, %s) AND (home, matter) <= (%s, %s) ORDER BY home, matter, issuer",
        stretch.bounds,
    )
    found: dict[Key, list[str]] = {}
    for home, matter, issuer in rows:
        found.setdefault((home, matter), []).append(issuer)
    return found
