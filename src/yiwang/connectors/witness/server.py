"""见证服务 — a witness for another machine: takes heads over HTTP, keeps them in a file, shows them to anybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

from yiwang.connectors.witness.client import PAGE
from yiwang.connectors.witness.file import FileWitness
from yiwang.ground.sealed import head_of
from yiwang.plumbing.witnesses import Silent, Unwitnessed

LONGEST = 64 * 1024
"""Bytes of a question: a head with 64 hashes of proof has less than six thousand."""


def serving(host: str, port: int, keeps: FileWitness) -> ThreadingHTTPServer:
    """见证服务: a server that answers for this witness once somebody calls `serve_forever`; port 0 takes any."""

    class Handler(_Handler):
        witness = keeps

    return ThreadingHTTPServer((host, port), Handler)


class _Handler(BaseHTTPRequestHandler):
    witness: FileWitness
    timeout = 10.0
    server_version = "yiwang-witness"
    sys_version = ""

    def do_GET(self) -> None:
        """`/heads/latest`: the last head or null. `/heads?after=SIZE`: a page of those behind it."""
        self._answered(self._asked)

    def do_POST(self) -> None:
        """`/heads` with `head` and `proof`: taken (201), or refused (409) with `why`."""
        self._answered(self._given)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the library calls it so
        """Nothing: its file is its log."""

    def _asked(self) -> tuple[int, object]:
        asked = urlsplit(self.path)
        if asked.path == "/heads/latest":
            last = self.witness.latest()
            return HTTPStatus.OK, last and last.as_text()
        if asked.path == "/heads":
            after = int(parse_qs(asked.query).get("after", ["0"])[0])
            behind = (head.as_text() for head in self.witness.heads() if head.size > after)
            return HTTPStatus.OK, list(islice(behind, PAGE))
        return HTTPStatus.NOT_FOUND, {"why": "no such page"}

    def _given(self) -> tuple[int, object]:
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != "/heads" or not 0 < length <= LONGEST:
            return HTTPStatus.NOT_FOUND, {"why": "no such page"}
        said = json.loads(self.rfile.read(length))
        self.witness.take(head_of(said["head"]), [bytes.fromhex(step) for step in said["proof"]])
        return HTTPStatus.CREATED, {"taken": True}

    def _answered(self, answer: Callable[[], tuple[int, object]]) -> None:
        try:
            status, body = answer()
        except Unwitnessed as refusal:
            status, body = HTTPStatus.CONFLICT, {"why": str(refusal)}
        except Silent as trouble:
            status, body = HTTPStatus.SERVICE_UNAVAILABLE, {"why": str(trouble)}
        except (ValueError, KeyError, TypeError, AttributeError):
            status, body = HTTPStatus.BAD_REQUEST, {"why": "not a head with its proof"}
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
