"""运行记录 — logs without personal values, and the figures a running system gives of itself."""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping, Sequence
from types import TracebackType
from typing import TextIO

import psycopg
import structlog
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from yiwang.ground.outcome import Refused

WITHHELD = "[withheld]"
PERSONAL = frozenset(
    {
        *("name", "full_name", "phone", "mobile", "email", "address", "identifier", "id_number", "credit_code"),
        *("applicant", "agent", "subject", "subject_identifier", "holder", "recipient", "login"),
        *("answers", "form", "body", "payload", "record", "own", "comment", "words", "opinion", "reasons", "facts"),
        *("secret", "password", "token", "cookie", "session", "authorization", "signature", "headers"),
        *("detail", "parameters", "query", "url"),
    }
)
# A citizen number or a mobile number inside a text; longer runs of digits are case numbers and stay.
_NUMBERS = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])")

REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_FAST = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

HTTP_REQUESTS = Counter("http_requests_total", "Answers given.", ("method", "route", "status"), registry=REGISTRY)
HTTP_SECONDS = Histogram("http_seconds", "Time to an answer.", ("route",), buckets=_FAST, registry=REGISTRY)
DB_SECONDS = Histogram("db_seconds", "Time an act held its connection.", buckets=_FAST, registry=REGISTRY)
DB_UNAVAILABLE = Counter("db_unavailable_total", "Acts that found no database.", registry=REGISTRY)
REFUSALS = Counter("refusals_total", "Acts refused, by code.", ("code",), registry=REGISTRY)
LOGINS = Counter("logins_total", "Log-ins tried.", ("outcome",), registry=REGISTRY)
OUTBOX_DEPTH = Gauge("outbox_depth", "Errands due.", ("lane",), multiprocess_mode="mostrecent", registry=REGISTRY)
OUTBOX_DEAD = Gauge("outbox_dead", "Errands given up.", ("lane",), multiprocess_mode="mostrecent", registry=REGISTRY)
OUTBOX_LAG = Gauge(
    "outbox_lag_seconds", "Age of the oldest errand due.", ("lane",), multiprocess_mode="mostrecent", registry=REGISTRY
)
WORKER_AGE = Gauge(
    "worker_heartbeat_age_seconds",
    "Since any worker was last seen.",
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)
ERRANDS = Counter("errands_total", "Errands run.", ("kind", "outcome"), registry=REGISTRY)
ERRAND_SECONDS = Histogram("errand_seconds", "Time of an errand.", ("kind",), buckets=_FAST, registry=REGISTRY)


def exposition() -> tuple[bytes, str]:
    """指标: all figures in Prometheus' text form, and its media type.

    With several processes side by side set PROMETHEUS_MULTIPROC_DIR to an empty folder before they start: then these
    are the figures of all of them.
    """
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it so
    return generate_latest(registry), CONTENT_TYPE_LATEST


def configure(*, as_json: bool, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """日志: send all logs of this process, ours and the libraries', to one stream (default: standard error)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        describe_exception,
        withhold_personal,
    ]
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells every address asked, with what is in it


def withhold_personal(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """隐去个人信息: values of keys that are about a person, at any depth, and numbers of people inside texts."""
    for key, value in event.items():
        event[key] = _withheld(key, value)
    return event


def _withheld(key: object, value: object) -> object:
    if isinstance(key, str) and key.lower() in PERSONAL:
        return WITHHELD
    if isinstance(value, str):
        return _NUMBERS.sub(WITHHELD, value)
    if isinstance(value, Mapping):
        return {inner: _withheld(inner, v) for inner, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_withheld(None, v) for v in value]
    return value


def describe_exception(
    _logger: object, _method: str, event: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """异常: where it happened and what kind it was. The text of a database error or a refusal quotes rows: left out."""
    given = event.pop("exc_info", None)
    error: object = given
    if isinstance(given, tuple):
        error = given[1]
    elif given and not isinstance(given, BaseException):
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_told(error))
    return event


def _told(error: BaseException) -> list[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    earlier = [*_told(cause), "which led to:"] if cause is not None else []
    return [*earlier, *_frames(error.__traceback__), f"{type(error).__name__}: {_reason(error)}"]


def _frames(where: TracebackType | None) -> list[str]:
    return [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(where)]


def _reason(error: BaseException) -> str:
    match error:
        case Refused():
            return error.code
        case psycopg.Error():
            diagnosis = error.diag
            known = (error.sqlstate, diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name)
            return " ".join(filter(None, known)) or "no answer"
        case OSError():
            return error.strerror or ""
        case _:
            return "(what it says may be about a person: left out)"
