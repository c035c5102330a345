"""接口：回调 — a department's system says where it wants to hear of its cases."""

from __future__ import annotations

from uuid import UUID

from litestar import Response

from yiwang.gateway import views
from yiwang.gateway.counter import Counter, Key, act, read
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import Webhook
from yiwang.sharing.service import webhooks

TAG = "webhooks"


def _view(hook: Webhook) -> views.WebhookView:
    return views.WebhookView(hook.id, hook.url, list(hook.events), hook.created_at)


@act("/webhooks", TAG, "webhook.own", 201)
def register(counter: Counter, key: Key, data: views.NewWebhook) -> Response[views.WebhookView]:
    """Register an address for events of the organisation's cases: case.accepted, case.decided, case.ready, case.closed,
    case.acceptance_revoked.

    They come as CloudEvents 1.0, signed by the secret (headers webhook-id, webhook-timestamp, webhook-signature), again
    and again until answered with 2xx, twelve times at most; an event may come twice, its id does not change.
    """

    def do(work: Work) -> views.WebhookView:
        return _view(webhooks.register(work, data.url, data.secret, tuple(data.events)))

    return counter.once(key, data, do, 201)


@read("/webhooks", TAG, "webhook.own")
def mine(counter: Counter) -> Response[views.Webhooks]:
    """The organisation's addresses."""
    with counter.work() as work:
        return Response(views.Webhooks([_view(hook) for hook in webhooks.of_organisation(work)]))


@act("/webhooks/{hook:uuid}", TAG, "webhook.own", 200, "DELETE")
def remove(counter: Counter, key: Key, hook: UUID) -> Response[views.Nothing]:
    """Take an address away; what was not sent to it yet is still sent."""

    def do(work: Work) -> views.Nothing:
        webhooks.remove(work, hook)
        return views.Nothing()

    return counter.once(key, {}, do)


ROUTES = [register, mine, remove]
