"""入门 — from a login and a password to a session, the same for pages and programs."""

from __future__ import annotations

from secrets import token_hex

import msgspec

from yiwang.directory import service as directory
from yiwang.ground.actor import SYSTEM, Actor
from yiwang.plumbing import accounts, sessions
from yiwang.plumbing.sessions import Session
from yiwang.plumbing.work import Engine, Work


def enter(engine: Engine, address: str, login: str, password: str, language: str) -> tuple[Session, Actor]:
    """登录: a session with a new token, in the first post held.

    Refused `account.wrong` or `account.wait` (plumbing.accounts); `address` is what the throttle counts by.
    """
    account = accounts.check(engine, address, login, password)
    with engine.begin(SYSTEM, language) as work:
        return admitted(work, account.login, account.holder, f"web {address}")


def admitted(work: Work, login: str, holder: str, station: str) -> tuple[Session, Actor]:
    """入内: a new session of whoever has proved to be somebody; `station` says where from."""
    actor = directory.actor_of(work, holder, "", station)
    data = {"actor": msgspec.to_builtins(actor), "csrf": token_hex(16), "person": _named(work, actor)}
    return sessions.start(work, login, data), actor


def _named(work: Work, actor: Actor) -> dict[str, str]:
    """Organisation and post of whoever has logged in, by name, for the head of every page."""
    held = {post.code: post.name for post in directory.posts_of(work, actor.person, work.today)}
    organisation = directory.name_of(work, actor.organisation, work.today) if actor.organisation else ""
    place = directory.snapshot(work).organisations.get(actor.organisation)
    english = place.name_en if place else ""
    return {"organisation": organisation, "organisation_en": english, "post": held.get(actor.post, "")}
