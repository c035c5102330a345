"""远程见证 — a witness that answers over HTTP (docs/howto/verify-and-reconcile.md), and how witnesses are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2

from yiwang.connectors.witness.file import FileWitness
from yiwang.ground.sealed import Head, head_of
from yiwang.plumbing.witnesses import Silent, Unwitnessed, Witness

TIMEOUT = 5.0
PAGE = 1_000


def witnesses(names: str) -> list[Witness]:
    """Those named by folders and addresses with spaces between; two in two places are the least that make sense."""
    return [HttpWitness(one) if "://" in one else FileWitness(Path(one)) for one in names.split()]


class HttpWitness:
    """远程见证人: `address` is where `yiwang witness` or something like it answers."""

    def __init__(self, address: str) -> None:
        self.name = address.rstrip("/")

    def latest(self) -> Head | None:
        """The last head it has taken. Silent when it does not answer."""
        found: Any = self._ask("GET", "/heads/latest")
        return _head(found) if found else None

    def heads(self) -> Iterator[Head]:
        """All heads it has taken, the first first, a page a question. Silent when it does not answer."""
        after = 0
        while page := self._ask("GET", f"/heads?after={after}"):
            for found in page:
                head = _head(found)
                if head.size <= after:
                    raise Silent("its heads do not grow")
                after = head.size
                yield head

    def take(self, head: Head, proof: Sequence[bytes]) -> None:
        """Give it a head. Unwitnessed with its reason when it refuses; Silent when it does not answer."""
        self._ask("POST", "/heads", {"head": head.as_text(), "proof": [step.hex() for step in proof]})

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        try:
            with httpx2.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
                answer = client.request(method, self.name + path, json=body)
            said = answer.json()
        except (httpx2.TransportError, httpx2.InvalidURL, ValueError) as error:
            raise Silent(type(error).__name__) from error
        if answer.status_code == 409:
            raise Unwitnessed(str(said.get("why", "")) if isinstance(said, dict) else "")
        if answer.status_code not in (200, 201):
            raise Silent(f"status {answer.status_code}")
        return said


def _head(found: Any) -> Head:
    try:
        return head_of(found)
    except (ValueError, AttributeError) as error:
        raise Silent("no head of a tree") from error
