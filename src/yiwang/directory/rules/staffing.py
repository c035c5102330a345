"""人员编制 — the posts of every organisation with an index: who answers for a step in a role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yiwang.directory.messages import Post

HEAD = "head"


@dataclass(frozen=True, slots=True)
class Staffing:
    """编制: a snapshot of the posts; built once an edition, only read."""

    posts: Mapping[str, Post]
    responsible: Mapping[tuple[str, str], str]

    def post_for(self, organisation: str, role: str) -> str:
        """责任岗位: the one post that answers for what an organisation does in a role: its first post with that role,
        else its head's; empty where there is neither. R52
        """
        first = self.responsible.get((organisation, role))
        return first or self.responsible.get((organisation, HEAD), "")


def order(code: str) -> tuple[int, str]:
    """Posts of an organisation in the order they were made: `#2` before `#10`."""
    return len(code), code


def staffing(posts: Iterable[Post]) -> Staffing:
    """The snapshot of these rows."""
    responsible: dict[tuple[str, str], str] = {}
    by_code = {post.code: post for post in sorted(posts, key=lambda p: order(p.code))}
    for post in by_code.values():
        for role in post.roles:
            responsible.setdefault((post.organisation, role), post.code)
    return Staffing(by_code, responsible)
