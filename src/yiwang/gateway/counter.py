"""接口柜台 — what a JSON route works with: who asks, for which officer, and each unsafe request done once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, Parameter

from yiwang.directory import service as directory
from yiwang.front import policy
from yiwang.front.desk import Desk
from yiwang.front.routes import ThreadHandler
from yiwang.gateway.views import Problem
from yiwang.ground.actor import Actor
from yiwang.ground.outcome import FieldError, Forbidden, Invalid
from yiwang.plumbing.idempotency import digest_of, once
from yiwang.plumbing.work import Engine, Work

API = "/api/v1"
OFFICER = "Acting-Officer"
NUL = b"\\u0000"

T = TypeVar("T")

Key = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=200,
        required=True,
        description="One per act, up to 200 characters. Sent again with the same body it gets the same answer and "
        "nothing is done twice; with another body it is refused with 409.",
    ),
]
"""幂等键: demanded of every unsafe request."""

Reference = Annotated[
    str,
    Parameter(
        pattern=r"^\d{1,5}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        description="Home and id of an application or case, as `ref` of an earlier answer gave them.",
    ),
]
Offset = Annotated[int, Parameter(ge=0, le=1_000_000, description="Rows to pass over.")]
Limit = Annotated[int, Parameter(ge=1, le=100, description="Rows at most.")]


@dataclass(slots=True)
class Counter:
    """接口柜台: made for one request. `actor` is whoever acts: the client itself, or the officer it acts for."""

    engine: Engine
    request: Request[Any, Any, Any]
    actor: Actor
    language: str

    def work(self) -> AbstractContextManager[Work]:
        """One act in the name of whoever acts."""
        return self.engine.begin(self.actor, self.language)

    def once(self, key: str, data: object, act: Callable[[Work], object], status: int = 200) -> Response[Any]:
        """Do an act once, however often it is asked for with this key."""
        content = msgspec.json.encode(data)
        if NUL in content:
            raise Invalid("web.bad_request", errors=(FieldError("body", "field.shape"),))
        digest = digest_of(self.request.method.encode(), self.request.url.path.encode(), content)
        answer = once(self.engine, self.actor, key, digest, lambda work: (status, act(work)), self.language)
        headers = {"Idempotent-Replayed": "true"} if answer.replayed else {}
        return Response(answer.body, status_code=answer.status, headers=headers)


def counter(desk: Desk) -> Counter:
    """The counter of a request: finds the officer a client acts for, and whether the act is theirs.

    Forbidden `gateway.other_organisation` for an officer of another organisation, `gateway.not_a_client` when somebody
    else than a client names an officer.
    """
    actor = _acting(desk)
    act = desk.request.route_handler.opt.get("needs", "gateway.use")
    if not policy.may(actor, act):
        raise Forbidden("web.forbidden")
    return Counter(desk.engine, desk.request, actor, desk.language)


def _acting(desk: Desk) -> Actor:
    """A department's own system vouches for its own officers, by name, and for nobody else's."""
    client, officer = desk.who, desk.request.headers.get(OFFICER, "")
    if not officer:
        return client
    if client.kind != "client":
        raise Forbidden("gateway.not_a_client")
    with desk.engine.begin(client, desk.language) as work:
        actor = directory.actor_of(work, officer[:64], "", f"client {client.person}")
    if actor.organisation != client.organisation:
        raise Forbidden("gateway.other_organisation")
    return actor


_PROBLEMS: dict[int, str] = {
    400: "The request cannot be read, or a field in it cannot stand; `errors` names each.",
    401: "Nobody is logged in.",
    403: "Not yours to do; `clause` names the article where there is one.",
    404: "There is no such thing, or none you may know of.",
    409: "Somebody was faster, the state no longer allows it, or the key was used for something else.",
    413: "The body is larger than 1 MB.",
    415: "The body is not JSON in UTF-8.",
    422: "What was filled in cannot stand; `errors` lists everything at once.",
    429: "Too many failures; `Retry-After` says how many seconds to wait.",
    503: "The database cannot be reached; try again with the same key.",
}


def _problems(*left_out: int) -> dict[int, ResponseSpec]:
    return {
        status: ResponseSpec(Problem, description=text, generate_examples=False, media_type="application/problem+json")
        for status, text in _PROBLEMS.items()
        if status not in left_out
    }


def read(path: str, tag: str, needs: str = "gateway.use") -> ThreadHandler:
    """查: a route that reads. `needs` is the act of front/policy.py that whoever asks must be allowed."""
    return _route("GET", path, tag, {"act": "gateway.use", "needs": needs}, 200)


def act(path: str, tag: str, needs: str = "gateway.use", status: int = 200, method: str = "POST") -> ThreadHandler:
    """办: a route that does something, once for each Idempotency-Key."""
    return _route(method, path, tag, {"act": "gateway.use", "needs": needs}, status)


def open_to_all(method: str, path: str, tag: str, reason: str) -> ThreadHandler:
    """公开: a route for everybody, with the reason."""
    return _route(method, path, tag, {"public": reason}, 200)


def _route(method: str, path: str, tag: str, opt: dict[str, Any], status: int) -> ThreadHandler:
    public = "public" in opt
    return ThreadHandler(
        f"{API}{path}",
        http_method=method,  # type: ignore[arg-type]  # the literal of the library is wider than our three
        opt=opt,
        tags=[tag],
        status_code=status,
        sync_to_thread=True,
        responses=_problems(*((403, 409) if public else (429,))),
        security=[] if public else [{"bearer": []}],
    )
