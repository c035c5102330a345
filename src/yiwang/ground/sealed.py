"""封存 — what an entry of a journal is as a leaf of the tree, and what a signature under a head of the tree says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from yiwang.ground.merkle import EMPTY, leaf_hash

_LEAF = b"yiwang/leaf/1\x00"
_HEAD = "yiwang/head/1"


def leaf_of(home: int, thread: UUID, seq: int, seal: bytes, rows: bytes) -> bytes:
    """叶 — the leaf hash of an entry: where it stands, its seal in the chain, digests of what was written with it."""
    return leaf_hash(_LEAF + home.to_bytes(2, "big") + thread.bytes + seq.to_bytes(8, "big", signed=True) + seal + rows)


@dataclass(frozen=True, slots=True)
class Head:
    """树首 — the tree as it stood at a time: how many leaves, their root; signed by the holder of `key` (Ed25519).

    What was written before the transaction `horizon` is in it.
    """

    size: int
    root: bytes
    at: datetime
    horizon: int = 0
    key: bytes = b""
    signature: bytes = b""

    @property
    def message(self) -> bytes:
        """What is signed: five lines."""
        at = self.at.astimezone(UTC).isoformat()
        return f"{_HEAD}\n{self.size}\n{self.root.hex()}\n{at}\n{self.horizon}\n".encode()

    def as_text(self) -> dict[str, object]:
        """As JSON has it: bytes in hex, the time in UTC."""
        return {
            "size": self.size,
            "root": self.root.hex(),
            "at": self.at.astimezone(UTC).isoformat(),
            "horizon": self.horizon,
            "key": self.key.hex(),
            "signature": self.signature.hex(),
        }


NOTHING = Head(0, EMPTY, datetime.min.replace(tzinfo=UTC))
"""The head of the empty tree."""


def head_of(text: Mapping[str, object]) -> Head:
    """The head that `as_text` has written. ValueError when it is none."""
    size, horizon = text.get("size"), text.get("horizon")
    if type(size) is not int or type(horizon) is not int or size < 0:
        raise ValueError("not a head of a tree")
    root, key, signature = (bytes.fromhex(str(text.get(name))) for name in ("root", "key", "signature"))
    at = datetime.fromisoformat(str(text.get("at")))
    if at.tzinfo is None or (len(root), len(key), len(signature)) != (32, 32, 64):
        raise ValueError("not a head of a tree")
    return Head(size, root, at, horizon, key, signature)
