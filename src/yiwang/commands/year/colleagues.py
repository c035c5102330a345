"""同事之间 — what officials do with a task before it is finished: claim, release, hand on, lend, urge, keep out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from yiwang.casework.messages.case import Case
from yiwang.casework.service import verbs
from yiwang.commands.year.days import Year, may
from yiwang.commands.year.lives import Life, Person, Ticket
from yiwang.ground.actor import Actor
from yiwang.handling.messages import HandBack
from yiwang.handling.service import signing
from yiwang.plumbing.work import Work

WHAT = ((0.25, "claimed"), (0.27, "released"), (0.30, "transferred"), (0.33, "delegated"), (0.334, "recused"))
"""What happens before a step is finished, where chance falls below; mostly nothing."""


class Doing(Protocol):
    """Whose hands they are."""

    year: Year

    def actor(self, person: Person) -> Actor:
        """A person in the post."""

    def lawful(self, life: Life, by: Actor, what: str, act: Callable[[Work], object]) -> None:
        """An act that must not be refused."""

    def worked(self, ticket: Ticket, person: Person) -> None:
        """The person has lent a hand."""

    def look(self, life: Life) -> Case:
        """The case as it stands."""

    def sync(self, life: Life, case: Case, what: str) -> None:
        """Take over what has changed."""


def pass_around(hands: Doing, ticket: Ticket, person: Person) -> Person:
    """传阅: what happens before the step is finished, by chance; who finishes it in the end."""
    year, life, by = hands.year, ticket.life, hands.actor(person)
    there = year.setting.staff.there((ticket.desk, ticket.role), year.day)
    others = [other for other in there if other.code != person.code and not other.behalf and may(ticket, other)]
    chance = year.rng.random()
    on = (life.ref.home, life.ref.id)

    def does(who: Actor, what: str, act: Callable[[Work], object]) -> None:
        year.figures.acts[what] += 1
        hands.lawful(life, who, what, act)

    what = next((name for upto, name in WHAT if chance < upto), "")
    if not what or person.behalf:
        return person
    does(by, "claimed", lambda w: verbs.claim(w, *on, ticket.ref))
    if what == "released":
        does(by, what, lambda w: verbs.release(w, *on, ticket.ref))
    elif what == "transferred" and others:
        to = others[0]
        does(by, what, lambda w: verbs.transfer(w, *on, ticket.ref, to.code, "忙不过来"))
        person = to
    elif what == "delegated" and others:
        _lend(hands, ticket, by, others[0], does)
    elif what == "recused" and others:
        does(by, what, lambda w: verbs.recuse(w, *on, person.code, "与申请人有亲属关系"))
        life.recused.add(person.code)
        person = others[0]
    hands.sync(life, hands.look(life), what)
    return person


def _lend(
    hands: Doing, ticket: Ticket, by: Actor, to: Person, does: Callable[[Actor, str, Callable[[Work], object]], None]
) -> None:
    """委派 and its return: the delegate lends a hand, who lent it finishes."""
    life = ticket.life
    on = (life.ref.home, life.ref.id)
    does(by, "delegated", lambda w: verbs.delegate(w, *on, ticket.ref, to.code, "请协助核对材料"))
    if hands.year.rng.random() < 0.5:
        does(by, "urged", lambda w: verbs.urge(w, *on, ticket.ref, "请今日交回"))
    back = HandBack(home=on[0], id=on[1], task=ticket.ref, words="已核对，无误。")
    does(hands.actor(to), "handed back", lambda w: signing.hand_back(back, w))
    hands.worked(ticket, to)
