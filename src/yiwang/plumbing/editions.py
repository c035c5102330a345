"""版次 — what a process keeps of reference tables, part by part, each under the edition it was read in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from yiwang.plumbing.database import Database
from yiwang.plumbing.work import Work

LOOK_AGAIN = 1.0  # seconds a process trusts what it keeps before it asks for the editions again


@dataclass(slots=True)
class _Kept:
    looked: float = float("-inf")
    editions: Mapping[str, int] = field(default_factory=dict)
    parts: dict[str, tuple[int, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shelf:
    """书架: `editions` gives the number of every part; `lock` the same, and nobody else changes any until the act ends;
    `write` decides a part's new number; `read` reads each part whole.

    A change is seen by the act that makes it at once, by others a second after its commit.
    """

    editions: Callable[[Work], Mapping[str, int]]
    lock: Callable[[Work], Mapping[str, int]]
    write: Callable[[Work, str, int], None]
    read: Mapping[str, Callable[[Work], Any]]
    kept: WeakKeyDictionary[Database, _Kept] = field(default_factory=WeakKeyDictionary)

    def part(self, work: Work, part: str) -> Any:
        """A part as of now; the same object until it changes."""
        held = work.held.get(part)
        if held is None:
            held = self._of_this_act(work, part) if _changed(part) in work.held else self._of_everybody(work, part)
            work.held[part] = held
        return held

    def _of_this_act(self, work: Work, part: str) -> Any:
        """What this act has changed is nobody else's before it is committed: it may still be rolled back."""
        work.save()
        return self.read[part](work)

    def _of_everybody(self, work: Work, part: str) -> Any:
        kept = self.kept.setdefault(work.engine.database, _Kept())
        if monotonic() - kept.looked > LOOK_AGAIN:
            kept.editions, kept.looked = self.editions(work), monotonic()
        # The edition first: rows that change in between are then kept under the older number and read again.
        edition = kept.editions[part]
        known = kept.parts.get(part)
        if known is None or known[0] != edition:
            known = kept.parts[part] = (edition, self.read[part](work))
        return known[1]

    def changing(self, work: Work, part: str) -> None:
        """This act changes a part: called before it reads, it waits for others who do."""
        if _changed(part) not in work.held:
            self.write(work, part, self.lock(work)[part] + 1)
            work.held[_changed(part)] = True
        work.held.pop(part, None)
        if kept := self.kept.get(work.engine.database):  # what did not change is not read again
            kept.looked = float("-inf")
            kept.parts.pop(part, None)

    def written(self, work: Work, part: str) -> None:
        """What this act has just changed, it reads anew."""
        work.save()
        work.held.pop(part, None)

    def suppose(self, work: Work, part: str, value: Any) -> None:
        """For the rest of this act a part is supposed to be this; whoever supposes must not write."""
        work.held[part] = value


def _changed(part: str) -> str:
    return f"{part}.changed"
