"""行为人 — who does an act: a person in a post, at a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["staff", "public", "client", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """行为人 — the person, the post held and the organisation acted for, as the journal keeps them (R05).

    `person`, `post`, `organisation` are identifiers (empty where there is none: the public holds no post);
    `division` is a code of GB/T 2260 (6 or 12 digits, or empty); `roles` the roles of the post; `kind` tells
    officials (`staff`), applicants (`public`), outside programs (`client`) and the net itself (`system`) apart;
    `terminal` names the window, device or address the act came from.
    """

    person: str
    name: str
    post: str
    organisation: str
    division: str
    roles: frozenset[str]
    kind: ActorKind
    terminal: str = ""

    def has(self, role: str) -> bool:
        """角色 — does the post carry this role?"""
        return role in self.roles


SYSTEM = Actor(
    person="system",
    name="系统",
    post="",
    organisation="",
    division="",
    roles=frozenset(),
    kind="system",
)
