"""签名 — the installation's signing key: Ed25519, made once, kept in the settings."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Signer:
    """签名器: signs bytes and says whether a signature is its own. Signatures are 64 bytes."""

    private: Ed25519PrivateKey

    @classmethod
    def from_hex(cls, seed: str) -> Signer:
        """From the 32-byte seed as 64 hex digits."""
        return cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)))

    def sign(self, message: bytes) -> bytes:
        """The signature of a message."""
        return self.private.sign(message)

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether this key has signed this message."""
        return verify(self.public, message, signature)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the owner of the public key has signed this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
