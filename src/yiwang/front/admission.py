"""进门检查 — what every request is measured by before anything reads it: sizes, address, kind of content, time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

import anyio
from litestar.exceptions import HTTPException
from litestar.types import HTTPReceiveMessage, HTTPScope, Receive

API = "/api/"
FORM = "application/x-www-form-urlencoded"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
BODY = 1024 * 1024
TARGET = 8 * 1024
HEADERS = 64
HEADER_BYTES = 16 * 1024
READ_SECONDS = 30.0
"""How long the whole body may take to arrive."""

_HOST = re.compile(r"(?:[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
_PORTS = 65_536


def admit(scope: HTTPScope) -> None:
    """放行: HTTPException 400, 413, 414, 415 or 431 for what no handler should see."""
    lines = list(scope["headers"])
    if len(scope["raw_path"]) + len(scope["query_string"]) > TARGET:
        raise HTTPException(status_code=414)
    if len(lines) > HEADERS or sum(len(k) + len(v) for k, v in lines) > HEADER_BYTES:
        raise HTTPException(status_code=431)
    headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in lines}
    if not _addressed(headers.get("host", "")) or not _readable(scope):
        raise HTTPException(status_code=400)
    if scope["method"] not in SAFE:
        _weigh(headers.get("content-length", "0"))
        if "content-type" in headers or "content-encoding" in headers:
            _understand(headers, "application/json" if scope["path"].startswith(API) else FORM)


def _addressed(host: str) -> bool:
    found = _HOST.fullmatch(host)
    return found is not None and int(found["port"] or 0) < _PORTS


def _readable(scope: HTTPScope) -> bool:
    """Path and query are UTF-8 without NUL, once unquoted."""
    try:
        target = scope["path"] + unquote(scope["query_string"].decode("ascii"), errors="strict")
        target.encode()
    except UnicodeError:
        return False
    return "\x00" not in target


def _weigh(length: str) -> None:
    if length.isascii() and length.isdigit() and int(length[:20]) > BODY:
        raise HTTPException(status_code=413)


def _understand(headers: Mapping[str, str], expected: str) -> None:
    """Forms on pages, JSON in the gateway; both in UTF-8 and not packed."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    name, _, value = parameters.strip().partition("=")
    charset = value.strip('" ').lower() if name.strip().lower() == "charset" else "utf-8"
    packed = headers.get("content-encoding", "identity").strip().lower() != "identity"
    if kind.strip().lower() != expected or charset not in ("utf-8", "utf8") or packed:
        raise HTTPException(status_code=415)


def hurried(receive: Receive, seconds: float = READ_SECONDS) -> Receive:
    """限时读取: 408 when the body is not there in time, 400 when whoever sent it hangs up; no fault of ours."""
    deadline = anyio.current_time() + seconds
    whole = False

    async def read() -> HTTPReceiveMessage:
        nonlocal whole
        if whole:
            return await receive()  # type: ignore[return-value]  # the scope is HTTP
        try:
            with anyio.fail_after(deadline - anyio.current_time()):
                message = await receive()
        except TimeoutError as error:
            raise HTTPException(status_code=408) from error
        if message["type"] == "http.disconnect":
            raise HTTPException(status_code=400)
        assert message["type"] == "http.request"
        whole = not message["more_body"]
        return message

    return read
