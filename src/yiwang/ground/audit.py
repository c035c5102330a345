"""核对 — a stretch of the homes that is looked through at once, and a difference that was found in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

Key = tuple[int, UUID]
"""Home and id: what every table of a case is kept by, so that stretches of all of them lie side by side."""

FIRST: Key = (-1, UUID(int=0))
LAST: Key = (16_384, UUID(int=0))


@dataclass(frozen=True, slots=True)
class Stretch:
    """区段: all homes and ids behind `after`, up to and with `upto`."""

    after: Key
    upto: Key

    @property
    def bounds(self) -> tuple[int, UUID, int, UUID]:
        """As parameters of `(home, id) > (%s, %s) AND (home, id) <= (%s, %s)`."""
        return (*self.after, *self.upto)


@dataclass(frozen=True, slots=True)
class Difference:
    """差异: two things that must agree and do not. `kind` reads `place.what`; `facts` say what is kept and expected."""

    kind: str
    home: int
    id: UUID
    facts: Mapping[str, object] = field(default_factory=dict)
