"""家 — the home of an applicant: where everything that belongs to one person or firm is kept."""

from __future__ import annotations

import hashlib
import hmac

HOMES = 16_384


def home_of(key: bytes, kind: str, identifier: str) -> int:
    """归家 — 14 bits (0–16383) of HMAC-SHA256 under the installation's key over the kind and identifier of the subject.

    `key` is secret and never changes, for homes are stored; at least 16 bytes (ValueError). The length of `kind` goes
    in as well, so that no two pairs give the same message.
    """
    if len(key) < 16:
        raise ValueError("the installation key has at least 16 bytes")
    name = kind.encode()
    message = len(name).to_bytes(2, "big") + name + identifier.encode()
    return int.from_bytes(hmac.digest(key, message, hashlib.sha256)[:2], "big") >> 2
