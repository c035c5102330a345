"""接口：事项 — log in, find an item, see what it needs, check a licence."""

from __future__ import annotations

from base64 import b64decode
from typing import Annotated, Any

from litestar import Response
from litestar.params import Parameter

from yiwang.catalogue import service as catalogue
from yiwang.front.desk import Desk
from yiwang.front.entry import enter
from yiwang.gateway import shape, views
from yiwang.gateway.counter import Counter, Limit, Offset, open_to_all, read
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import FieldError, Invalid, Refused
from yiwang.sharing.service import licences

TAG = "items"
Given = Annotated[
    list[str] | None,
    Parameter(max_items=50, description="`question=value`, repeated; several values of a question likewise."),
]


@open_to_all("POST", "/token", "identity", "whoever logs in is nobody yet")
def token(desk: Desk, data: views.Login | None = None) -> Response[views.Token]:
    """Log in with an account or a client's credentials; the answer goes into `Authorization: Bearer …`.

    They stand in the body, or in HTTP Basic without a body. 401 when they are wrong, 429 after too many failures.
    """
    address = desk.request.client.host if desk.request.client else ""
    said = data or _basic(desk.request.headers.get("authorization", ""))
    session, actor = enter(desk.engine, address, said.login, said.password, desk.language)
    return Response(views.Token(session.token, "Bearer", actor.person, actor.organisation))


def _basic(header: str) -> views.Login:
    """The credentials of HTTP Basic (RFC 7617)."""
    kind, _, packed = header.partition(" ")
    try:
        login, colon, password = b64decode(packed, validate=True).decode().partition(":")
    except ValueError as error:
        raise Invalid("web.bad_request", errors=(FieldError("authorization", "field.characters"),)) from error
    if kind.lower() != "basic" or not colon or "\x00" in login + password:
        raise Refused("account.wrong")
    return views.Login(login=login, password=password)


@read("/me", "identity")
def me(counter: Counter) -> Response[views.Me]:
    """Who acts: the account itself, or the officer named by `Acting-Officer`."""
    a = counter.actor
    return Response(views.Me(a.person, a.name, a.post, a.organisation, a.division, sorted(a.roles)))


@read("/items", TAG)
def find(
    counter: Counter, q: Annotated[str, Parameter(max_length=100)] = "", offset: Offset = 0, limit: Limit = 30
) -> Response[views.Items]:
    """Published items by words of the name, pinyin initials or code; the best match first."""
    with counter.work() as work:
        found = [catalogue.published(work, summary.code).item for summary in catalogue.find(work, q)]
    rows = [shape.item_brief(item) for item in found[offset : offset + limit]]
    return Response(views.Items(total=len(found), rows=rows))


@read("/items/{code:str}", TAG)
def item(counter: Counter, code: str) -> Response[views.ItemView]:
    """One item: its questions, limits, result."""
    with counter.work() as work:
        return Response(shape.item_view(catalogue.published(work, code)))


@read("/items/{code:str}/needs", TAG)
def needs(counter: Counter, code: str, answer: Given = None) -> Response[views.NeedsView]:
    """What the item needs in this situation: to write, to bring, and what government already has."""
    with counter.work() as work:
        found = catalogue.published(work, code).item
        given = _answers({q.code for q in found.questions if q.several}, answer or [])
        catalogue.check_answers(found, given)
        return Response(shape.needs_view(catalogue.needs(found, given)))


def _answers(several: set[str], pairs: list[str]) -> dict[str, str | tuple[str, ...]]:
    given: dict[str, list[str]] = {}
    for pair in pairs:
        question, equals, value = pair.partition("=")
        if not equals:
            raise Invalid("web.bad_request", errors=(FieldError("answer", "field.shape"),))
        given.setdefault(question, []).append(value)
    return {q: tuple(v) if q in several or len(v) > 1 else v[0] for q, v in given.items()}


@open_to_all("GET", "/licences/{code:str}", "licences", "anyone who holds a licence's code may check it")
def licence(code: str, desk: Desk) -> Response[views.LicenceAnswer]:
    """Check an e-licence by its identifier: whose, by whom, in force, genuine."""
    with desk.engine.begin(SYSTEM, desk.language) as work:
        v = licences.check(work, code)
    answer: Any = views.LicenceAnswer(
        code=v.code,
        name=v.name,
        holder=v.holder,
        issuer=v.issuer_name,
        state=v.state,
        issued_on=v.issued_on,
        valid_to=v.valid_to,
        genuine=v.genuine,
    )
    return Response(answer)


ROUTES = [token, me, find, item, needs, licence]
