"""回调 — events of cases, told to the systems of the organisations that take part: signed, in the end or never lost."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from hmac import digest
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from yiwang.directory import service as directory
from yiwang.ground.outcome import FieldError, Invalid, NotFound, Refused
from yiwang.plumbing.outbox import ATTEMPTS, Errand, Retry, Runner
from yiwang.plumbing.work import Work
from yiwang.sharing import store
from yiwang.sharing.messages import Announce, Messenger, Undelivered, Webhook

SEND = "sharing.webhook"
LANE = "webhooks"
EVENTS = frozenset({"case.accepted", "case.decided", "case.ready", "case.closed", "case.acceptance_revoked"})
MOST = 20
"""Addresses of one organisation."""


def register(work: Work, url: str, secret: str, events: tuple[str, ...]) -> Webhook:
    """登记回调: an address of the actor's organisation. Invalid for an event nobody tells or an address that is none.

    Departments' systems stand in the government's own network, so addresses there are welcome; a name and password in
    the address are not.
    """
    errors = [FieldError("events", "field.choice") for event in events if event not in EVENTS][:1]
    if not _is_address(url):
        errors.append(FieldError("url", "field.shape", {"reason": "http(s)://host/path"}))
    if errors:
        raise Invalid("web.bad_request", errors=errors)
    if len(of_organisation(work)) >= MOST:
        raise Refused("webhook.too_many", limit=MOST)
    hook = Webhook(
        desk=work.actor.organisation, id=work.new_id(), url=url, secret=secret, events=events, created_at=work.now
    )
    work.add(store.WEBHOOK, store.webhook_row(hook))
    return hook


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return sound and url.isascii() and url.isprintable() and " " not in url and not (parts.username or parts.password)


def of_organisation(work: Work) -> list[Webhook]:
    """The addresses of the actor's organisation, and of whoever it has taken over."""
    return store.webhooks(work, sorted(directory.forerunners(work, work.actor.organisation)))


def remove(work: Work, hook: UUID) -> None:
    """Take an address of the actor's organisation away; NotFound when it is none of its."""
    known = next((known for known in of_organisation(work) if known.id == hook), None)
    if known is None:
        raise NotFound("webhook.unknown")
    work.remove(store.WEBHOOK, {"desk": known.desk, "id": hook})


def announce(work: Work, command: Announce, organisations: frozenset[str]) -> None:
    """告知: an event of a case, to every address of the organisations that take part in it. CloudEvents 1.0

    An address is that of whoever has today what the organisation had that registered it.
    """
    desks = {old for code in organisations for old in directory.forerunners(work, code)}
    for hook in store.webhooks(work, sorted(desks)):
        if command.kind not in hook.events:
            continue
        event = {
            "specversion": "1.0",
            "id": str(work.new_id()),
            "source": "urn:yiwang",
            "type": f"gov.yiwang.{command.kind}.v1",
            "time": work.now,
            "subject": command.number,
            "datacontenttype": "application/json",
            "data": {"ref": f"{command.home}-{command.id}", "number": command.number, "item": command.item},
        }
        payload = {"url": hook.url, "secret": hook.secret, "event": event}
        work.later(SEND, payload, home=command.home, lane=LANE, key=f"{hook.id}/{command.id}/{command.kind}")


def webhook_runner(messenger: Messenger) -> Runner:
    """How an event is sent: until it is answered with 2xx; after the last try it is a dead letter."""

    def outside(errand: Errand) -> None:
        body = msgspec.json.encode(errand.payload["event"])
        stamp = str(int(errand.due.timestamp()))
        headers = signed(errand.payload["secret"], errand.payload["event"]["id"], stamp, body)
        try:
            messenger.send(errand.payload["url"], body, headers)
        except Undelivered as failure:
            if errand.attempt >= ATTEMPTS:
                raise ValueError(str(failure)) from failure
            raise Retry(str(failure)) from failure

    def inside(_work: Work, _errand: Errand, _answer: object) -> None:
        return

    return Runner(inside=inside, outside=outside)


def signed(secret: str, event: str, stamp: str, body: bytes) -> dict[str, str]:
    """The headers of an event: HMAC-SHA-256 over id, time and body, as Standard Webhooks has it."""
    seal = b64encode(digest(secret.encode(), f"{event}.{stamp}.".encode() + body, sha256)).decode()
    return {
        "content-type": "application/cloudevents+json",
        "webhook-id": event,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{seal}",
    }
