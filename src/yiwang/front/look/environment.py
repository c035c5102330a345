"""渲染 — the Jinja environment of all pages: strict, escaping, in the reader's language.

A page is rendered with a context that `frame` begins; `language`, `today` and `csrf_token` in it are seen by every
macro, however it was imported.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from uuid import uuid4

import jinja2
from markupsafe import Markup, escape

from yiwang.front.look import deadline, naming, wording
from yiwang.front.look.parts import NavItem, Person
from yiwang.ground.terms import Limit
from yiwang.plumbing.i18n import SOURCE, Language, Translator, negotiate, translator

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"
STATIC_URL = "/static"

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_rendering: ContextVar[Mapping[str, Any]] = ContextVar("rendering")
_reader: ContextVar[Translator] = ContextVar("reader")


class Template(jinja2.Template):
    """模板 — as Jinja's, but what it is rendered with can be asked for from filters and macros."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        context = dict(*args, **kwargs)
        token, reader = _rendering.set(context), _reader.set(translator(negotiate(context.get("language"))))
        try:
            return super().render(context)
        finally:
            _reader.reset(reader)
            _rendering.reset(token)


def _asked(name: str) -> Any:
    """A value every page must be rendered with."""
    return _rendering.get()[name]


def _words() -> Translator:
    return _reader.get(None) or translator(SOURCE)


def reading() -> Language:
    """读者语言 — the language of the page that is being rendered."""
    return _words().language


def _today() -> dt.date | None:
    return _rendering.get({}).get("today")


def _gettext(message: str, /, **values: Any) -> str | Markup:
    # Escaped before the values go in: a value that is Markup (a link) stays one, everything else is escaped.
    text = _words().gettext(message)
    return escape(text) % values if values else text


def _ngettext(singular: str, plural: str, n: int, /, **values: Any) -> Markup:
    text = _words().ngettext(singular, plural, n, **{name: f"%({name})s" for name in ("n", *values)})
    return escape(text) % {"n": n, **values}


class Assets:
    """静态文件 — addresses that change with the content, so that browsers may keep files for ever."""

    def __init__(self, folders: Sequence[Path], url: str) -> None:
        self.folders = folders
        self.url = url
        self._known: dict[str, str] = {}
        self._drawn: dict[tuple[str, str], Markup] = {}
        self.icons = frozenset(re.findall(r'<symbol id="([^"]+)"', self._find("icons.svg").read_text("utf-8")))

    def _find(self, path: str) -> Path:
        found = next((folder / path for folder in self.folders if (folder / path).is_file()), None)
        if found is None:
            raise LookupError(f"no static file {path}")
        return found

    def static(self, path: str) -> str:
        """静态地址: `/static/yiwang.css?v=1f3a…`."""
        if path not in self._known:
            digest = hashlib.sha256(self._find(path).read_bytes()).hexdigest()[:12]
            self._known[path] = f"{self.url}/{path}?v={digest}"
        return self._known[path]

    def icon(self, name: str, label: str = "", css: str = "") -> Markup:
        """图标: decoration unless it has a label. LookupError for one that sprite.py does not list."""
        if label:  # words of a page: too many to keep
            return self._draw(name, label, css)
        drawn = self._drawn.get((name, css))
        if drawn is None:
            drawn = self._drawn[name, css] = self._draw(name, label, css)
        return drawn

    def _draw(self, name: str, label: str, css: str) -> Markup:
        if name not in self.icons:
            raise LookupError(f"no icon {name}: add it to front/look/sprite.py")
        voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
        return Markup('<svg class="icon{}" {}><use href="{}#{}"/></svg>').format(
            f" {css}" if css else "", voice, self.static("icons.svg"), name
        )


def _for_reader(read: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is applied while a page is read: on a constant Jinja would apply it once, in nobody's language."""

    @jinja2.pass_context
    def applied(_: object, *args: Any, **kwargs: Any) -> Any:
        return read(*args, **kwargs)

    return applied


def _filters() -> dict[str, Callable[..., Any]]:
    return {
        "date": lambda value: wording.date(value, reading(), _today()),
        "datetime": lambda value: wording.date_and_time(value, reading(), _today()),
        "relative": lambda value: wording.relative(value, _asked("today"), _words()),
        "number": wording.number,
        "money": wording.money,
        "percent": wording.percent,
        "casenumber": wording.case_number,
        "mask": wording.mask,
        "filesize": lambda value: wording.file_size(value, _words()),
        "named": lambda thing, word="name": naming.in_chinese(naming.word_of(thing, reading(), word), reading()),
        "zh": lambda text, english="": naming.in_chinese(text, reading(), english),
        "source": lambda source, lines: naming.source_of(source, lines, reading()),
        "clause": lambda text: naming.in_chinese(naming.clause(text, _words()), reading()),
        "limit": lambda value: wording.limit(value, _words()) if isinstance(value, Limit) else value,
    }


def environment(
    template_dirs: Sequence[Path],
    static_dirs: Sequence[Path] = (),
    static_url: str = STATIC_URL,
    new_key: Callable[[], str] = lambda: str(uuid4()),
) -> jinja2.Environment:
    """环境 — templates are looked for in the given folders, then in ours; static files likewise.

    `new_key` makes the idempotency keys of forms.
    """
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*template_dirs, TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    pages.template_class = Template
    assets = Assets([*static_dirs, STATIC], static_url)
    pages.filters.update({name: _for_reader(read) for name, read in _filters().items()})
    pages.globals.update(
        _=_gettext,
        gettext=_gettext,
        ngettext=_ngettext,
        icon=assets.icon,
        static=assets.static,
        csrf=lambda: _asked("csrf_token"),
        idempotency_key=new_key,
        reading=reading,
        months=deadline.months,
        reasons=deadline.reasons,
        light_of=deadline.light_of,
    )
    return pages


def frame(
    *,
    language: Language,
    path: str,
    today: dt.date,
    csrf_token: str,
    seat: str = "",
    nav: Sequence[NavItem] = (),
    person: Person | None = None,
    search: str = "",
    large_type: bool = False,
) -> dict[str, Any]:
    """页框 — what every page is rendered with, to which a page adds its own.

    `seat` is the seat's title in the header, `search` the address of its search box (none: no box).
    """
    return {
        "language": language,
        "path": path,
        "today": today,
        "csrf_token": csrf_token,
        "seat": seat,
        "nav": nav,
        "person": person,
        "search": search,
        "large_type": large_type,
    }
