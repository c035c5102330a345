"""部门接口协议 — how a question to a department and its answer are signed (docs/howto/department-protocol.md)."""

from __future__ import annotations

from hashlib import sha256
from hmac import compare_digest, digest

WINDOW = 300
"""Seconds by which the clocks of both sides may differ."""


def _mac(secret: bytes, *parts: str) -> str:
    message = b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)
    return digest(secret, message, sha256).hex()


def sign_request(secret: bytes, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """请求签名: HMAC-SHA-256 over method, path, time, nonce and the body's digest, as 64 hex digits."""
    return _mac(secret, "request", method, path, timestamp, nonce, sha256(body).hexdigest())


def sign_answer(secret: bytes, nonce: str, status: int, body: bytes) -> str:
    """应答签名: over the nonce of the question, the status and the body's digest; so an old answer fits no new question."""
    return _mac(secret, "answer", nonce, str(status), sha256(body).hexdigest())


def genuine(expected: str, given: str) -> bool:
    """Whether two signatures are the same, in constant time."""
    return compare_digest(expected.encode(), given.encode())
