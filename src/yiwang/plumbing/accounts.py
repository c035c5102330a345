"""账号 — local accounts: argon2id, and a throttle that counts before anything is hashed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Refused
from yiwang.plumbing.tables import Mode, Table
from yiwang.plumbing.work import Engine, Work

ACCOUNT = Table(
    "plumbing.account",
    {"login": "text", "secret": "text", "holder": "text", "kind": "text", "created_at": "timestamptz"},
    ("login",),
    {"account_pkey": "account.login_taken"},
)
THROTTLE = Table("plumbing.throttle", {"subject": "text", "failures": "int", "until": "timestamptz"}, ("subject",))

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

    `account.wait` with `seconds` while login or address has failed too often; nothing is hashed then.
    """
    name = login.strip().lower()[:64]
    subjects = (f"login:{name}", f"address:{actor_address}")
    with engine.begin(SYSTEM) as work:
        _throttled(work, subjects)
        rows = work.read("SELECT secret, holder, kind FROM plumbing.account WHERE login = %s AND NOT disabled", (name,))
    secret = rows[0][0] if rows else _nobody
    right = len(password) <= MOST and _matches(secret, password) and bool(rows)
    with engine.begin(SYSTEM) as work:
        if right:
            _forgive(work, subjects[0])
        else:
            _count(work, subjects)
    if not right:
        raise Refused("account.wrong")
    return Account(name, rows[0][1], rows[0][2])


def _matches(secret: str, password: str) -> bool:
    with _at_once:
        try:
            return _hasher.verify(secret, password)
        except VerifyMismatchError:
            return False


def _throttled(work: Work, subjects: tuple[str, ...]) -> None:
    rows = work.read("SELECT max(until) FROM plumbing.throttle WHERE subject = ANY(%s)", (list(subjects),))
    until = rows[0][0]
    if until is not None and until > work.now:
        raise Refused("account.wait", seconds=int((until - work.now).total_seconds()) + 1)


def _count(work: Work, subjects: tuple[str, ...]) -> None:
    known = dict(
        work.read("SELECT subject, failures FROM plumbing.throttle WHERE subject = ANY(%s)", (list(subjects),))
    )
    for subject in subjects:
        failures = known.get(subject, 0) + 1
        free = FREE if subject.startswith("login:") else FREE * 10
        pause = timedelta(seconds=2 ** min(failures - free, 12)) if failures >= free else timedelta()
        work.add(
            THROTTLE,
            {"subject": subject, "failures": failures, "until": work.now + min(pause, LONGEST)},
            Mode.PUT,
        )


def _forgive(work: Work, subject: str) -> None:
    if work.read("SELECT 1 FROM plumbing.throttle WHERE subject = %s", (subject,)):
        work.remove(THROTTLE, {"subject": subject})
