"""证照签名内容 — the text a licence is signed on: what anyone may see, and a digest of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from yiwang.ground.chain import canonical

PUBLIC = ("code", "name", "holder", "issuer_name", "state", "issued_on", "valid_to")
SEALED = ("home", "id", "subject", "issuer", "matter", "item", "facts")


def sealed(row: Mapping[str, object]) -> str:
    """封存摘要: SHA-256 of what only the register knows, 64 hex digits."""
    return sha256(canonical({name: row[name] for name in SEALED}).encode()).hexdigest()


def message(row: Mapping[str, object], seal: str) -> bytes:
    """签名原文: the bytes that are signed (docs/howto/licence-check.md)."""
    return canonical({**{name: row[name] for name in PUBLIC}, "sealed": seal}).encode()
