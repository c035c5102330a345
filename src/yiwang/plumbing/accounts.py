"""账号 — local accounts: argon2id, and a throttle that counts before anything is hashed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Refused
from yiwang.plumbing.tables import Table
from yiwang.plumbing.work import Engine, Work

ACCOUNT = Table(
    "plumbing.account",
    {"login": "text", "secret": "text", "holder": "text", "kind": "text", "created_at": "timestamptz"},
    ("login",),
    {"account_pkey": "account.login_taken"},
)
# One statement, so that of a thousand at once each counts; nobody who has to wait is counted again.
_COUNT = """
INSERT INTO plumbing.throttle AS t (subject, failures, until) VALUES (%(subject)s, 1, %(now)s)
ON CONFLICT (subject) DO UPDATE SET failures = t.failures + 1, until = %(now)s + CASE
    WHEN t.failures + 1 < %(free)s THEN interval '0'
    ELSE least(interval '1 second' * 2 ^ least(t.failures + 1 - %(free)s, 12), %(longest)s) END
WHERE t.until <= %(now)s
RETURNING failures
"""

FREE = 5
"""Failures in a row that cost no waiting."""
LONGEST = timedelta(minutes=15)
MOST = 200
"""Characters of a password."""

_hasher = PasswordHasher()
_at_once = BoundedSemaphore(2)
_nobody = _hasher.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Account:
    """账号: a login and whoever the directory says holds it."""

    login: str
    holder: str
    kind: str


def create(work: Work, login: str, password: str, holder: str, kind: str, *, secret: str = "") -> None:
    """A new account. `secret` takes a hash that was made before, for many demo accounts with one password."""
    work.add(
        ACCOUNT,
        {
            "login": login.lower(),
            "secret": secret or hashed(password),
            "holder": holder,
            "kind": kind,
            "created_at": work.now,
        },
    )


def logins(work: Work) -> frozenset[str]:
    """All logins that are taken."""
    return frozenset(row[0] for row in work.read("SELECT login FROM plumbing.account"))


def hashed(password: str) -> str:
    """The argon2id hash of a password; at most two are made at once, so that log-ins cannot eat the machine."""
    with _at_once:
        return _hasher.hash(password)


def check(engine: Engine, actor_address: str, login: str, password: str) -> Account:
    """登录校验: the account, or Refused `account.wrong` (the same whether the login or the password is wrong).

    `account.wait` with `seconds` while login or address has failed too often. Every try counts as a failure until it
    turns out right, so that many at once get no more guesses than one after another; who must wait costs no hash.
    """
    name = login.strip().lower()[:64]
    subjects = {f"address:{actor_address}": FREE * 10, f"login:{name}": FREE}
    seconds = 0
    with engine.begin(SYSTEM) as work:
        for subject, free in subjects.items():
            seconds = max(seconds, _counted(work, subject, free))
        rows = work.read("SELECT secret, holder, kind FROM plumbing.account WHERE login = %s AND NOT disabled", (name,))
    if seconds:
        raise Refused("account.wait", seconds=seconds)
    secret = rows[0][0] if rows else _nobody
    if not (len(password) <= MOST and _matches(secret, password) and rows):
        raise Refused("account.wrong")
    with engine.begin(SYSTEM) as work:
        _forgive(work, *subjects)
    return Account(name, rows[0][1], rows[0][2])


def _counted(work: Work, subject: str, free: int) -> int:
    """Count a try before anybody knows whether it is right; the seconds to wait when it is one too many."""
    given = {"subject": subject, "now": work.now, "free": free, "longest": LONGEST}
    if work.read(_COUNT, given):
        return 0
    (until,) = work.read("SELECT until FROM plumbing.throttle WHERE subject = %s", (subject,))[0]
    return int((until - work.now).total_seconds()) + 1


def _forgive(work: Work, address: str, login: str) -> None:
    """The login starts afresh; the address gets back the one try: others may be guessing from there."""
    work.read("DELETE FROM plumbing.throttle WHERE subject = %s RETURNING 1", (login,))
    work.read("UPDATE plumbing.throttle SET failures = failures - 1 WHERE subject = %s RETURNING 1", (address,))


def _matches(secret: str, password: str) -> bool:
    with _at_once:
        try:
            return _hasher.verify(secret, password)
        except VerifyMismatchError:
            return False
