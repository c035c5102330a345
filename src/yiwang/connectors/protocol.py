"""部门接口协议 — how a question to a department and its answer are signed (docs/howto/department-protocol.md)."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest, digest

WINDOW = 300
"""Seconds by which the clocks of both sides may differ."""

CLIENT, TIMESTAMP, NONCE, SIGNATURE = "Client-Id", "Timestamp", "Nonce", "Signature"
"""The headers of a question; an answer carries the last one."""

ALGORITHM = "hmac-sha256="
LEAST_NONCE = 16
MOST_NONCE = 128


def sign_request(secret: bytes, client: str, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> str:
    """请求签名: HMAC-SHA-256 over asker, method, target (path and query as sent), time, nonce, the body's digest."""
    return _sign(secret, "request", client, method, target, timestamp, nonce, sha256(body).hexdigest())


def sign_answer(secret: bytes, nonce: str, status: int, body: bytes) -> str:
    """应答签名: over the question's nonce, the status, the body's digest; so an old answer fits no new question."""
    return _sign(secret, "answer", nonce, str(status), sha256(body).hexdigest())


def genuine(expected: str, given: str) -> bool:
    """Whether two signatures are the same, in constant time."""
    return compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def _sign(secret: bytes, *lines: str) -> str:
    # No line can hold a line feed (HTTP forbids it in all of them), so lines joined by one cannot be read in two ways.
    return ALGORITHM + digest(secret, "\n".join(lines).encode("utf-8", "replace"), sha256).hex()
