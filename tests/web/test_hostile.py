"""恶意输入 — whatever is sent, the answer is 4xx and the server lives on."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import anyio
import pytest
from litestar.exceptions import HTTPException
from litestar.types import Receive

from yiwang.catalogue.messages import StepKind
from yiwang.desks.department.commands import command_of
from yiwang.front.admission import READ_SECONDS, hurried
from yiwang.front.desk import Form

from tests.web.conftest import Served

pytestmark = pytest.mark.usefixtures("lives")

FORM = "application/x-www-form-urlencoded"
HEAD = b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
MEGA = 1024 * 1024


@pytest.mark.parametrize(
    "target",
    [
        "/?q=%00",
        "/?q=%ff%fe",
        "/?q=%ED%A0%80",
        "/items/%00",
        "/items/%ff",
        "/items/%ED%A0%80",
        "/licences/%00",
        "/" + "a" * 20_000,
        "/?" + "q=1&" * 4_000,
        "/desk/16384-00000000-0000-0000-0000-000000000000",
    ],
)
def test_unreadable_addresses(served: Served, target: str) -> None:
    answer = served.raw(b"GET " + target.encode() + HEAD + b"\r\n")
    assert answer.split(b" ")[1:2] in ([b"303"], [b"400"], [b"404"], [b"414"]), answer


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1", "1e400", "9" * 30, "9" * 5_000, "²", "１"])
@pytest.mark.parametrize("path", ["/window?offset=", "/supervision?offset=", "/desk?offset=", "/my/data?offset="])
def test_numbers_that_are_none(served: Served, path: str, number: str) -> None:
    seats = {"/window": "clerk-330106", "/supervision": "supervisor", "/my/data": "citizen-1"}
    login = seats.get(path.partition("?")[0], "fgw-handler-330106")
    with served.client(login) as browser:
        assert browser.get(path + number).status_code < 500


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"login=%00",
        b"login=a\x00b",
        b"login=%ff",
        b"login=%ED%A0%80",
        b"&" * 100_000,
        b"a=1&" * 5_000,
        b"login=" + b"%" * 100_000,
        b"[" * 100_000,
        b'{"login": NaN}',
    ],
)
def test_unreadable_forms(served: Served, body: bytes) -> None:
    with served.client() as browser:
        answer = browser.post("/login", content=body, headers={"content-type": FORM})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "kind",
    [
        FORM + "; charset=gbk",
        FORM + "; charset=utf-16",
        FORM + "; charset=nonsense",
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "\xe4",
    ],
)
def test_wrong_kinds_of_content(served: Served, kind: str) -> None:
    with served.client() as browser:
        answer = browser.post(
            "/login", content=b"login=a&password=b", headers={b"content-type": kind.encode("latin-1")}
        )
    assert answer.status_code == 415


def test_packed_content_is_not_unpacked(served: Served) -> None:
    with served.client() as browser:
        answer = browser.post("/login", content=b"x", headers={"content-type": FORM, "content-encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize("path", ["/login", "/api/v1/token", "/nowhere"])
def test_thirty_megabytes_announced(served: Served, path: str) -> None:
    length = f"Content-Type: {FORM}\r\nContent-Length: {30 * MEGA}\r\n\r\n".encode()
    answer = served.raw(b"POST " + path.encode() + HEAD + length)
    assert answer.split(b" ")[1] in (b"413", b"404", b"405"), answer


def test_thirty_megabytes_sent_in_pieces(served: Served) -> None:
    pieces = (b"x" * MEGA for _ in range(30))
    with served.client() as browser:
        answer = browser.post("/login", content=pieces, headers={"content-type": FORM})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        b"X: " + b"a" * 20_000,
        b"X: " + b"a" * 2_000_000,
        b"\r\n".join(b"X-%d: 1" % n for n in range(90)),
        b"\r\n".join(b"X-%d: 1" % n for n in range(3_000)),
        b"Cookie: " + b"yiwang=a; " * 3_000,
    ],
)
def test_huge_headers(served: Served, headers: bytes) -> None:
    answer = served.raw(b"GET /" + HEAD + headers + b"\r\n\r\n")
    assert answer.split(b" ")[1:2] in ([], [b"400"], [b"431"]), answer


@pytest.mark.parametrize(
    "header",
    [
        b"Cookie: yiwang=\xff\xfe",
        b"Cookie: yiwang_language=\xff; ;;;=;",
        b"Accept-Language: \xff, *;q=NaN, en;q=99999999999999999999",
        b"Referer: javascript:alert(1)",
        b"Referer: http://[",
        b"Content-Length: -1",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Expect: nonsense",
        b"Range: bytes=9999999999-",
        b"If-None-Match: \xff",
        b"If-Modified-Since: nonsense",
        b"Origin: \xff",
        b"X-Forwarded-For: \xff",
    ],
)
def test_strange_headers(served: Served, header: bytes) -> None:
    for path in (b"/", b"/nowhere", b"/static/app.js"):
        answer = served.raw(b"GET " + path + HEAD + header + b"\r\n\r\n")
        assert b" 5" not in answer[:13], (path, answer)


@pytest.mark.parametrize("host", [b"[", b"[::1", b"a]b", b"a b", b"\xff", b"a/b", b"user@host", b"h:99999999", b""])
def test_strange_hosts(served: Served, host: bytes) -> None:
    for path in (b"/", b"/desk", b"/nowhere", b"/api/v1/nowhere"):
        answer = served.raw(b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
        assert answer.split(b" ")[1:2] != [b"500"], (path, answer)


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"PROPFIND", b"FOO", b"OPTIONS", b"HEAD", b"get", b"PATCH"])
def test_strange_methods(served: Served, method: bytes) -> None:
    for path in (b"/", b"/desk", b"/nowhere"):
        answer = served.raw(method + b" " + path + HEAD + b"\r\n")
        assert b" 5" not in answer[:13], (path, answer)


@pytest.mark.parametrize(
    "said", [b"", b"\x00" * 100, b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_no_http_at_all(served: Served, said: bytes) -> None:
    line = served.connect()
    line.sendall(said)
    line.close()


def test_half_open_requests_keep_nobody_waiting(served: Served, lives: Callable[[], None]) -> None:
    unfinished = (
        b"",
        b"GET / HT",
        b"GET /" + HEAD,
        b"POST /login" + HEAD + b"Content-Type: " + FORM.encode() + b"\r\nContent-Length: 100\r\n\r\nlogin=",
    )
    with ExitStack() as stack:
        for number in range(200):
            line = stack.enter_context(served.connect())
            line.sendall(unfinished[number % len(unfinished)])
        for _ in range(3):
            lives()


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def silence() -> Any:
        await anyio.sleep_forever()

    async def hang_up() -> Any:
        return {"type": "http.disconnect"}

    async def read(receive: Receive, seconds: float) -> None:
        await hurried(receive, seconds)()

    # In a thread: a browser test of the same process leaves its loop in the main one.
    with ThreadPoolExecutor(1) as elsewhere:
        for receive, seconds, status in ((silence, 0.0, 408), (hang_up, READ_SECONDS, 400)):
            with pytest.raises(HTTPException) as refused:
                elsewhere.submit(anyio.run, read, receive, seconds).result()
            assert refused.value.status_code == status


def test_a_number_of_days_that_only_looks_like_one() -> None:
    form = Form([("outcome", "start"), ("days_needed", "²")])
    where = {"home": 1, "id": uuid4(), "task": uuid4()}
    assert command_of(StepKind.SPECIAL, form, where)[1].days_needed == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"NaN",
        b'{"login": NaN}',
        b'{"login": Infinity, "secret": -Infinity}',
        b'{"login": "\\ud800", "secret": "\\udfff"}',
        b'{"login": "\\u0000", "secret": "a"}',
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b'{"login": "\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"login": 1, "login": 2}',
        json.dumps({"login": "登录"}).encode("gbk"),
        json.dumps({"login": "a", "secret": "b"}).encode("utf-16"),
    ],
)
def test_unreadable_json(served: Served, body: bytes) -> None:
    with served.client() as program:
        answer = program.post("/api/v1/token", content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


NO_ADDRESSES = ["http://[", "http://h:99999999/", "http://h:0/", "http://a b/", "http://u:p@h/", "http:///"]


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_addresses_that_are_none(served: Served, url: str) -> None:
    body = {"url": url, "secret": "s" * 32, "events": ["case.accepted"]}
    headers = {"authorization": f"Bearer {served.tokens['client-jst']}", "idempotency-key": str(uuid4())}
    with served.client() as program:
        answer = program.post("/api/v1/webhooks", json=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/url"
