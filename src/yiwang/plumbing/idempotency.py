"""幂等 — the same key and request give the same answer; another request with that key is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from yiwang.ground.actor import Actor
from yiwang.ground.outcome import Conflict, Refused
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Engine, Work, encode

IDEMPOTENCY = Table(
    "plumbing.idempotency",
    {
        "actor": "text",
        "key": "text",
        "digest": "bytea",
        "status": "int",
        "answer": "text",
        "created_at": "timestamptz",
    },
    ("actor", "key"),
    {"idempotency_pkey": "work.try_again"},
)
TRIES = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """应答: what the first request with this key was answered; `replayed` for every later one."""

    status: int
    body: Any
    replayed: bool


def digest_of(*parts: bytes) -> bytes:
    """The digest of a request: method, path and body."""
    return sha256(b"".join(len(p).to_bytes(8, "big") + p for p in parts)).digest()


def once(
    engine: Engine,
    actor: Actor,
    key: str,
    digest: bytes,
    act: Callable[[Work], tuple[int, object]],
    language: str = "zh",
) -> Answer:
    """只做一次: do the act unless it was done under this key; its answer is kept in the same transaction.

    Conflict `idempotency.other_body` when the key was used for something else; Refused `idempotency.key` for a key
    that is empty or longer than 200 characters. Whatever the act refuses is refused again when tried again.
    """
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise Refused("idempotency.key")
    for last in range(TRIES):
        try:
            with engine.begin(actor, language) as work:
                if done := _look(work, actor, key, digest):
                    return done
                status, body = act(work)
                text = encode(body).decode()
                work.add(
                    IDEMPOTENCY,
                    {
                        "actor": actor.person,
                        "key": key,
                        "digest": digest,
                        "status": status,
                        "answer": text,
                        "created_at": work.now,
                    },
                )
            return Answer(status, msgspec.json.decode(text), replayed=False)
        except Refused as refusal:
            with engine.begin(actor, language) as work:
                if done := _look(work, actor, key, digest):
                    return done
            if refusal.code != "work.try_again" or last == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _look(work: Work, actor: Actor, key: str, digest: bytes) -> Answer | None:
    rows = work.read(
        "SELECT digest, status, answer FROM plumbing.idempotency WHERE actor = %s AND key = %s", (actor.person, key)
    )
    if not rows:
        return None
    if bytes(rows[0][0]) != digest:
        raise Conflict("idempotency.other_body")
    return Answer(rows[0][1], msgspec.json.decode(rows[0][2]), replayed=True)
