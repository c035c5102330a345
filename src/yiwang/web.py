"""网站 — the web application as its server makes it: engine, desks found by folder, the gateway."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.types import ASGIApp, ControllerRouterHandler

import yiwang.desks
from yiwang import main
from yiwang.front import capsules, demands, explaining, health
from yiwang.front.shell import build
from yiwang.front.watch import Watch
from yiwang.gateway.routes import DEPENDENCIES, gateway_routes
from yiwang.plumbing import telemetry
from yiwang.plumbing.database import Database
from yiwang.plumbing.work import Engine

DATABASE = "YIWANG_DATABASE_URL"
SECURE = "YIWANG_SECURE"
ACCOUNTS = "YIWANG_DEMO_ACCOUNTS"


def desk_routes() -> list[ControllerRouterHandler]:
    """The pages of every seat: whatever folder under desks has a pages.py with ROUTES."""
    found: list[ControllerRouterHandler] = []
    for module in pkgutil.iter_modules(yiwang.desks.__path__):
        name = f"{yiwang.desks.__name__}.{module.name}.pages"
        if module.ispkg and importlib.util.find_spec(name):
            found += importlib.import_module(name).ROUTES
    return found


def application(engine: Engine, *, secure: bool, demo: Sequence[Mapping[str, str]] = ()) -> Litestar:
    """All routes on one engine."""
    routes = [*desk_routes(), *gateway_routes(), *explaining.ROUTES, *capsules.ROUTES, *demands.ROUTES, *health.ROUTES]
    return build(engine, routes, secure=secure, demo=demo, dependencies=DEPENDENCIES)


def web() -> ASGIApp:
    """The application with its settings from the environment, every request told."""
    telemetry.configure(as_json=not sys.stderr.isatty())
    database = Database(os.environ[DATABASE], min_size=2, max_size=int(os.environ.get("YIWANG_CONNECTIONS", "8")))
    accounts = os.environ.get(ACCOUNTS)
    demo: list[Any] = json.loads(Path(accounts).read_text(encoding="utf-8")) if accounts else []
    shown = [a for a in demo if a.get("shown")]
    return Watch(application(main.engine(database), secure=os.environ.get(SECURE) == "1", demo=shown))
