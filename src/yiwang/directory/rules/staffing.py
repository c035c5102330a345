"""人员编制 — posts, who holds them and who stands in: who answers for a role, who acts with which roles on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from yiwang.directory.messages import Deputy, Exemption, Holding, Post
from yiwang.directory.rules.resolution import covers
from yiwang.ground.actor import Actor, Deputised

HEAD = "head"


@dataclass(frozen=True, slots=True)
class Staffing:
    """编制: a snapshot with indexes; built once an edition, only read."""

    posts: Mapping[str, Post]
    responsible: Mapping[tuple[str, str], str]
    holdings: Mapping[str, tuple[Holding, ...]] = field(default_factory=dict)  # by person
    deputies: tuple[Deputy, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    closed: Mapping[str, tuple[Post, ...]] = field(default_factory=dict)  # by organisation

    def post_for(self, organisation: str, role: str, on: date | None = None) -> str:
        """责任岗位: the one post that answers for what an organisation does in a role: its first post with that role,
        else its head's; empty where there is neither. On a day before a reorganisation, the one that did then. R52
        """
        return self._first(organisation, role, on) or self._first(organisation, HEAD, on)

    def _first(self, organisation: str, role: str, on: date | None) -> str:
        still = self.responsible.get((organisation, role), "")
        if on is None or organisation not in self.closed:
            return still
        then = [p.code for p in self.closed[organisation] if role in p.roles and p.closed_on and on < p.closed_on]
        return min(filter(None, (still, *then)), key=order, default="")

    def posts_of(self, person: str, on: date) -> list[Post]:
        """The posts that a person holds on a day, in the order they were made."""
        held = [self.posts[h.post] for h in self.holdings.get(person, ()) if covers(h.held_from, h.held_to, on)]
        return sorted(held, key=lambda p: (p.organisation, order(p.code)))

    def holds(self, person: str, post: str, on: date) -> bool:
        """Whether a person holds a post on a day."""
        return any(p.code == post for p in self.posts_of(person, on))

    def belongs(self, person: str, organisation: str, on: date) -> bool:
        """Whether a person holds any post of an organisation on a day."""
        return any(p.organisation == organisation for p in self.posts_of(person, on))

    def current(self, post: str, on: date) -> Post:
        """现岗: the post as which a post goes on, after reorganisations; itself while there were none."""
        found = self.posts[post]
        while found.closed_on is not None and found.closed_on <= on and found.successor:
            found = self.posts[found.successor]
        return found

    def standing_in(self, person: str, organisation: str, on: date) -> list[tuple[str, Post]]:
        """代理中: for whom and for which post a person stands in in an organisation on a day.

        Ends with the post: of the principal, whose right is lent, and of the deputy, who must be of the house.
        """
        lent = [
            (d.principal, self.current(d.post, on))
            for d in self.deputies
            if d.deputy == person and d.held_from <= on < d.held_to
        ]
        return [
            (principal, post)
            for principal, post in lent
            if post.organisation == organisation
            and self.holds(principal, post.code, on)
            and self.belongs(person, organisation, on)
        ]

    def acting(self, person: str, name: str, post: Post, division: str, terminal: str, on: date) -> Actor:
        """行为人: a person in a post on a day, with the roles of those whose deputy that is."""
        lent = self.standing_in(person, post.organisation, on)
        deputised = tuple(Deputised(principal, each.code, frozenset(each.roles)) for principal, each in lent)
        own = frozenset(post.roles)
        roles = own.union(*(d.roles for d in deputised))
        at = post.organisation
        return Actor(person, name, post.code, at, division, roles, "staff", terminal, deputised, roles - own)

    def works(self, person: str, organisation: str, role: str, on: date) -> bool:
        """Whether a person may act in a role of an organisation on a day, in the own right or as a deputy."""
        posts = self.posts_of(person, on) + [post for _, post in self.standing_in(person, organisation, on)]
        return any(p.organisation == organisation and role in p.roles for p in posts)

    def able(self, organisation: str, role: str, on: date) -> list[tuple[str, Post, str]]:
        """可办人: who may act in a role of an organisation on a day, in which post, and for whom: empty in the own
        right, which goes before a lent one.
        """
        own = [(person, post, "") for person, post in self.of_organisation(organisation, on) if role in post.roles]
        lent = [
            (d.deputy, post, d.principal)
            for d in self.deputies
            if d.held_from <= on < d.held_to
            for principal, post in self.standing_in(d.deputy, organisation, on)
            if principal == d.principal and role in post.roles
        ]
        first: dict[str, tuple[str, Post, str]] = {}
        for person, post, principal in (*own, *lent):
            first.setdefault(person, (person, post, principal))
        return sorted(first.values(), key=lambda each: each[0])

    def at_centre(self, post: str, on: date) -> bool:
        """集中办公: whether a post sits in the service centre, or has leave not to, on a day. R26"""
        known = self.posts.get(post)
        exempt = any(e.held_from <= on < e.held_to and self.current(e.post, on).code == post for e in self.exemptions)
        return exempt or (known is not None and known.at_centre)

    def of_organisation(self, organisation: str, on: date) -> list[tuple[str, Post]]:
        """在编: who holds which post of an organisation on a day."""
        return [
            (person, post)
            for person in sorted(self.holdings)
            for post in self.posts_of(person, on)
            if post.organisation == organisation
        ]


def order(code: str) -> tuple[int, str]:
    """Posts of an organisation in the order they were made: `#2` before `#10`."""
    return len(code), code


def staffing(
    posts: Iterable[Post],
    holdings: Iterable[Holding] = (),
    deputies: Iterable[Deputy] = (),
    exemptions: Iterable[Exemption] = (),
) -> Staffing:
    """The snapshot of these rows."""
    responsible: dict[tuple[str, str], str] = {}
    by_code = {post.code: post for post in sorted(posts, key=lambda p: order(p.code))}
    for post in by_code.values():
        for role in post.roles if post.closed_on is None else ():
            responsible.setdefault((post.organisation, role), post.code)
    closed: dict[str, list[Post]] = defaultdict(list)
    for post in by_code.values():
        if post.closed_on is not None:
            closed[post.organisation].append(post)
    held: dict[str, list[Holding]] = defaultdict(list)
    for holding in holdings:
        held[holding.person].append(holding)
    return Staffing(
        by_code,
        responsible,
        {person: tuple(each) for person, each in held.items()},
        tuple(sorted(deputies, key=lambda d: (d.held_from, order(d.post), d.principal, d.deputy))),
        tuple(exemptions),
        {organisation: tuple(each) for organisation, each in closed.items()},
    )
