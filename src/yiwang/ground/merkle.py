"""默克尔树 — an append-only tree over entries, as RFC 9162 section 2.1 has it: roots, proofs that an entry is in,
proofs that a longer tree begins with a shorter one. SHA-256; leaves and nodes hash in domains of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Subtree = Callable[[int, int], bytes]
"""The root over the leaves `low` to `high - 1`; whoever keeps the leaves knows it. `high` is past `low`."""


def leaf_hash(data: bytes) -> bytes:
    """叶 — the hash of an entry as a leaf, 32 bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """节点 — the hash of two subtrees side by side, 32 bytes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """根 — of a tree with these leaf hashes; EMPTY when there is none."""
    return Frontier().extended(leaves).root


def subtrees(leaves: Sequence[bytes]) -> Subtree:
    """子树 — for leaves that are all at hand."""
    return lambda low, high: root(leaves[low:high])


def split(size: int) -> int:
    """分处 — how many leaves the left subtree of a tree of `size` (at least 2) has: the largest power of two below."""
    return 1 << (size - 1).bit_length() - 1


@dataclass(frozen=True, slots=True)
class Frontier:
    """前沿 — all of a tree that its growth needs: how many leaves, and the roots of its complete subtrees from left to
    right, one for each bit set in `size`.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count() or any(len(p) != 32 for p in self.peaks):
            raise ValueError("not the frontier of a tree")

    @property
    def root(self) -> bytes:
        """The root of the tree as it stands."""
        if not self.peaks:
            return EMPTY
        *left, found = self.peaks
        for peak in reversed(left):
            found = node_hash(peak, found)
        return found

    def extended(self, leaves: Sequence[bytes]) -> Frontier:
        """The frontier behind these leaf hashes."""
        growing = Growing(self)
        for leaf in leaves:
            growing.append(leaf)
        return growing.frontier


class Growing:
    """生长 — a tree that takes leaf after leaf; a leaf costs one hash, on average."""

    __slots__ = ("_peaks", "size")

    def __init__(self, frontier: Frontier | None = None) -> None:
        frontier = frontier or Frontier()
        self.size = frontier.size
        self._peaks = list(frontier.peaks)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Take a leaf hash; the subtrees that it completes, as level, place among those of its level, root."""
        completed = []
        found, place = leaf, self.size
        for level in range((self.size ^ (self.size + 1)).bit_length() - 1):
            found, place = node_hash(self._peaks.pop(), found), place >> 1
            completed.append((level + 1, place, found))
        self._peaks.append(found)
        self.size += 1
        return completed

    @property
    def frontier(self) -> Frontier:
        """The frontier as it stands."""
        return Frontier(self.size, tuple(self._peaks))


def inclusion(place: int, size: int, subtree: Subtree) -> list[bytes]:
    """在内证明 — the roots that lead from the leaf at `place` to the root of a tree of `size`, from below upwards.

    ValueError when there is no such leaf.
    """
    if not 0 <= place < size:
        raise ValueError("no such leaf")
    low, high, found = 0, size, []
    while high - low > 1:
        middle = low + split(high - low)
        if place < middle:
            found.append(subtree(middle, high))
            high = middle
        else:
            found.append(subtree(low, middle))
            low = middle
    return found[::-1]


def includes(place: int, size: int, leaf: bytes, proof: Sequence[bytes], expected: bytes) -> bool:
    """在内 — whether the proof leads from this leaf hash to the root of the tree of `size` (RFC 9162 2.1.3.2)."""
    if not 0 <= place < size:
        return False
    number, last, found = place, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            found = node_hash(sibling, found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and found == expected


def consistency(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """一致证明 — what shows that a tree of `new` leaves begins with the tree of `old`; nothing when it is the same.

    ValueError unless 0 < old <= new.
    """
    if not 0 < old <= new:
        raise ValueError("only a longer tree follows")
    return list(_consistency(old, 0, new, subtree, whole=True))


def _consistency(old: int, low: int, high: int, subtree: Subtree, *, whole: bool) -> Iterator[bytes]:
    """SUBPROOF of RFC 9162 2.1.4.1; `old` counts from `low`."""
    if old == high - low:
        if not whole:
            yield subtree(low, high)
        return
    middle = split(high - low)
    if old <= middle:
        yield from _consistency(old, low, low + middle, subtree, whole=whole)
        yield subtree(low + middle, high)
    else:
        yield from _consistency(old - middle, low + middle, high, subtree, whole=False)
        yield subtree(low, low + middle)


def continues(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """延续 — whether the proof shows that the tree of `new` leaves begins with the tree of `old` (RFC 9162 2.1.4.2).

    Every tree continues the empty one.
    """
    if old == 0:
        return old_root == EMPTY and not proof
    if old == new:
        return old_root == new_root and not proof
    if not 0 < old < new or not proof:
        return False
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
