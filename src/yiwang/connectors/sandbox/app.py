"""沙箱服务 — the departments' HTTP: signed questions, signed answers; an inbox for notices, a console for faults."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Litestar, Request, Response, get, post, put
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.response import Stream

from yiwang.connectors import protocol
from yiwang.connectors.sandbox import flaws, holdings
from yiwang.connectors.sandbox.holdings import Holder, Resource, Value
from yiwang.connectors.sandbox.office import Behaviour, Flaw, Line, Mode, Nonces, Office, selected

MOST = 64 * 1024
SLOWEST = 60_000
DOCUMENTED = ("content-type", "user-agent", "idempotency-key", "client-id", "timestamp", "nonce", "signature")

Ask = Request[Any, Any, State]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Subject(msgspec.Struct):
    """数据主体: whom the question is about."""

    kind: Literal["person", "firm"]
    identifier: Text
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Question(msgspec.Struct):
    """取数请求 as it comes in (R47)."""

    item: Text
    case: Text
    material: Text
    operator: Text
    subject: Subject
    data_items: Annotated[list[Text], msgspec.Meta(min_length=1, max_length=200)]
    request_id: Text
    sub_item: str = ""
    organisation: str = ""
    purpose: str = ""


NAMED = ("item", "case", "material", "operator", "subject")
"""Without these there is no answer: purpose limitation by construction."""


class Behave(msgspec.Struct, forbid_unknown_fields=True):
    """What the console asks of a line."""

    mode: Mode
    delay_ms: Annotated[int, msgspec.Meta(ge=0, le=SLOWEST)] = 0
    flaw: Flaw = "signature"


@dataclass(slots=True)
class Sandbox:
    """沙箱: who may ask (client id → secret), the console's token, and the state of all departments."""

    clients: Mapping[str, bytes]
    token: str
    office: Office = field(default_factory=Office)
    nonces: Nonces = field(default_factory=lambda: Nonces(2 * protocol.WINDOW))
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, seconds: float) -> None:
        """Be slow, but not slower than the end of the process."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)


def build(sandbox: Sandbox) -> Litestar:
    """沙箱应用: the sandbox's application."""
    return Litestar(
        [ask, notify, inbox, look, behave, change],
        state=State({"sandbox": sandbox}),
        openapi_config=None,
        request_max_body_size=MOST,
        exception_handlers={HTTPException: _explain},
    )


# ── questions ───────────────────────────────────────────────────────────────────────────────────────


@post("/{line:str}/resources/{resource:str}", status_code=200)
async def ask(line: str, resource: str, request: Ask, body: bytes) -> Response[bytes] | Stream:
    """取数: one question; 401 without a genuine signature, 400 when incomplete or asking for what the resource does not
    have, 404 with no record, 503 when down.
    """
    sandbox = _sandbox(request)
    department = await _reach(sandbox, line)
    secret, nonce = _authenticate(sandbox, request, body)
    try:
        question = _read(body)
        record = _look_up(sandbox.office, line, resource, question)
    except HTTPException as refusal:
        return _signed(secret, nonce, refusal.status_code, _problem(refusal), "application/problem+json")
    department.asked += 1
    sandbox.office.questions.append({"line": line, "resource": resource, **msgspec.to_builtins(question)})
    found = {**record, "as_of": datetime.now(UTC).isoformat(), "source": line}
    if department.behaviour.mode == "wrong":
        return flaws.answer(department.behaviour.flaw, secret, nonce, found)
    if department.behaviour.mode == "drip":
        return _dripping(sandbox, department.behaviour.delay, secret, nonce, msgspec.json.encode(found))
    return _signed(secret, nonce, 200, msgspec.json.encode(found), "application/json")


async def _reach(sandbox: Sandbox, line: str) -> Line:
    """The department, as slow or as dead as it is told to be."""
    department = _line(sandbox, line)
    if department.behaviour.mode == "slow":
        await sandbox.wait(department.behaviour.delay)
    if department.behaviour.mode == "down":
        raise HTTPException(status_code=503, detail="down", headers={"Retry-After": "30"})
    return department


