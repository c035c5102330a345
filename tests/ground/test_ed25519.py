"""验签的规格 — the vectors of RFC 8032, what the library signs, and that no other byte passes."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from yiwang.ground.ed25519 import signed

# RFC 8032, 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize("public, message, signature", VECTORS)
def test_known_signatures(public: str, message: str, signature: str) -> None:
    key, said, seal = (bytes.fromhex(text) for text in (public, message, signature))
    assert signed(key, said, seal)
    assert not signed(key, said + b"x", seal)
    # The same signature written with a larger number would be a second one.
    larger = (int.from_bytes(seal[32:], "little") + ORDER).to_bytes(32, "little")
    assert not signed(key, said, seal[:32] + larger)


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 767))
def test_what_the_library_has_signed_and_nothing_else(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert signed(public, message, signature)
    both = bytearray(public + signature)
    both[bit // 8] ^= 1 << bit % 8
    assert not signed(bytes(both[:32]), message, bytes(both[32:]))


def test_what_is_no_key_or_no_signature() -> None:
    for public, signature in ((b"", bytes(64)), (bytes(32), b""), (b"\xff" * 32, bytes(64)), (bytes(32), b"\xff" * 64)):
        assert not signed(public, b"", signature)
