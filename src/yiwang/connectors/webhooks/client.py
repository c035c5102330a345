"""回调客户端 — sends a signed event to an address; only an answer of 2xx in time counts as heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

from yiwang.sharing.messages import Undelivered


@dataclass(slots=True)
class WebhookClient:
    """回调客户端: one for all addresses; safe to use from many threads. `timeout` in seconds; follows no redirect."""

    timeout: float = 5.0
    _client: httpx2.Client = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._client = httpx2.Client(timeout=self.timeout, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send; Undelivered with the reason. The body of the answer is not read."""
        try:
            with self._client.stream("POST", url, content=body, headers=dict(headers)) as response:
                status = response.status_code
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise Undelivered(type(error).__name__) from error
        if not 200 <= status < 300:
            raise Undelivered(f"status {status}")
