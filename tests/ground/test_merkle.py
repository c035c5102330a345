"""默克尔树的规格 — RFC 9162: known roots, and proofs that hold for what is true and for nothing else."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.ground.merkle import (
    EMPTY,
    Frontier,
    Growing,
    consistency,
    continues,
    includes,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    split,
    subtrees,
)

# The leaves and roots that the Certificate Transparency projects test with.
LEAVES = [
    bytes.fromhex(x)
    for x in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
MANY = [leaf_hash(str(n).encode()) for n in range(130)]
sizes = st.integers(1, len(MANY))


def naive(leaves: list[bytes]) -> bytes:
    """MTH as section 2.1.1 writes it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(naive(leaves[:k]), naive(leaves[k:]))


def test_known_roots() -> None:
    assert root([]) == EMPTY
    assert [root([leaf_hash(x) for x in LEAVES[: n + 1]]).hex() for n in range(len(LEAVES))] == list(ROOTS)


def test_a_leaf_is_not_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@given(sizes, sizes)
def test_however_it_grew_the_root_is_the_same(one: int, other: int) -> None:
    low, high = sorted((one, other))
    frontier = Frontier().extended(MANY[:low]).extended(MANY[low:high])
    assert frontier.root == naive(MANY[:high])
    assert frontier.size == high


@given(sizes)
def test_growing_tells_every_subtree_that_it_completes(size: int) -> None:
    growing = Growing()
    told = [completed for leaf in MANY[:size] for completed in growing.append(leaf)]
    assert sorted((level, place) for level, place, _ in told) == [
        (level, place) for level in range(1, 10) for place in range(size >> level)
    ]
    assert all(found == naive(MANY[place << level : (place + 1) << level]) for level, place, found in told)


@given(sizes, st.data())
def test_every_leaf_is_proved_in_and_only_where_it_is(size: int, data: st.DataObject) -> None:
    place, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    proof, top = inclusion(place, size, subtrees(MANY[:size])), naive(MANY[:size])
    assert includes(place, size, MANY[place], proof, top)
    assert includes(other, size, MANY[place], proof, top) == (other == place)
    assert not includes(place, size, leaf_hash(b"x"), proof, top)
    assert not includes(place, size, MANY[place], [*proof, EMPTY], top)
    assert not includes(place, size + (1 << 12), MANY[place], proof, top)
    for n in range(len(proof)):
        assert not includes(place, size, MANY[place], [*proof[:n], EMPTY, *proof[n + 1 :]], top)
        assert not includes(place, size, MANY[place], [*proof[:n], *proof[n + 1 :]], top)


@given(sizes, sizes)
def test_a_longer_tree_is_proved_to_begin_with_the_shorter(one: int, other: int) -> None:
    old, new = sorted((one, other))
    proof = consistency(old, new, subtrees(MANY[:new]))
    before, after = naive(MANY[:old]), naive(MANY[:new])
    assert continues(old, new, before, after, proof)
    assert not continues(old, new, EMPTY, after, proof)
    assert not continues(old, new, before, EMPTY, proof)
    assert not continues(old, new, before, after, [*proof, EMPTY])
    for n in range(len(proof)):
        assert not continues(old, new, before, after, [*proof[:n], EMPTY, *proof[n + 1 :]])


@given(sizes, sizes, st.data())
def test_a_tree_whose_past_was_changed_has_no_proof(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    changed = list(MANY[:new])
    changed[data.draw(st.integers(0, old - 1))] = leaf_hash(b"forged")
    proof = consistency(old, new, subtrees(changed))
    assert not continues(old, new, naive(MANY[:old]), naive(changed), proof)


def test_every_tree_continues_the_empty_one_and_none_continues_a_longer() -> None:
    assert continues(0, 5, EMPTY, root(MANY[:5]), [])
    assert not continues(0, 5, MANY[0], root(MANY[:5]), [])
    assert not continues(6, 5, root(MANY[:6]), root(MANY[:5]), [])


def test_what_cannot_be_asked_is_refused() -> None:
    for place, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="leaf"):
            inclusion(place, size, subtrees(MANY))
        assert not includes(place, size, MANY[0], [], MANY[0])
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="longer"):
            consistency(old, new, subtrees(MANY))
    for peaks in ((), (b"short",), (EMPTY, EMPTY)):
        with pytest.raises(ValueError, match="frontier"):
            Frontier(1, peaks)
