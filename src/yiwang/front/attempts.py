"""违法要求 — a demand on an applicant that the law forbids is refused, and that it was made is written down (R76)."""

from __future__ import annotations

from collections.abc import Mapping

from yiwang.front import scope
from yiwang.ground.actor import Actor
from yiwang.ground.outcome import Refused
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import RecordStall
from yiwang.plumbing.work import Engine

UNLAWFUL: Mapping[str, str] = {"intake.second_notice": "second_notice", "intake.asks_for_held": "asks_for_held"}
"""Refusal → what it is to oversight: a second correction asked for (行政许可法 32), what government holds (规定 7)."""


def write_down(engine: Engine, actor: Actor, ref: str, refusal: Refused) -> None:
    """乱作为: what was tried, by whom, in which post, by which rule not; in an act of its own, for the refused
    one left nothing. Any other refusal is nobody's fault. A draft has no number yet and is not written down.
    """
    what = UNLAWFUL.get(refusal.code)
    if what is None:
        return
    with engine.begin(actor) as work:
        application = scope.application(work, ref)
        if not application.number:
            return
        command = RecordStall(
            home=application.home,
            id=application.id,
            number=application.number,
            item=application.item,
            division=application.division,
            what=what,
            step="",
            desk=actor.organisation,
            post=actor.post,
            person=actor.person,
            since=work.today,
            due=None,
            rule=refusal.clause,
        )
        oversight.record_stall(command, work)
