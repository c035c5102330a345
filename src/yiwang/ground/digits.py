"""校验码 — normal writing and the check characters that identifiers share."""

from __future__ import annotations

import unicodedata

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# What people type between groups: spaces of any width, hyphens, dashes and dots of a phone's keyboard.
_BETWEEN = dict.fromkeys(map(ord, " \t\u00a0\u2002\u2003\u3000-\u2010\u2011\u2012\u2013\u2014\u2212·"))


def normal(text: str) -> str:
    """规范写法 — half-width, upper case, nothing between the characters; what is left is not checked."""
    return unicodedata.normalize("NFKC", text).translate(_BETWEEN).strip().upper()


def only(text: str, alphabet: str) -> bool:
    """Are all characters of this alphabet?"""
    return all(character in alphabet for character in text)


def mod_11_2(digits: str) -> str:
    """ISO 7064 MOD 11-2: the check character (0–9, X) of a citizen number's first 17 digits (GB 11643)."""
    value = 0
    for digit in digits:
        value = (value + int(digit)) * 2 % 11
    return "0123456789X"[(12 - value) % 11]


def mod_37_36(text: str) -> str:
    """ISO 7064 MOD 37,36: the check character of an alphanumeric text (GB/T 36904)."""
    value = 36
    for character in text:
        value = (value + ALPHANUMERIC.index(character)) % 36 or 36
        value = value * 2 % 37
    return ALPHANUMERIC[(1 - value) % 36]


def mod_97_10(digits: str) -> str:
    """ISO 7064 MOD 97-10: two check digits that find every wrong digit and every swap of two neighbours."""
    return f"{98 - int(digits) * 100 % 97:02}"