def _authenticate(sandbox: Sandbox, request: Ask, body: bytes) -> tuple[bytes, str]:
    """The asker's secret and the nonce of a genuine question; 401 `signature`, `timestamp` or `nonce` otherwise."""
    client, stamp, nonce, given = (
        request.headers.get(name, "")
        for name in (protocol.CLIENT, protocol.TIMESTAMP, protocol.NONCE, protocol.SIGNATURE)
    )
    secret = sandbox.clients.get(client)
    # An unknown client is measured against something as well: how long a refusal takes tells nobody who is known.
    expected = protocol.sign_request(secret or b"nobody", client, request.method, _target(request), stamp, nonce, body)
    if not protocol.genuine(expected, given) or secret is None:
        raise HTTPException(status_code=401, detail="signature")
    now = time.time()
    if not (stamp.isascii() and stamp.isdigit()) or abs(now - int(stamp[:15])) > protocol.WINDOW:
        raise HTTPException(status_code=401, detail="timestamp")
    if not protocol.LEAST_NONCE <= len(nonce) <= protocol.MOST_NONCE or not sandbox.nonces.fresh(client, nonce, now):
        raise HTTPException(status_code=401, detail="nonce")
    return secret, nonce


def _target(request: Ask) -> str:
    """Path and query as they came over the wire."""
    raw: bytes = request.scope["raw_path"]
    query = request.scope["query_string"]
    return (raw + b"?" + query if query else raw).decode("latin-1")


def _read(body: bytes) -> Question:
    try:
        plain = msgspec.json.decode(body, type=dict[str, Any])
        if missing := [name for name in NAMED if not _named(plain.get(name))]:
            raise HTTPException(status_code=400, detail="incomplete", extra={"missing": missing})
        return msgspec.convert(plain, Question)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(status_code=400, detail="malformed") from error


def _named(value: object) -> bool:
    if isinstance(value, dict):
        return bool(value.get("kind")) and bool(str(value.get("identifier") or "").strip())
    return isinstance(value, str) and bool(value.strip())


def _look_up(office: Office, line: str, code: str, question: Question) -> dict[str, Any]:
    resource = _resource(line, code)
    if unknown := sorted(set(question.data_items) - {*resource.data_items, question.material}):
        raise HTTPException(status_code=400, detail="unknown_data_item", extra={"unknown": unknown})
    holder = office.holder(question.subject.kind, question.subject.identifier)
    record = office.record(resource, holder) if holder else None
    values = selected(record, question.material, question.data_items) if record else {}
    if record is None or all(value is None for value in values.values()):
        raise HTTPException(status_code=404, detail="no_record")
    return {"record_version": str(record.version), "values": values}


def _resource(line: str, code: str) -> Resource:
    found = holdings.resources().get((line, code))
    if found is None:
        raise HTTPException(status_code=404, detail="no_resource")
    return found


# ── notices to the department's own case system ─────────────────────────────────────────────────────


@post("/{line:str}/inbox", status_code=204)
async def notify(line: str, request: Ask, body: bytes) -> None:
    """收件: a notice for the department's own system; kept as it came, and whether our protocol's signature holds."""
    sandbox = _sandbox(request)
    department = await _reach(sandbox, line)
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(status_code=400, detail="malformed") from error
    try:
        genuine = bool(_authenticate(sandbox, request, body))
    except HTTPException:
        genuine = False
    headers = {k: v[:500] for k, v in request.headers.items() if k in DOCUMENTED or k.startswith(("x-", "webhook-"))}
    department.received += 1
    department.inbox.append(
        {"received_at": datetime.now(UTC).isoformat(), "genuine": genuine, "headers": headers, "body": content}
    )


@get("/{line:str}/inbox")
async def inbox(line: str, request: Ask) -> dict[str, Any]:
    """收件箱: how many notices came, and the last thousand, the newest last."""
    sandbox = _admit(request)
    department = _line(sandbox, line)
    return {"received": department.received, "notices": list(department.inbox)}


# ── the console ─────────────────────────────────────────────────────────────────────────────────────


