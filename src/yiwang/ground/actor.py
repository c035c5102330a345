"""行为人 — who does an act: a person in a post, at a terminal, in the own right or as somebody's deputy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["staff", "public", "client", "system"]


@dataclass(frozen=True, slots=True)
class Deputised:
    """被代理人 — whom somebody stands in for today: the person, the post, and the roles of that post."""

    person: str
    post: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Actor:
    """行为人 — the person, the post held and the organisation acted for, as the journal keeps them (R05).

    `person`, `post`, `organisation` are identifiers (empty where there is none: the public holds no post);
    `division` is a code of GB/T 2260 (6 or 12 digits, or empty); `roles` the roles of the post; `kind` tells
    officials (`staff`), applicants (`public`), outside programs (`client`) and the net itself (`system`) apart;
    `terminal` names the window, device or address the act came from. `deputised` are those one stands in for: their
    roles are among `roles`, and `lent` are the roles that one has from them alone.
    """

    person: str
    name: str
    post: str
    organisation: str
    division: str
    roles: frozenset[str]
    kind: ActorKind
    terminal: str = ""
    deputised: tuple[Deputised, ...] = ()
    lent: frozenset[str] = frozenset()

    def has(self, role: str) -> bool:
        """角色 — does the post carry this role, or one that was lent?"""
        return role in self.roles

    def stands_for(self, role: str, holder: str = "") -> Deputised | None:
        """代谁 — whose deputy does an act in this role: the `holder` of the task, or who lent the role; nobody's where
        one has the role oneself and the task is no absent holder's.
        """
        lenders = [each for each in self.deputised if role in each.roles]
        for each in lenders:
            if each.person == holder:
                return each
        return lenders[0] if lenders and role in self.lent else None


SYSTEM = Actor(
    person="system",
    name="系统",
    post="",
    organisation="",
    division="",
    roles=frozenset(),
    kind="system",
)
