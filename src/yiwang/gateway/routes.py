"""接口清单 — all routes of the JSON interface, and what they are given."""

from __future__ import annotations

from collections.abc import Mapping

from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from yiwang.gateway import absence, applications, cases, catalogue, demands, description, handling, verbs, webhooks
from yiwang.gateway.counter import counter

DEPENDENCIES: Mapping[str, Provide] = {"counter": Provide(counter, sync_to_thread=True)}


def gateway_routes() -> list[ControllerRouterHandler]:
    """接口: one interface per business; the description itself at /openapi.json and /docs."""
    parts = (catalogue, applications, cases, verbs, handling, demands, absence, webhooks, description)
    return [route for part in parts for route in part.ROUTES]
