"""跑几次 — how often somebody must come in person, at most once (规定 2)."""

from __future__ import annotations

from yiwang.ground.outcome import Refused
from yiwang.intake.messages import Channel, Delivery


def planned(channel: Channel, delivery: Delivery) -> int:
    """Visits that an application will cost: one to apply at a window, one to collect at a counter."""
    return (channel is Channel.WINDOW) + (delivery is Delivery.COUNTER)


def promise(channel: Channel, delivery: Delivery, *, on_the_spot: bool) -> int:
    """The visits promised to the applicant; refused when they would be two.

    A matter decided on the spot is applied for and collected in the same visit.
    """
    visits = planned(channel, delivery)
    if visits > 1 and on_the_spot:
        return 1
    if visits > 1:
        raise Refused("intake.second_visit", clause="规定 2")
    return visits
