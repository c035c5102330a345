"""编译环境 — what the compiler has to know beside an item: who holds which data, which lines there are, whose power."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from yiwang.catalogue.messages import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """数据资源: what a line of departments answers for: documents by their names, data items by theirs.

    `fields` empty means that the register does not list them; `interfaces` how many are active for it (R41).
    """

    key: str
    line: str
    names: frozenset[str]
    fields: frozenset[str] = frozenset()
    interfaces: int = 1


@dataclass(frozen=True)
class World:
    """编译环境. `powers`: the levels on which somebody has power over an item, by its code; an item that is not in it
    has not been entered in the power list. `lines`: every line of departments.
    """

    resources: Mapping[str, Resource] = field(default_factory=dict)
    lines: frozenset[str] = frozenset()
    powers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)

    @cached_property
    def _holders(self) -> Mapping[str, Resource]:
        found: dict[str, Resource] = {}
        for resource in self.resources.values():
            for name in (*sorted(resource.names), *sorted(resource.fields)):
                found.setdefault(plain(name), resource)
        return found

    def holder(self, name: str) -> Resource | None:
        """Who holds a material or data item of this name; None when no department does."""
        return self._holders.get(plain(name))


def plain(name: str) -> str:
    """A name without what typists add: blanks and the shape of brackets."""
    return "".join(name.split()).replace("（", "(").replace("）", ")").lower()


def world_of(items: Iterable[Item], resources: Iterable[Resource], lines: Iterable[str]) -> World:
    """An environment without a power list, for a catalogue that stands in files."""
    return World(
        resources={r.key: r for r in resources}, lines=frozenset(lines), items={item.code: item for item in items}
    )
