"""静态文件 — styles, scripts and pictures of the look: packed once, kept by browsers for a year.

Pages themselves are not compressed here: beside what an address makes them say, a page holds the token of its forms.
"""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cache
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from yiwang.front.look.environment import STATIC


@dataclass(frozen=True, slots=True)
class File:
    """文件: as it is and packed."""

    media_type: str
    plain: bytes
    packed: bytes


@cache
def files() -> dict[str, File]:
    """All files of the look by name."""
    return {
        path.name: File(
            mimetypes.guess_type(path.name)[0] or "text/plain",
            path.read_bytes(),
            gzip.compress(path.read_bytes(), mtime=0),
        )
        for path in STATIC.iterdir()
    }


@get("/static/{name:str}", opt={"public": "files of the look"}, sync_to_thread=False, include_in_schema=False)
def static_file(name: str, request: Request[Any, Any, Any]) -> Response[bytes]:
    """One file; its address changes with its content."""
    found = files().get(name)
    if found is None:
        raise NotFoundException
    packs = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
    if packs:
        headers["content-encoding"] = "gzip"
    return Response(found.packed if packs else found.plain, media_type=found.media_type, headers=headers)
