"""出错 — every exception as an answer: a page for people, problem+json (RFC 9457) for programs."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from yiwang.front.admission import SAFE
from yiwang.front.look.parts import NavItem, Problem
from yiwang.front.pages import frame, render
from yiwang.front.refusals import field_sentence, sentence, status
from yiwang.ground.actor import Actor
from yiwang.ground.outcome import FieldError, Invalid, Refused
from yiwang.plumbing.database import Unavailable
from yiwang.plumbing.i18n import Language, mark, translator

_log = structlog.get_logger("web")

_BY_STATUS = {401: "web.login", 403: "web.forbidden", 404: "web.not_found", 405: "web.not_found", 413: "web.too_large"}
_UNREADABLE = (RecursionError, UnicodeDecodeError, UnicodeEncodeError, msgspec.DecodeError, msgspec.ValidationError)


_TODO = {
    401: (mark("请登录后再来，登录后会回到这一页。"),),
    403: (mark("核对是不是用对了账号；换一个账号登录，或者回到首页。"),),
    404: (mark("核对网址或编号有没有写错。"), mark("回到首页，按事项名称或关键词查找。")),
    409: (mark("回到上一页刷新，看看现在的情况，再决定要不要继续。"),),
    422: (mark("回到上一页，改正上面说的内容，再提交一次。"),),
    503: (mark("等一两分钟再试；您已提交的内容都在。"),),
}
_TODO_ELSE = (mark("回到上一页再试一次；还不行，请拨 12345 并报上编号。"),)


def answer_to(
    request: Request[Any, Any, Any],
    error: Exception,
    language: Language,
    *,
    api: bool,
    today: date,
    actor: Actor | None,
) -> Response[Any]:
    """The answer to a request that failed."""
    number, refusal, headers = _understand(error)
    if isinstance(error, ValidationException) and api and _keyless(request):
        refusal = Refused("idempotency.key")
    path = request.scope["path"]
    if number >= 500 and not isinstance(error, Unavailable | Refused):
        refusal = Refused("web.broken", trace=uuid4().hex[:12])
        _log.error("broken", trace=refusal.facts["trace"], route=request.scope.get("path_template"), exc_info=error)
    said = sentence(refusal, language)
    fields = [
        {
            "field": e.field,
            "pointer": "/" + e.field.replace("~", "~0").replace("/", "~1").replace(".", "/"),
            "code": e.code,
            "detail": field_sentence(e, language),
        }
        for e in (refusal.errors if isinstance(refusal, Invalid) else ())
    ]
    if api:
        return _problem(number, refusal, said, fields, headers)
    session = request.scope.get("state", {}).get("session")
    around = frame(
        language=language,
        path=path,
        today=today,
        actor=actor,
        csrf_token=str(session.data["csrf"]) if session else "",
        person={},
        large_type=False,
    )
    problem = _for_people(number, refusal, said, [f["detail"] for f in fields], _back(request), language)
    text = render("error.html", around, {"problem": problem})
    return Response(text, status_code=number, media_type="text/html; charset=utf-8", headers=headers)


def _for_people(number: int, refusal: Refused, said: str, details: list[str], back: str, language: Language) -> Problem:
    """What went wrong, and what to do now."""
    translate = translator(language).gettext
    home = NavItem(translate(mark("回到首页")), "/")
    return Problem(
        number,
        said,
        todo=(*details, *(translate(line) for line in _TODO.get(number, _TODO_ELSE))),
        links=(NavItem(translate(mark("回到上一页")), back), home) if back else (home,),
        clause=refusal.clause,
        code=refusal.code,
        reference=str(refusal.facts.get("trace", "")),
    )


def _back(request: Request[Any, Any, Any]) -> str:
    """The page of this site that the request came from, if any."""
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    inside = (
        came.netloc == request.headers.get("host", "") and came.path.startswith("/") and came.path[1:2] not in "/\\"
    )
    return came.path + (f"?{came.query}" if came.query else "") if inside and came.path != request.scope["path"] else ""


def _keyless(request: Request[Any, Any, Any]) -> bool:
    return request.scope["method"] not in SAFE and "idempotency-key" not in request.headers


def _understand(error: Exception) -> tuple[int, Refused, dict[str, str]]:
    if isinstance(error, Refused):
        return status(error), error, _when_again(error)
    if isinstance(error, Unavailable):
        return 503, Refused("web.unavailable"), {"retry-after": "5"}
    if isinstance(error, ValidationException):
        return 400, _misshapen(error), {}
    if isinstance(error, HTTPException):
        number = error.status_code
        code = _BY_STATUS.get(number, "web.bad_request" if number < 500 else "web.broken")
        return number, Refused(code), {}
    if type(error).__name__ == "NotLoggedIn":
        return 401, Refused("web.login"), {"www-authenticate": "Bearer"}
    if isinstance(error, _UNREADABLE):
        return 400, Refused("web.bad_request"), {}
    return 500, Refused("web.broken"), {}


def _when_again(refusal: Refused) -> dict[str, str]:
    """What a program needs to know besides the words: how to log in, or how many seconds to wait."""
    match status(refusal):
        case 401:
            return {"www-authenticate": "Basic, Bearer"}
        case 429 | 503:
            return {"retry-after": str(refusal.facts.get("seconds", 5))}
    return {}


def _misshapen(error: ValidationException) -> Invalid:
    """What does not have the shape that /openapi.json gives: each field with what is wrong."""
    extra = error.extra if isinstance(error.extra, list) else []
    found = [(str(e.get("key", "")), str(e.get("message", ""))) for e in extra if isinstance(e, dict)]
    return Invalid(
        "web.bad_request",
        errors=[FieldError(key[:100] or "body", "field.shape", {"reason": text[:200]}) for key, text in found[:50]],
    )


def _problem(
    number: int, refusal: Refused, said: str, fields: list[dict[str, str]], headers: dict[str, str]
) -> Response[bytes]:
    body: dict[str, object] = {
        "type": f"urn:yiwang:problem:{refusal.code}",
        "title": HTTPStatus(number).phrase,
        "status": number,
        "detail": said,
        "code": refusal.code,
    }
    if refusal.clause:
        body["clause"] = refusal.clause
    if fields:
        body["errors"] = [{k: v for k, v in field.items() if k != "field"} for field in fields]
    return Response(
        msgspec.json.encode(body), status_code=number, media_type="application/problem+json", headers=headers
    )
