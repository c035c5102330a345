"""应答核验 — an answer is believed only if it is signed, whole, small and exactly what was asked for."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

import msgspec

from yiwang.connectors.protocol import genuine, sign_answer
from yiwang.sharing.messages import Fetch, Fetched, FetchFailed

MOST = 256 * 1024
"""Bytes of the largest answer that is read."""

_AWAY = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}


T = TypeVar("T")


class _Answer(msgspec.Struct):
    values: dict[str, Any]
    record_version: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    as_of: Annotated[datetime, msgspec.Meta(tz=True)]
    source: str


class _Problem(msgspec.Struct):
    code: str


def read(request: Fetch, secret: bytes, nonce: str, status: int, signature: str, content: bytes) -> Fetched:
    """应答核验: the record that was asked for, or FetchFailed.

    down: the department says so. refused: it will not answer; asking again helps only when it did not know us (401),
    for secrets and clocks get repaired. wrong: unsigned, not ours, malformed, or not exactly the data items asked for.
    """
    if status in _AWAY:
        raise FetchFailed("down", retryable=True)
    if status == HTTPStatus.UNAUTHORIZED:
        raise FetchFailed("refused", retryable=True)
    if not genuine(sign_answer(secret, nonce, status, content), signature):
        raise FetchFailed("wrong", retryable=True)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise FetchFailed("no_record" if _no_record(status, content) else "refused", retryable=False)
    if status != HTTPStatus.OK:
        raise FetchFailed("wrong", retryable=True)
    return _record(request, content)


def _no_record(status: int, content: bytes) -> bool:
    return status == HTTPStatus.NOT_FOUND and _decoded(content, _Problem).code == "no_record"


def _record(request: Fetch, content: bytes) -> Fetched:
    answer = _decoded(content, _Answer)
    if set(answer.values) != set(request.data_items) or answer.source != request.line:
        raise FetchFailed("wrong", retryable=True)
    return Fetched(answer.values, answer.record_version, answer.as_of, answer.source)


def _decoded(content: bytes, shape: type[T]) -> T:
    # NUL is JSON but no text for a database; a department's records have no use for it.
    if b"\\u0000" in content:
        raise FetchFailed("wrong", retryable=True)
    try:
        return msgspec.json.decode(content, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FetchFailed("wrong", retryable=True) from error
