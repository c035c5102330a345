"""年内事项 — what the demo lacks and a year wants: steps that several people work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from yiwang.catalogue.messages import Item, Signing, Step

BUILDER = "许可-90014-000"
PANEL = "许可-90092-000"
SEATS: Mapping[str, Mapping[str, Any]] = {
    "review": {"signing": Signing.ALL, "persons": 2},
    "check": {"signing": Signing.ANY},
    "decide": {"signing": Signing.VOTES, "persons": 3, "votes": 2},
}


def of_the_year(items: Sequence[Item]) -> list[Item]:
    """Made from the items of the demo."""
    return [_panel(next(item for item in items if item.code == BUILDER))]


def _panel(like: Item) -> Item:
    """会签、或签、票签: the founding text's consulting example, reviewed by two, checked by any, decided by votes."""
    steps = tuple(replace(step, **SEATS.get(step.id, {})) for step in like.flow.steps)
    return replace(like, code=PANEL, name=f"{like.name}（集体审议）", flow=replace(like.flow, steps=steps))


def signatures(step: Step, outcome: str, positive: str) -> list[str]:
    """Who signs what until a step of several people has this outcome, one after another; the last one settles it."""
    if step.signing is Signing.ANY:
        return [outcome]
    if step.signing is Signing.ALL:
        return [positive] * (step.persons - 1) + [outcome]
    if outcome == positive:
        return [outcome] * step.votes
    return [positive] + [outcome] * (step.persons - step.votes + 1)
