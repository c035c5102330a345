"""页面渲染 — the templates of the look and of all desks, and the frame around a page: who asks, seat, navigation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from yiwang.front import policy
from yiwang.front.look import environment as looks
from yiwang.front.look import wording
from yiwang.front.look.parts import NavItem, Person
from yiwang.front.words import WORDS
from yiwang.ground.actor import Actor
from yiwang.plumbing.i18n import Language, mark, translator

DESKS = Path(__file__).resolve().parents[1] / "desks"
GATEWAY = DESKS.parent / "gateway" / "templates"
SEARCHES = {"/window": "window.work", "/desk": "case.work", "/supervision": "thread.read"}
OPEN = (("/", mark("办事")), ("/check", mark("核验证照")))


@cache
def templates() -> jinja2.Environment:
    """The environment of all pages; `words` in it are the words for codes."""
    made = looks.environment([*sorted(DESKS.glob("*/templates")), GATEWAY])
    made.globals["words"] = WORDS
    # What the pages of the staff desks still call; leaves with them.
    made.globals["day"] = lambda value, **_: wording.date(value, looks.reading())
    made.globals["moment"] = lambda value: wording.date_and_time(value, looks.reading())
    made.filters |= {"grouped": wording.case_number, "masked": wording.mask}
    return made


def render(template: str, frame: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """A page in its frame."""
    return templates().get_template(template).render({**frame, **context})


def frame(
    *,
    language: Language,
    path: str,
    today: date,
    actor: Actor | None,
    csrf_token: str,
    person: Mapping[str, str],
    large_type: bool,
    query: str = "",
) -> dict[str, Any]:
    """页框: of whoever asks; `person` is what the session remembers of them: organisation and post by name; `query` is
    the part of the address behind the path, which stays when the language changes.
    """
    translate = translator(language).gettext
    seats = policy.seats_of(actor)
    here = _here(path, [seat.path for seat in seats])
    nav = [NavItem(translate(s.title), s.path, s.icon, s.path == here) for s in seats]
    if actor is None or actor.kind == "public":
        nav = [NavItem(translate(title), href, current=path == href) for href, title in OPEN[: 1 if actor else 2]] + nav
    seat = next((translate(s.title) for s in seats if s.path == here), "")
    search = next((p for p, act in SEARCHES.items() if policy.may(actor, act)), "")
    organisation = (person.get("organisation_en") if language == "en" else "") or person.get("organisation", "")
    who = Person(actor.name, person.get("post", ""), organisation) if actor else None
    return looks.frame(
        language=language,
        path=f"{path}?{query}" if query else path,
        today=today,
        csrf_token=csrf_token,
        seat=seat,
        nav=nav,
        person=who,
        search=search,
        large_type=large_type,
    ) | {"actor": actor}


def _here(path: str, known: list[str]) -> str:
    """The entry of the navigation a page belongs to: the longest that the address begins with."""
    begun = [each for each in known if path == each or path.startswith(f"{each}/")]
    return max(begun, key=len, default="")
