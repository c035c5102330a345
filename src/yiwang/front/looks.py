"""样貌 — templates and what they may call: dates, numbers, icons, translated words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from yiwang.front.words import WORDS
from yiwang.ground import number
from yiwang.plumbing.i18n import SOURCE, known, translator
from yiwang.plumbing.work import SHANGHAI

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
DESKS = HERE.parent / "desks"
_WEEKDAYS = "一二三四五六日"


@lru_cache(maxsize=256)
def static(name: str) -> str:
    """The address of a static file, with a digest of its content so that it can be kept for a year."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def icon(name: str) -> Markup:
    """A picture out of the sprite; it says nothing that the words beside it do not."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(static("icons.svg"), name)


def day(value: date | datetime | None, language: str = "zh", *, year: bool = True) -> str:
    """2017年9月18日 周一, or Mon 18 Sep 2017."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(SHANGHAI).date()
    if language == "en":
        return value.strftime("%a %-d %b %Y" if year else "%a %-d %b")
    words = f"{value.month}月{value.day}日 周{_WEEKDAYS[value.weekday()]}"
    return f"{value.year}年{words}" if year else words


def moment(value: datetime | None, language: str = "zh") -> str:
    """A day with hour and minute, in Shanghai."""
    if value is None:
        return "—"
    local = value.astimezone(SHANGHAI)
    return f"{day(local, language)} {local:%H:%M}"


def grouped(value: str) -> str:
    """A case number in groups, as it is read aloud."""
    return number.show(value)


def masked(value: str) -> str:
    """A citizen number or credit code with its middle hidden."""
    return value if len(value) < 10 else f"{value[:4]}{'•' * (len(value) - 8)}{value[-4:]}"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of the front and of all desks; a text not escaped or a name not given is an error."""
    folders = [HERE / "templates", *sorted(DESKS.glob("*/templates"))]
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"static": static, "icon": icon, "words": WORDS}
    made.filters |= {"grouped": grouped, "masked": masked}
    return made


def render(template: str, language: str, **context: Any) -> str:
    """A page in a language: `_` and `ngettext` translate, `day` and `moment` write dates its way."""
    catalogue = translator(known(language) or SOURCE)
    words: dict[str, Callable[..., str]] = {
        "_": catalogue.gettext,
        "ngettext": catalogue.ngettext,
        "day": lambda value, **k: day(value, language, **k),
        "moment": lambda value: moment(value, language),
    }
    return environment().get_template(template).render(language=language, **words, **context)
