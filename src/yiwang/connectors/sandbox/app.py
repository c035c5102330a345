"""沙箱服务 — the departments' HTTP: one signed question, one signed answer; and a console to make them misbehave."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post, put
from litestar.exceptions import HTTPException

from yiwang.connectors.protocol import WINDOW, genuine, sign_answer, sign_request
from yiwang.connectors.sandbox.records import MODES, Behaviour, Office, answer

NEEDED = ("item", "case", "material", "operator", "subject")
MOST = 64 * 1024


class Mode(msgspec.Struct):
    """What the console asks of a line."""

    mode: str
    delay: float = 0.0


def _problem(status: int, code: str, detail: str) -> Response[bytes]:
    body = msgspec.json.encode({"type": f"urn:sandbox:{code}", "title": code, "status": status, "detail": detail})
    return Response(body, status_code=status, media_type="application/problem+json")


def build(secret: bytes, token: str, office: Office | None = None) -> Litestar:
    """The sandbox's application; `secret` is shared with the hub, `token` opens the console."""
    state = office or Office()

    def check(request: Request[Any, Any, Any], body: bytes) -> str:
        """The nonce of a genuine question; 401 otherwise."""
        stamp, nonce = request.headers.get("x-timestamp", ""), request.headers.get("x-nonce", "")
        expected = sign_request(secret, "POST", request.url.path, stamp, nonce, body)
        if not genuine(expected, request.headers.get("x-signature", "")):
            raise HTTPException(status_code=401, detail="signature")
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > WINDOW:
            raise HTTPException(status_code=401, detail="timestamp")
        if len(nonce) < 16 or state.seen(nonce, time.time(), WINDOW * 2):
            raise HTTPException(status_code=401, detail="nonce")
        return nonce

    @post("/{line:str}/resources/{resource:str}", sync_to_thread=True, status_code=200)
    def ask(line: str, resource: str, request: Request[Any, Any, Any], body: bytes) -> Response[bytes]:
        behaviour = state.behaviour(line)
        if behaviour.mode == "slow":
            time.sleep(behaviour.delay)
        if behaviour.mode == "down":
            return _problem(503, "down", "the system of this department is down")
        nonce = check(request, body)
        question = msgspec.json.decode(body)
        missing = [k for k in NEEDED if not question.get(k)]
        if missing:
            return _problem(400, "incomplete", ", ".join(missing))
        state.remember({"line": line, "resource": resource, **question})
        subject = str(question["subject"].get("identifier", ""))
        found = answer(state, line, resource, subject, list(question.get("data_items", [])))
        if found is None:
            return _signed(secret, nonce, 404, {"type": "urn:sandbox:no_record", "title": "no_record", "status": 404})
        if behaviour.mode == "wrong":
            return Response(b'{"values": ', status_code=200, media_type="application/json")
        return _signed(secret, nonce, 200, found)

    def admit(request: Request[Any, Any, Any]) -> None:
        if not genuine(f"Bearer {token}", request.headers.get("authorization", "")):
            raise HTTPException(status_code=401, detail="token")

    @get("/_console", sync_to_thread=True)
    def look(request: Request[Any, Any, Any]) -> dict[str, Any]:
        admit(request)
        lines = {k: {"mode": b.mode, "delay": b.delay} for k, b in state.behaviours.items()}
        return {"lines": lines, "asked": len(state.asked), "last": state.asked[-20:]}

    @post("/_console/{line:str}", sync_to_thread=True, status_code=200)
    def behave(line: str, data: Mode, request: Request[Any, Any, Any]) -> dict[str, str]:
        admit(request)
        if data.mode not in MODES or not 0 <= data.delay <= 60:
            raise HTTPException(status_code=400, detail=f"mode is one of {MODES}, delay 0 to 60 seconds")
        state.behaviours[line] = Behaviour(data.mode, data.delay)
        return {"line": line, "mode": data.mode}

    @put("/_console/records/{resource:str}/{subject:str}", sync_to_thread=True)
    def change(
        resource: str, subject: str, data: dict[str, str], request: Request[Any, Any, Any]
    ) -> dict[str, int]:
        admit(request)
        return {"record_version": state.change(resource, subject, data)}

    return Litestar([ask, look, behave, change], openapi_config=None, request_max_body_size=MOST)


def _signed(secret: bytes, nonce: str, status: int, content: dict[str, Any]) -> Response[bytes]:
    body = msgspec.json.encode(content)
    headers = {"x-signature": sign_answer(secret, nonce, status, body)}
    return Response(body, status_code=status, media_type="application/json", headers=headers)