@get("/_console")
async def look(request: Request[Any, Any, State]) -> dict[str, Any]:
    """控制台: how every line behaves, how much it was asked, and the last questions."""
    office = _admit(request).office
    return {
        "lines": {
            code: {
                "name": holdings.lines()[code],
                "mode": line.behaviour.mode,
                "delay_ms": round(line.behaviour.delay * 1000),
                "flaw": line.behaviour.flaw,
                "asked": line.asked,
                "received": line.received,
                "resources": [r.code for r in holdings.resources().values() if r.line == code],
            }
            for code, line in office.lines.items()
        },
        "questions": list(office.questions),
    }


@post("/_console/{line:str}", status_code=200)
async def behave(line: str, request: Ask, body: bytes) -> dict[str, Any]:
    """故障方式: tell a line how to behave."""
    department = _line(_admit(request), line)
    wanted = _decoded(body, Behave)
    department.behaviour = Behaviour(wanted.mode, wanted.delay_ms / 1000, wanted.flaw)
    return {"line": line, **msgspec.to_builtins(wanted)}


@put("/_console/{line:str}/records/{resource:str}/{subject:str}", status_code=200)
async def change(line: str, resource: str, subject: str, request: Ask, body: bytes) -> dict[str, Any]:
    """变更记录: a department changes a record, or makes one that it lacked; gives the new version."""
    office = _admit(request).office
    held = _resource(line, resource)
    holder = office.holder("", subject)
    if holder is None or (held.subject == "firm" and holder.firm is None):
        raise HTTPException(status_code=404, detail="no_subject")
    values = _decoded(body, dict[str, Value])
    if unknown := sorted(set(values) - set(held.data_items)):
        raise HTTPException(status_code=400, detail="unknown_data_item", extra={"unknown": unknown})
    return _changed(office, held, holder, values)


def _changed(office: Office, resource: Resource, holder: Holder, values: dict[str, Value]) -> dict[str, Any]:
    record = office.change(resource, holder, values)
    return {"record_version": str(record.version), "values": record.values}


def _decoded(body: bytes, wanted: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(status_code=400, detail="malformed") from error


# ── shared ──────────────────────────────────────────────────────────────────────────────────────────


def _sandbox(request: Ask) -> Sandbox:
    found: Sandbox = request.app.state.sandbox
    return found


def _admit(request: Ask) -> Sandbox:
    sandbox = _sandbox(request)
    if not protocol.genuine(f"Bearer {sandbox.token}", request.headers.get("authorization", "")):
        raise HTTPException(status_code=401, detail="token")
    return sandbox


def _line(sandbox: Sandbox, code: str) -> Line:
    found = sandbox.office.lines.get(code)
    if found is None:
        raise HTTPException(status_code=404, detail="no_line")
    return found


def _signed(secret: bytes, nonce: str, status: int, body: bytes, media_type: str) -> Response[bytes]:
    headers = {protocol.SIGNATURE: protocol.sign_answer(secret, nonce, status, body)}
    return Response(body, status_code=status, media_type=media_type, headers=headers)


def _dripping(sandbox: Sandbox, delay: float, secret: bytes, nonce: str, body: bytes) -> Stream:
    async def drops() -> AsyncIterator[bytes]:
        for place in range(len(body)):
            yield body[place : place + 1]
            await sandbox.wait(delay)

    headers = {protocol.SIGNATURE: protocol.sign_answer(secret, nonce, 200, body)}
    return Stream(drops(), media_type="application/json", headers=headers)


def _problem(error: HTTPException) -> bytes:
    extra = error.extra if isinstance(error.extra, dict) else {}
    code = error.detail if error.detail.isidentifier() else "refused"
    content = {"type": f"urn:yiwang:department:{code}", "title": code, "status": error.status_code, "code": code}
    return msgspec.json.encode({**content, **extra})


def _explain(_: Ask, error: HTTPException) -> Response[bytes]:
    return Response(
        _problem(error), status_code=error.status_code, media_type="application/problem+json", headers=error.headers
    )
