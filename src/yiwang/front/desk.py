"""办公桌 — what a page's function works with: who asks, in which language, and how an answer is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import UUID, uuid4

from litestar import Request, Response
from litestar.datastructures import Cookie

from yiwang.front.look.parts import Fault
from yiwang.front.pages import frame, render
from yiwang.front.refusals import field_sentence, sentence
from yiwang.ground.actor import Actor
from yiwang.ground.outcome import FieldError, Forbidden, Invalid, NotFound, Refused
from yiwang.ground.zone import day_of
from yiwang.plumbing.i18n import Language
from yiwang.plumbing.idempotency import Answer, digest_of, once
from yiwang.plumbing.sessions import Session
from yiwang.plumbing.work import Engine, Work

COOKIE = "yiwang"
SECURE_COOKIE = "__Host-yiwang"
LANGUAGE_COOKIE = "yiwang_language"
TYPE_COOKIE = "yiwang_type"
FIELDS = 2_000
URL = "%/:?#[]@!$&'()*+,;=-._~"


@dataclass(slots=True)
class Form:
    """表单: the fields of a posted form; a field may come several times."""

    pairs: list[tuple[str, str]]

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        return next((value for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field, in order."""
        return tuple(value for key, value in self.pairs if key == name and value)

    def under(self, prefix: str) -> dict[str, str]:
        """The fields whose names begin so, without the prefix."""
        return {key[len(prefix) :]: value for key, value in self.pairs if key.startswith(prefix)}

    def ticked(self, prefix: str) -> dict[str, tuple[str, ...]]:
        """The fields whose names begin so, each with all its values."""
        names = dict.fromkeys(key for key, _ in self.pairs if key.startswith(prefix))
        return {name[len(prefix) :]: self.all(name) for name in names}


def read_form(body: bytes) -> Form:
    """A posted form; Invalid `web.bad_request` for what is none."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS, errors="strict", separator="&"
        )
    except ValueError as error:
        raise Invalid("web.bad_request") from error
    if any("\x00" in text for pair in pairs for text in pair):
        raise Invalid("web.bad_request", errors=(FieldError("form", "field.characters", {}),))
    return Form(pairs)


@dataclass(slots=True)
class Desk:
    """办公桌: made for one request."""

    engine: Engine
    request: Request[Any, Any, Any]
    session: Session | None
    actor: Actor | None
    language: Language
    secure: bool
    demo: tuple[Mapping[str, str], ...] = field(default=())

    @property
    def who(self) -> Actor:
        """Who asks; the guard has seen to it that there is somebody."""
        assert self.actor is not None
        return self.actor

    @property
    def csrf(self) -> str:
        """The token that goes into every form of this session."""
        return str(self.session.data["csrf"]) if self.session else ""

    @property
    def today(self) -> date:
        """The day in Shanghai by the engine's clock."""
        return day_of(self.engine.clock())

    def say(self, refusal: Refused) -> str:
        """What a person reads when something was refused."""
        return sentence(refusal, self.language)

    def faults(self, refusal: Refused, prefix: str = "") -> list[Fault]:
        """What was wrong with which field; `prefix` stands before the fields' names in the form."""
        errors = refusal.errors if isinstance(refusal, Invalid) else ()
        return [Fault(f"{prefix}{e.field}", field_sentence(e, self.language)) for e in errors]

    def work(self) -> AbstractContextManager[Work]:
        """One act in the name of whoever asks."""
        return self.engine.begin(self.who, self.language)

    def page(self, template: str, status: int = 200, **context: Any) -> Response[str]:
        """A page from a template."""
        around = frame(
            language=self.language,
            path=self.request.url.path,
            query=self.request.url.query if self.request.method == "GET" else "",
            today=self.today,
            actor=self.actor,
            csrf_token=self.csrf,
            person=self.session.data.get("person", {}) if self.session else {},
            large_type=self.request.cookies.get(TYPE_COOKIE) == "large",
        )
        text = render(template, around, {"key": str(uuid4()), "say": self.say, **context})
        return Response(text, status_code=status, media_type="text/html; charset=utf-8")

    def go(self, path: str, cookies: list[Cookie] | None = None) -> Response[str]:
        """To another page; after a form, so that going back does not send it again."""
        return Response("", status_code=303, headers={"location": quote(path, safe=URL)}, cookies=cookies or [])

    def form(self, body: bytes) -> Form:
        """The posted form, once its token is the session's own."""
        form = read_form(body)
        if self.session is None or not compare_digest(form.get("csrf").encode(), self.csrf.encode()):
            raise Forbidden("web.csrf")
        return form

    def once(self, form: Form, body: bytes, act: Callable[[Work], object]) -> Answer:
        """Do what a form asks for once, however often it is sent."""
        digest = digest_of(self.request.url.path.encode(), body)
        return once(self.engine, self.who, form.get("key"), digest, lambda work: (200, act(work)), self.language)


def reference(home: int, case_id: UUID) -> str:
    """办件引用: home and id of a case, for addresses of pages."""
    return f"{home}-{case_id}"


def read_reference(text: str) -> tuple[int, UUID]:
    """Home and id out of an address; NotFound when it is none."""
    home, _, rest = text.partition("-")
    try:
        found = int(home), UUID(rest)
    except ValueError as error:
        raise NotFound("case.unknown") from error
    if not 0 <= found[0] < 16_384:
        raise NotFound("case.unknown")
    return found


__all__ = ["COOKIE", "Desk", "Form", "Refused", "read_form", "read_reference", "reference"]
