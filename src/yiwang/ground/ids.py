"""标识号 — UUIDv7 from a time and randomness that are handed in (RFC 9562)."""

from __future__ import annotations

from uuid import UUID


def uuid7(ms: int, rand: bytes) -> UUID:
    """编识别号 — from Unix milliseconds and 10 random bytes, of which 74 bits are used.

    Sorts by time. ValueError for a time outside 48 bits or other than 10 bytes.
    """
    if not 0 <= ms < 1 << 48:
        raise ValueError("milliseconds fit 48 bits")
    if len(rand) != 10:
        raise ValueError("10 random bytes wanted")
    bits = int.from_bytes(rand, "big")
    rand_a, rand_b = bits >> 68, bits & ((1 << 62) - 1)
    return UUID(int=ms << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)
