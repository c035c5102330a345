"""语言 — the language of an answer, and its words: Chinese is the source, other languages come from catalogues.

A message in code is Chinese and stands in `_("…")`, in `ngettext("…", "…", n)`, or, where it is only kept for later,
in `mark("…")`. Values are named: `_("剩 %(days)s 个工作日", days=3)`. The catalogues lie in locale/.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")
SOURCE: Language = "zh"
DOMAIN = "yiwang"
LOCALE = Path(__file__).parents[1] / "locale"


def mark(message: str) -> str:
    """待译 — the message itself; says that it is one, so that it gets into the catalogues."""
    return message


@dataclass(frozen=True, slots=True)
class Translator:
    """译者 — the words of one language. A message without translation stays Chinese."""

    language: Language
    _catalogue: gettext.NullTranslations = field(repr=False)

    def gettext(self, message: str, /, **values: Any) -> str:
        """The message in this language, with its named values put in."""
        text = self._catalogue.gettext(message) if message else ""  # for nothing, gettext gives its header
        return text % values if values else text

    def ngettext(self, singular: str, plural: str, n: int, /, **values: Any) -> str:
        """The same where a number decides the form; `n` is among the values by itself."""
        return self._catalogue.ngettext(singular, plural, n) % {"n": n, **values}


@cache
def translator(language: Language) -> Translator:
    """译者: the one of a language, its catalogue read once."""
    return Translator(language, gettext.translation(DOMAIN, LOCALE, [language], fallback=True))


def known(tag: str | None) -> Language | None:
    """The language of a tag such as `zh-CN`, `en_GB` or `EN`, if it is one of ours."""
    first = (tag or "").strip().replace("_", "-").partition("-")[0].lower()
    return next((language for language in LANGUAGES if language == first), None)


def negotiate(*chosen: str | None, accept_language: str = "") -> Language:
    """选语言 — the first of what somebody chose (session, cookie), else the browser's wish, else Chinese."""
    for tag in chosen:
        if language := known(tag):
            return language
    wishes = sorted(_wishes(accept_language), key=lambda wish: -wish[1])
    return next((language for tag, weight in wishes if weight > 0 and (language := known(tag))), SOURCE)


def _wishes(accept_language: str) -> list[tuple[str, float]]:
    """Tags with their weights; what cannot be read weighs nothing."""
    wishes = []
    for part in accept_language[:1000].split(","):
        tag, _, parameter = part.partition(";")
        name, _, weight = parameter.replace(" ", "").partition("=")
        wishes.append((tag, _weight(weight) if name == "q" else 1.0))
    return wishes


def _weight(text: str) -> float:
    digits = text.partition(".")
    ascii_digits = all(part.isascii() and part.isdigit() for part in (digits[0], digits[2]) if part)
    return min(1.0, float(text)) if ascii_digits and any((digits[0], digits[2])) else 0.0
