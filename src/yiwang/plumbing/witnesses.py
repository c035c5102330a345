"""见证 — who keeps the heads of the tree outside the database, and what makes one refuse a head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from yiwang.ground.merkle import continues
from yiwang.ground.sealed import Head
from yiwang.plumbing.signing import verify


class Unwitnessed(Exception):
    """拒绝见证: a witness does not take a head; the text says why."""


class Silent(Exception):
    """见证不应: a witness cannot be reached, or does not answer as one."""


class Witness(Protocol):
    """见证人: keeps every head that it was given, and takes none that does not continue them."""

    @property
    def name(self) -> str:
        """How it is called: its address or folder."""

    def latest(self) -> Head | None:
        """The last head it has taken. Silent when it cannot be asked."""

    def heads(self) -> Iterator[Head]:
        """All heads it has taken, the first first. Silent when it cannot be asked."""

    def take(self, head: Head, proof: Sequence[bytes]) -> None:
        """Take the next head, with the proof that it continues the last. Unwitnessed with the reason, or Silent."""


def examine(seen: Head | None, head: Head, proof: Sequence[bytes], key: bytes = b"") -> None:
    """审查树首: what every witness looks at before it takes a head; Unwitnessed says what is wrong.

    `key` is the only one whose signatures count; without one, that of the first head.
    """
    expected = key or (seen.key if seen else head.key)
    if head.key != expected:
        raise Unwitnessed("another key has signed")
    if not verify(head.key, head.message, head.signature):
        raise Unwitnessed("the signature is wrong")
    if seen is None:
        return
    if head.size < seen.size:
        raise Unwitnessed(f"the tree has {head.size} entries and had {seen.size}")
    if not continues(seen.size, head.size, seen.root, head.root, proof):
        raise Unwitnessed(f"the tree of {head.size} entries does not continue that of {seen.size}")
