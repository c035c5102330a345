"""部门客户端 — asks a department one signed question over HTTP and believes only a signed answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from threading import Lock
from typing import Any

import httpx2
import msgspec

from yiwang.connectors.protocol import genuine, sign_answer, sign_request
from yiwang.sharing.messages import Fetch, Fetched, FetchFailed

MOST = 256 * 1024
TRIP = 5
REST = 10.0


class _Answer(msgspec.Struct):
    values: dict[str, Any]
    record_version: str
    as_of: datetime
    source: str


@dataclass(slots=True)
class _Breaker:
    """熔断: after five failures in a row a line is left alone for ten seconds, so that it slows nobody else."""

    failures: int = 0
    until: float = 0.0


@dataclass(slots=True)
class DepartmentClient:
    """部门客户端: one for all lines; safe to use from many threads. `timeout` in seconds."""

    base_url: str
    secret: bytes
    timeout: float = 3.0
    _client: httpx2.Client = field(init=False)
    _breakers: dict[str, _Breaker] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._client = httpx2.Client(timeout=self.timeout, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def fetch(self, request: Fetch) -> Fetched:
        """Ask; FetchFailed with kind down, slow, wrong, refused or no_record."""
        breaker = self._breaker(request.line)
        if breaker.until > time.monotonic():
            raise FetchFailed("down", retryable=True)
        try:
            answer = self._ask(request)
        except FetchFailed as failure:
            self._count(breaker, failed=failure.retryable)
            raise
        self._count(breaker, failed=False)
        return answer

    def answers(self) -> bool:
        """Whether anybody answers at the address at all."""
        try:
            self._client.get(self.base_url + "/")
        except httpx2.TransportError:
            return False
        return True

    def _breaker(self, line: str) -> _Breaker:
        with self._lock:
            return self._breakers.setdefault(line, _Breaker())

    def _count(self, breaker: _Breaker, *, failed: bool) -> None:
        with self._lock:
            breaker.failures = breaker.failures + 1 if failed else 0
            if breaker.failures >= TRIP:
                breaker.until = time.monotonic() + REST
                breaker.failures = 0

    def _ask(self, request: Fetch) -> Fetched:
        path = f"/{request.line}/resources/{request.resource}"
        nonce, stamp = token_hex(16), str(int(time.time()))
        body = msgspec.json.encode(_question(request))
        headers = {
            "content-type": "application/json",
            "x-timestamp": stamp,
            "x-nonce": nonce,
            "x-signature": sign_request(self.secret, "POST", path, stamp, nonce, body),
        }
        try:
            response = self._client.post(self.base_url + path, content=body, headers=headers)
        except httpx2.TimeoutException as error:
            raise FetchFailed("slow", retryable=True) from error
        except httpx2.TransportError as error:
            raise FetchFailed("down", retryable=True) from error
        return self._read(response, nonce)

    def _read(self, response: httpx2.Response, nonce: str) -> Fetched:
        if response.status_code in (502, 503, 504):
            raise FetchFailed("down", retryable=True)
        if response.status_code in (400, 401, 403):
            raise FetchFailed("refused", retryable=False)
        content = response.content
        signed = sign_answer(self.secret, nonce, response.status_code, content)
        if len(content) > MOST or not genuine(signed, response.headers.get("x-signature", "")):
            raise FetchFailed("wrong", retryable=True)
        if response.status_code == 404:
            raise FetchFailed("no_record", retryable=False)
        try:
            answer = msgspec.json.decode(content, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FetchFailed("wrong", retryable=True) from error
        return Fetched(answer.values, answer.record_version, answer.as_of, answer.source)


def _question(request: Fetch) -> dict[str, object]:
    return {
        "request_id": str(request.request_id),
        "item": request.item,
        "case": request.case,
        "material": request.material,
        "data_items": request.data_items,
        "operator": request.operator or "applicant",
        "organisation": request.organisation,
        "subject": {
            "kind": request.subject_kind,
            "identifier": request.subject_identifier,
            "name": request.subject_name,
        },
        "purpose": request.purpose,
    }
