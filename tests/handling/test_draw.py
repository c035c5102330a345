"""抽取专家的规则 — the same whoever computes it, fair over many draws, blind to the order of the library."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiwang.ground.outcome import Refused
from yiwang.handling.rules import draw
from yiwang.handling.rules.draw import Candidate

HEAD, FRESH = bytes(range(32)), bytes(32)
LIBRARY = [Candidate(f"E{n:03}", "检验检测", f"单位{n % 5}") for n in range(40)]
codes = st.sets(st.sampled_from([c.code for c in LIBRARY]), max_size=30)


def by_hand(text: str, out: set[str], head: bytes, fresh: bytes, wanted: int) -> list[str]:
    """The draw as an outsider does it, from the description alone."""
    seed = hashlib.sha256(b"yiwang/draw/seed/1\x00" + head + fresh).digest()
    tickets = {
        code: hashlib.sha256(b"yiwang/draw/ticket/1\x00" + seed + code.encode()).hexdigest()
        for code, _, _ in json.loads(text)
        if code not in out
    }
    return sorted(tickets, key=lambda code: tickets[code])[:wanted]


@given(out=codes, fresh=st.binary(min_size=32, max_size=32), wanted=st.integers(1, 5))
def test_外人照着写下的重算_结果一样(out: set[str], fresh: bytes, wanted: int) -> None:
    text = draw.library(LIBRARY)
    chosen = draw.again(text, out, HEAD.hex(), fresh.hex(), wanted, ())
    assert list(chosen) == by_hand(text, out, HEAD, fresh, wanted)


@given(order=st.permutations(LIBRARY), out=codes)
def test_名单的次序不影响结果(order: list[Candidate], out: set[str]) -> None:
    assert draw.library(order) == draw.library(LIBRARY)
    seed = draw.seed(HEAD, FRESH)
    assert draw.drawn(order, out, seed, 3) == draw.drawn(LIBRARY, out, seed, 3)


@given(out=codes, kept=codes, fresh=st.binary(min_size=32, max_size=32))
def test_回避的人和已在组的人抽不到(out: set[str], kept: set[str], fresh: bytes) -> None:
    there = len({c.code for c in LIBRARY} - out - kept)
    seed = draw.seed(HEAD, fresh)
    if there < 3:
        with pytest.raises(Refused, match="too_few"):
            draw.drawn(LIBRARY, out, seed, 3, tuple(kept))
    else:
        chosen = {code for code, _ in draw.drawn(LIBRARY, out, seed, 3, tuple(kept))}
        assert len(chosen) == 3
        assert not chosen & (out | kept)


@given(out=codes, fresh=st.binary(min_size=32, max_size=32))
@settings(max_examples=50)
def test_别人来了走了_自己的签不变(out: set[str], fresh: bytes) -> None:
    seed = draw.seed(HEAD, fresh)
    whole = dict(draw.drawn(LIBRARY, (), seed, len(LIBRARY)))
    for code, mark in draw.drawn(LIBRARY, out, seed, len(LIBRARY) - len(out)):
        assert whole[code] == mark


def test_抽得均匀() -> None:
    """χ² of 8,000 draws of 3 of 40: 39 degrees of freedom, beyond 72.05 once in a thousand."""
    times: Counter[str] = Counter()
    for n in range(8_000):
        seed = draw.seed(HEAD, n.to_bytes(32))
        times.update(code for code, _ in draw.drawn(LIBRARY, (), seed, 3))
    expected = 8_000 * 3 / len(LIBRARY)
    assert sum((times[c.code] - expected) ** 2 / expected for c in LIBRARY) < 72.05


def test_头和随机数缺一不可() -> None:
    other = bytes([1]) + bytes(31)
    assert len({draw.seed(HEAD, FRESH), draw.seed(other, FRESH), draw.seed(HEAD, other)}) == 3
    with pytest.raises(ValueError, match="32 bytes"):
        draw.seed(b"", FRESH)


def test_与申请人同一单位的_声明有利害关系的_不进抽取() -> None:
    out = draw.excluded(LIBRARY, " 单位1 ", {"E000": "曾为申请人做过咨询"})
    assert out["E001"] == draw.SAME_ORGANISATION
    assert out["E000"] == "曾为申请人做过咨询"
    assert len(out) == 9
