"""部门客户端 — signed questions to departments, signed answers from them; a dead one slows no other."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from secrets import token_hex
from threading import Lock

import httpx2
import msgspec

from yiwang.connectors.departments.answer import MOST, read
from yiwang.connectors.departments.breaker import Breaker
from yiwang.connectors.protocol import CLIENT, NONCE, SIGNATURE, TIMESTAMP, sign_request
from yiwang.ground.identifiers import ZhejiangItemCode
from yiwang.ground.outcome import Invalid
from yiwang.sharing.messages import Correction, Fetch, Fetched, FetchFailed

PLACE = re.compile(r"[A-Za-z0-9_]{1,64}")
"""What a line and a resource look like; anything else would be another address."""


@dataclass(slots=True)
class _Line:
    """What the client keeps about one line: its breaker, and its own threads, so that no line waits for another."""

    pool: ThreadPoolExecutor
    breaker: Breaker = field(default_factory=Breaker)


@dataclass(slots=True)
class DepartmentClient:
    """部门客户端: one for all lines; safe to use from many threads.

    `secret` is shared with the departments under the name `client_id`; `timeout` in seconds holds for a whole question,
    and for a whole `fetch_all`; at most `per_line` questions are open to a line at a time.
    """

    base_url: str
    secret: bytes
    client_id: str = "yiwang"
    timeout: float = 3.0
    per_line: int = 4
    _client: httpx2.Client = field(init=False, repr=False)
    _lines: dict[str, _Line] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        self._client = httpx2.Client(
            timeout=self.timeout,
            follow_redirects=False,
            trust_env=False,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=32),
            headers={"accept": "application/json, application/problem+json", "accept-encoding": "identity"},
        )

    def close(self) -> None:
        """Close all connections; what is still being asked is given up."""
        self._client.close()
        for line in self._lines.values():
            line.pool.shutdown(wait=False, cancel_futures=True)

    def fetch(self, request: Fetch) -> Fetched:
        """取数: ask one question; FetchFailed with kind down, slow, wrong, refused or no_record."""
        [answer] = self.fetch_all([request])
        if isinstance(answer, FetchFailed):
            raise answer
        return answer

    def fetch_all(self, requests: Sequence[Fetch]) -> list[Fetched | FetchFailed]:
        """并行取数: ask all at once and give every answer in order, all of them within `timeout`.

        What was not answered by then is `slow`; questions that still wait for their turn are not asked any more.
        """
        deadline = time.monotonic() + self.timeout
        asked = [(request, self._ask_later(request, deadline)) for request in requests]
        return [self._collect(request, answer, deadline) for request, answer in asked]

    def answers(self) -> bool:
        """Whether anybody answers at the address at all."""
        try:
            self._client.get(self.base_url + "/")
        except httpx2.TransportError:
            return False
        return True

    def _ask_later(self, request: Fetch, deadline: float) -> Future[Fetched] | FetchFailed:
        if not (PLACE.fullmatch(request.line) and PLACE.fullmatch(request.resource)):
            return FetchFailed("refused", retryable=False)
        line = self._line(request.line)
        if not line.breaker.admit(time.monotonic()):
            return FetchFailed("down", retryable=True)
        return line.pool.submit(self._ask, request, deadline)

    def _collect(self, request: Fetch, asked: Future[Fetched] | FetchFailed, deadline: float) -> Fetched | FetchFailed:
        if isinstance(asked, FetchFailed):
            return asked
        answered = False
        try:
            found = asked.result(timeout=max(0.0, deadline - time.monotonic()))
            answered = True
        except FetchFailed as failure:
            answered = not failure.retryable
            return failure
        except TimeoutError:
            asked.cancel()
            return FetchFailed("slow", retryable=True)
        finally:
            self._line(request.line).breaker.settle(time.monotonic(), answered=answered)
        return found

    def _line(self, line: str) -> _Line:
        with self._lock:
            if line not in self._lines:
                self._lines[line] = _Line(ThreadPoolExecutor(self.per_line, thread_name_prefix=f"department-{line}"))
            return self._lines[line]

    def _ask(self, request: Fetch, deadline: float) -> Fetched:
        patience = deadline - time.monotonic()
        if patience <= 0:
            raise FetchFailed("slow", retryable=True)
        url = httpx2.URL(f"{self.base_url}/{request.line}/resources/{request.resource}")
        nonce, headers, body = self._signed(url, _question(request))
        try:
            with self._client.stream("POST", url, content=body, headers=headers, timeout=patience) as response:
                content = _whole(response, deadline)
        except httpx2.TimeoutException as error:
            raise FetchFailed("slow", retryable=True) from error
        except httpx2.TransportError as error:
            raise FetchFailed("down", retryable=True) from error
        return read(request, self.secret, nonce, response.status_code, response.headers.get(SIGNATURE, ""), content)

    def tell(self, correction: Correction) -> None:
        """异议通知: put a dispute into the inbox of the record's source; FetchFailed when it was not taken."""
        if not PLACE.fullmatch(correction.line):
            raise FetchFailed("refused", retryable=False)
        url = httpx2.URL(f"{self.base_url}/{correction.line}/inbox")
        _, headers, body = self._signed(url, {"kind": "record.disputed", **msgspec.to_builtins(correction)})
        try:
            with self._client.stream("POST", url, content=body, headers=headers) as response:
                status = response.status_code
        except httpx2.TimeoutException as error:
            raise FetchFailed("slow", retryable=True) from error
        except httpx2.TransportError as error:
            raise FetchFailed("down", retryable=True) from error
        if not response.is_success:
            raise FetchFailed("down" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused", retryable=True)

    def _signed(self, url: httpx2.URL, content: Mapping[str, object]) -> tuple[str, dict[str, str], bytes]:
        """Nonce, headers and body of something sent to a department."""
        nonce, stamp, body = token_hex(16), str(int(time.time())), msgspec.json.encode(content)
        target = url.raw_path.decode("ascii")
        headers = {
            "content-type": "application/json",
            CLIENT: self.client_id,
            TIMESTAMP: stamp,
            NONCE: nonce,
            SIGNATURE: sign_request(self.secret, self.client_id, "POST", target, stamp, nonce, body),
        }
        return nonce, headers, body


def _whole(response: httpx2.Response, deadline: float) -> bytes:
    """The body as it came over the wire; wrong when too large, slow when it drips past the deadline."""
    content = bytearray()
    for part in response.iter_raw():
        content += part
        if len(content) > MOST:
            raise FetchFailed("wrong", retryable=True)
        if time.monotonic() > deadline:
            raise FetchFailed("slow", retryable=True)
    return bytes(content)


def _question(request: Fetch) -> Mapping[str, object]:
    return {
        "request_id": str(request.request_id),
        "item": request.item,
        "sub_item": _sub_item(request.item),
        "case": request.case,
        "material": request.material,
        "data_items": request.data_items,
        "operator": request.operator,
        "organisation": request.organisation,
        "subject": {
            "kind": request.subject_kind,
            "identifier": request.subject_identifier,
            "name": request.subject_name,
        },
        "purpose": request.purpose,
    }


def _sub_item(item: str) -> str:
    """子项 of an item code that has one."""
    try:
        return ZhejiangItemCode.parse(item).sub
    except Invalid:
        return ""
