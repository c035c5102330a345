"""出错 — every exception as an answer: a page for people, problem+json (RFC 9457) for programs."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from yiwang.front.looks import render
from yiwang.front.refusals import field_sentence, sentence, status
from yiwang.ground.outcome import Invalid, Refused
from yiwang.plumbing.database import Unavailable

_log = structlog.get_logger("web")

_BY_STATUS = {401: "web.login", 403: "web.forbidden", 404: "web.not_found", 405: "web.not_found", 413: "web.too_large"}
_UNREADABLE = (RecursionError, UnicodeDecodeError, UnicodeEncodeError, msgspec.DecodeError, msgspec.ValidationError)


def answer_to(request: Request[Any, Any, Any], error: Exception, language: str, *, api: bool) -> Response[Any]:
    """The answer to a request that failed."""
    number, refusal, headers = _understand(error)
    if number >= 500 and not isinstance(error, Unavailable):
        refusal = Refused("web.broken", trace=uuid4().hex[:12])
        _log.error("broken", trace=refusal.facts["trace"], path=request.url.path, error=repr(error), exc_info=error)
    said = sentence(refusal, language)
    fields = [
        {"field": e.field, "code": e.code, "detail": field_sentence(e, language)}
        for e in (refusal.errors if isinstance(refusal, Invalid) else ())
    ]
    if api:
        return _problem(number, refusal, said, fields, headers)
    text = render(
        "error.html",
        language,
        actor=None,
        seats=[],
        path=request.url.path,
        csrf="",
        home="/",
        status=number,
        said=said,
        clause=refusal.clause,
        fields=fields,
        back=request.headers.get("referer", "/"),
    )
    return Response(text, status_code=number, media_type="text/html; charset=utf-8", headers=headers)


def _understand(error: Exception) -> tuple[int, Refused, dict[str, str]]:
    if isinstance(error, Refused):
        return status(error), error, {}
    if isinstance(error, Unavailable):
        return 503, Refused("web.unavailable"), {"retry-after": "5"}
    if isinstance(error, HTTPException):
        number = error.status_code
        code = _BY_STATUS.get(number, "web.bad_request" if number < 500 else "web.broken")
        return number, Refused(code), {}
    if type(error).__name__ == "NotLoggedIn":
        return 401, Refused("web.login"), {"www-authenticate": "Bearer"}
    if isinstance(error, _UNREADABLE):
        return 400, Refused("web.bad_request"), {}
    return 500, Refused("web.broken"), {}


def _problem(
    number: int, refusal: Refused, said: str, fields: list[dict[str, str]], headers: dict[str, str]
) -> Response[bytes]:
    body: dict[str, object] = {
        "type": f"urn:yiwang:problem:{refusal.code}",
        "title": refusal.code,
        "status": number,
        "detail": said,
    }
    if refusal.clause:
        body["clause"] = refusal.clause
    if fields:
        body["errors"] = fields
    return Response(
        msgspec.json.encode(body), status_code=number, media_type="application/problem+json", headers=headers
    )
