"""会话 — server-side sessions: the browser holds a random token, the database its digest and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from yiwang.plumbing.tables import Mode, Table
from yiwang.plumbing.work import Work

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
TOUCH = timedelta(minutes=2)

SESSION = Table(
    "plumbing.session",
    {
        "id": "bytea",
        "login": "text",
        "data": "jsonb",
        "created_at": "timestamptz",
        "seen_at": "timestamptz",
        "expires_at": "timestamptz",
    },
    ("id",),
)


@dataclass(frozen=True, slots=True)
class Session:
    """会话: who has logged in, and what goes with it; `token` is known only to the browser and this request."""

    token: str
    login: str
    data: dict[str, Any]


def _key(token: str) -> bytes:
    return sha256(token.encode()).digest()


def start(work: Work, login: str, data: dict[str, Any], lasts: timedelta = IDLE) -> Session:
    """A new session with a new token; a log-in always starts one, so that no token from before lives on."""
    token = token_urlsafe(32)
    work.add(
        SESSION,
        {
            "id": _key(token),
            "login": login,
            "data": data,
            "created_at": work.now,
            "seen_at": work.now,
            "expires_at": work.now + lasts,
        },
        Mode.ADD,
    )
    return Session(token, login, data)


def find(work: Work, token: str) -> Session | None:
    """The session of a token, if it lives; being seen keeps it alive, up to ten hours."""
    rows = work.read(
        "SELECT s.login, s.data, s.created_at, s.seen_at, s.expires_at FROM plumbing.session s"
        " LEFT JOIN plumbing.account a ON a.login = s.login"
        " WHERE s.id = %s AND s.expires_at > %s AND NOT COALESCE(a.disabled, false)",
        (_key(token), work.now),
    )
    if not rows:
        return None
    login, data, created_at, seen_at, expires_at = rows[0]
    if work.now - seen_at > TOUCH:
        until: datetime = max(expires_at, min(work.now + IDLE, created_at + LONGEST))
        work.change(SESSION, {"id": _key(token)}, {"seen_at": work.now, "expires_at": until})
    return Session(token, login, data)


def change(work: Work, session: Session, data: dict[str, Any]) -> None:
    """Keep something else with a session."""
    work.change(SESSION, {"id": _key(session.token)}, {"data": data})


def end(work: Work, session: Session) -> None:
    """Log out: the token is worthless from now on."""
    work.read("DELETE FROM plumbing.session WHERE id = %s RETURNING 1", (_key(session.token),))
