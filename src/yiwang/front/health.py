"""健康页 — for whoever runs the system: alive, ready, and its figures. A proxy keeps these from the public."""

from __future__ import annotations

from litestar import Response

from yiwang.front.desk import Desk
from yiwang.front.routes import page
from yiwang.plumbing import health

OPERATORS = {"public": "for the operator's own tools; says nothing about anybody"}


@page("/health/live", opt=OPERATORS)
def live() -> dict[str, bool]:
    """存活: this process answers."""
    return {"live": True}


@page("/health/ready", opt=OPERATORS)
def ready(desk: Desk) -> Response[dict[str, object]]:
    """就绪: 200 when requests can be sent here, else 503; says what is wrong, and how old the last heartbeat is."""
    found = health.examine(desk.engine)
    said: dict[str, object] = {
        "ready": found.ready,
        "database": found.database,
        "pending_migrations": list(found.pending),
        "worker": found.worker,
        "worker_heartbeat_age_seconds": found.worker_age,
    }
    return Response(said, status_code=200 if found.ready else 503, media_type="application/json")


@page("/metrics", opt=OPERATORS)
def metrics(desk: Desk) -> Response[bytes]:
    """指标: in Prometheus' text form."""
    body, media_type = health.figures(desk.engine)
    return Response(body, media_type=media_type)


ROUTES = [live, ready, metrics]
