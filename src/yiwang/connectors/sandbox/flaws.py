"""有错的应答 — answers as a broken or dishonest system gives them, so that the client can be seen to refuse them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from litestar import Response

from yiwang.connectors import protocol
from yiwang.connectors.sandbox.office import Flaw

TOO_MUCH = 300 * 1024


def answer(flaw: Flaw, secret: bytes, nonce: str, found: Mapping[str, Any]) -> Response[bytes]:
    """有错的应答: what would have been `found`, with one flaw; the signature is right unless it is the flaw."""
    status = 307 if flaw == "redirect" else 200
    body = _BODIES.get(flaw, _whole)(found)
    headers = {"Location": "/elsewhere"} if flaw == "redirect" else {}
    if flaw != "unsigned":
        signed_for = "another question" if flaw == "signature" else nonce
        headers[protocol.SIGNATURE] = protocol.sign_answer(secret, signed_for, status, body)
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def _whole(found: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(found)


def _with(**changes: object) -> Callable[[Mapping[str, Any]], bytes]:
    return lambda found: msgspec.json.encode({**found, **changes})


def _surplus(found: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode({**found, "values": {**found["values"], "never_asked": "x"}})


_BODIES: Mapping[Flaw, Callable[[Mapping[str, Any]], bytes]] = {
    "malformed": _with(values=["not", "an", "object"]),
    "truncated": lambda found: msgspec.json.encode(found)[:-7],
    "surplus": _surplus,
    "stranger": _with(source="ANOTHER"),
    "oversize": _with(padding="x" * TOO_MUCH),
}
