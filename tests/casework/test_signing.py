"""会签、或签、票签 — whatever comes in whatever order: an outcome once it is settled, and never another one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.casework.messages.case import Seat, Task
from yiwang.casework.rules.signing import ADDED, POSITIVE, SIGNER, permit_finish, row_of, tally, waiting
from yiwang.casework.rules.working import Working, after, without
from yiwang.catalogue.messages import Signing
from yiwang.ground.outcome import Conflict

from tests.casework.flows import START

WORDS = st.sampled_from(("agree", "disagree", "conditional", "no_competence", "pass", "fail"))


def signed(*words: str, kind: str = SIGNER) -> tuple[Seat, ...]:
    """Seats that were signed so, one minute after the other; an empty word is a seat that waits."""
    return tuple(
        Seat(person=f"{kind}-{n}", kind=kind, by="a", outcome=word, at=START + timedelta(minutes=n) if word else None)
        for n, word in enumerate(words)
    )


@pytest.mark.parametrize(
    "signing, persons, votes, words, outcome",
    [
        (Signing.ONE, 1, 0, ("pass",), None),
        (Signing.ALL, 2, 0, (), None),
        (Signing.ALL, 2, 0, ("pass",), None),
        (Signing.ALL, 2, 0, ("pass", "pass"), "pass"),
        (Signing.ALL, 2, 0, ("pass", "pass", ""), None),
        (Signing.ALL, 2, 0, ("fail", ""), None),
        (Signing.ALL, 2, 0, ("pass", "fail"), "fail"),
        (Signing.ALL, 1, 0, ("agree", "conditional"), "conditional"),
        (Signing.ANY, 3, 0, ("fail", ""), "fail"),
        (Signing.ANY, 3, 0, ("", "pass"), "pass"),
        (Signing.VOTES, 5, 3, ("grant", "refuse", "grant"), None),
        (Signing.VOTES, 5, 3, ("grant", "refuse", "grant", "grant"), "grant"),
        (Signing.VOTES, 5, 3, ("refuse", "refuse"), None),
        (Signing.VOTES, 5, 3, ("refuse", "refuse", "refuse"), "refuse"),
        (Signing.VOTES, 3, 3, ("grant", "refuse"), "refuse"),
    ],
)
def test_计票(signing: Signing, persons: int, votes: int, words: tuple[str, ...], outcome: str | None) -> None:
    assert tally(signing, persons, votes, signed(*words)) == outcome


@given(st.sampled_from((Signing.ANY, Signing.VOTES)), st.lists(WORDS, min_size=1, max_size=7), st.data())
def test_一旦有了结果_后来的签署不再改变(signing: Signing, words: list[str], data: st.DataObject) -> None:
    votes = data.draw(st.integers(1, len(words)))
    settled = [tally(signing, len(words), votes, signed(*words[:n])) for n in range(len(words) + 1)]
    for earlier, later in pairwise(settled):
        assert earlier is None or later == earlier


@given(st.lists(WORDS, min_size=1, max_size=7), st.data())
def test_票签_席满必有结果_过半数与否照票数(words: list[str], data: st.DataObject) -> None:
    votes = data.draw(st.integers(1, len(words)))
    outcome = tally(Signing.VOTES, len(words), votes, signed(*words))
    assert outcome is not None
    assert (outcome in POSITIVE) == (sum(w in POSITIVE for w in words) >= votes)


@given(st.lists(WORDS, min_size=1, max_size=6), st.integers(1, 4), st.data())
def test_会签_齐了才有结果_人人同意才算同意_与先后无关(words: list[str], persons: int, data: st.DataObject) -> None:
    outcome = tally(Signing.ALL, persons, 0, signed(*words))
    assert (outcome is not None) == (len(words) >= persons)
    if outcome is None:
        return
    assert (outcome in POSITIVE) == all(w in POSITIVE for w in words)
    again = tally(Signing.ALL, persons, 0, signed(*data.draw(st.permutations(words))))
    assert again is not None
    assert (again in POSITIVE) == (outcome in POSITIVE)
    assert tally(Signing.ALL, persons, 0, signed(*words, "")) is None, "请了的人没有签，就还没有完"


@given(
    st.sampled_from(Signing),
    st.integers(1, 5),
    st.integers(1, 5),
    st.lists(WORDS, max_size=5),
    st.lists(WORDS, max_size=5),
)
def test_加签的意见不计票(signing: Signing, persons: int, votes: int, words: list[str], added: list[str]) -> None:
    seats = signed(*words)
    assert tally(signing, persons, votes, (*seats, *signed(*added, kind=ADDED))) == tally(
        signing, persons, votes, seats
    )


def test_多人签署的环节谁也不能独自办结_加签没有说话也不能() -> None:
    task = Task(id=UUID(int=1), step="review", desk="d", role="handler", opened_at=START)
    permit_finish(Signing.ONE, task, "1")
    permit_finish(Signing.ONE, replace(task, seats=signed("agree", kind=ADDED)), "1")
    with pytest.raises(Conflict, match="signers_open"):
        permit_finish(Signing.ONE, replace(task, seats=signed("agree", "", kind=ADDED)), "1")
    for signing in set(Signing) - {Signing.ONE}:
        with pytest.raises(Conflict, match="several_sign"):
            permit_finish(signing, task, "1")


def test_每个待签的人有自己的待办行() -> None:
    task = Task(id=UUID(int=1), step="review", desk="d", role="handler", opened_at=START, seats=signed("", "agree"))
    assert [s.person for s in waiting(task)] == ["signer-0"]
    rows = {task.id, row_of(task, "a"), row_of(task, "b"), row_of(replace(task, id=UUID(int=2)), "a")}
    assert len(rows) == 4


def test_重演一件待办的来去() -> None:
    acts = [
        ("task.claimed", "a", {}),
        ("signer.added", "a", {"person": "s", "kind": ADDED}),
        ("signer.added", "a", {"person": "t", "kind": ADDED}),
        ("task.urged", "h", {}),
        ("task.delegated", "a", {"to": "b"}),
        ("task.delegated", "b", {"to": "c"}),
        ("step.signed", "s", {"outcome": "agree", "kind": ADDED}),
        ("signer.dropped", "a", {"person": "t"}),
        ("task.handed_back", "c", {"to": "b"}),
    ]
    one = Working(due=None)
    for act, person, facts in acts:
        one = after(one, act, person, START, facts)
    seat = Seat(person="s", kind=ADDED, by="a", outcome="agree", at=START)
    assert one == Working(due=None, holder="b", lenders=("a",), seats=(seat,), urged=1)
    assert without(one, "a") == Working(due=None, seats=(seat,), urged=1), "委派人回避，委派也不再有效"
    assert without(one, "s") == replace(one, seats=())
    assert after(one, "task.released", "h", START, {}).holder == ""
    assert after(one, "task.transferred", "h", START, {"to": "d"}).lenders == ()
