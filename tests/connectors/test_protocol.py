"""部门接口协议 — only signed questions that name item, material, case, operator and subject are answered, and once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import msgspec
import pytest

from yiwang.connectors import protocol

from tests.connectors.questions import PERSON
from tests.plugins.departments import SECRET, Sandbox

DOCUMENT = Path(__file__).parents[2] / "docs" / "howto" / "department-protocol.md"
TARGET = "/GAT/resources/id_card"


def body(**changes: Any) -> dict[str, Any]:
    subject = {"kind": "person", "identifier": PERSON.identifier, "name": PERSON.name}
    asked = {
        "request_id": str(uuid4()),
        "item": "许可-90015-000",
        "case": str(uuid4()),
        "material": "id_card",
        "data_items": ["name", "identifier"],
        "operator": "clerk-330106",
        "subject": subject,
    }
    return {k: v for k, v in {**asked, **changes}.items() if v is not None}


def signed(content: bytes, *, target: str = TARGET, late: int = 0, **changes: Any) -> dict[str, str]:
    """The headers of a question, right but for what is changed; signed `late` seconds ago."""
    told: dict[str, Any] = {
        "client": "yiwang",
        "stamp": str(int(time.time()) - late),
        "nonce": uuid4().hex,
        "secret": SECRET,
        **changes,
    }
    signature = protocol.sign_request(
        told["secret"], told["client"], "POST", target, told["stamp"], told["nonce"], content
    )
    return {
        "content-type": "application/json",
        protocol.CLIENT: told["client"],
        protocol.TIMESTAMP: told["stamp"],
        protocol.NONCE: told["nonce"],
        protocol.SIGNATURE: signature,
    }


def ask(sandbox: Sandbox, content: bytes, headers: dict[str, str], target: str = TARGET) -> httpx2.Response:
    return sandbox.http.post(target, content=content, headers=headers)


def test_a_genuine_question_gets_exactly_what_it_asks_for(sandbox: Sandbox) -> None:
    """签名无误，问什么答什么，应答也有签名。"""
    content = msgspec.json.encode(body())
    headers = signed(content)
    answer = ask(sandbox, content, headers)
    assert answer.status_code == 200
    assert answer.json()["values"] == {"name": PERSON.name, "identifier": PERSON.identifier}
    assert answer.json()["source"] == "GAT"
    expected = protocol.sign_answer(SECRET, headers[protocol.NONCE], 200, answer.content)
    assert answer.headers[protocol.SIGNATURE] == expected


def _of_another(content: bytes) -> bytes:
    other = "330101195001010031"
    assert PERSON.identifier.encode() in content
    return content.replace(PERSON.identifier.encode(), other.encode())


@pytest.mark.requirement("R47")
@pytest.mark.parametrize(
    "changes, tampered, code",
    [
        ({"secret": bytes(32)}, None, "signature"),
        ({"client": "somebody"}, None, "signature"),
        ({"target": "/GAT/resources/household_register"}, None, "signature"),
        ({"late": 2 * protocol.WINDOW}, None, "timestamp"),
        ({"late": -2 * protocol.WINDOW}, None, "timestamp"),
        ({"stamp": "yesterday"}, None, "timestamp"),
        ({"nonce": "short"}, None, "nonce"),
        ({"nonce": "n" * 129}, None, "nonce"),
        ({}, _of_another, "signature"),
        ({}, lambda content: content + b" ", "signature"),
    ],
)
def test_nobody_else_is_answered(
    sandbox: Sandbox, changes: dict[str, Any], tampered: Callable[[bytes], bytes] | None, code: str
) -> None:
    """密钥、身份、地址、时间、随机数、内容，错一样都不答。"""
    content = msgspec.json.encode(body())
    headers = signed(content, **changes)
    answer = ask(sandbox, tampered(content) if tampered else content, headers)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert PERSON.name not in answer.text


def test_no_question_is_answered_twice(sandbox: Sandbox) -> None:
    """重放不答。"""
    content = msgspec.json.encode(body())
    headers = signed(content)
    assert ask(sandbox, content, headers).status_code == 200
    again = ask(sandbox, content, headers)
    assert (again.status_code, again.json()["code"]) == (401, "nonce")


@pytest.mark.requirement("R47")
@pytest.mark.parametrize("name", ["item", "case", "material", "operator", "subject"])
@pytest.mark.parametrize("value", [None, "", " ", 7])
def test_a_question_names_its_purpose(sandbox: Sandbox, name: str, value: object) -> None:
    """不写明事项、办件、材料、经办人、当事人的不答。"""
    content = msgspec.json.encode(body(**{name: value}))
    answer = ask(sandbox, content, signed(content))
    assert (answer.status_code, answer.json()["code"], answer.json()["missing"]) == (400, "incomplete", [name])


@pytest.mark.parametrize(
    "changes, status, code",
    [
        ({"data_items": ["name", "salary"]}, 400, "unknown_data_item"),
        ({"data_items": []}, 400, "malformed"),
        ({"data_items": "name"}, 400, "malformed"),
        ({"subject": {"kind": "person", "identifier": "330101195001010031"}}, 404, "no_record"),
        ({"subject": {"kind": "firm", "identifier": PERSON.identifier}}, 404, "no_record"),
        ({"subject": {"kind": "ghost", "identifier": PERSON.identifier}}, 400, "malformed"),
    ],
)
def test_what_was_not_declared_is_not_given(sandbox: Sandbox, changes: dict[str, Any], status: int, code: str) -> None:
    """资源里没有的数据项、查无此人、类别不符，都不给。"""
    content = msgspec.json.encode(body(**changes))
    answer = ask(sandbox, content, signed(content))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("target", ["/GAT/resources/secrets", "/NOBODY/resources/id_card"])
def test_an_unknown_place_is_not_there(sandbox: Sandbox, target: str) -> None:
    """没有的部门、没有的资源。"""
    content = msgspec.json.encode(body())
    assert ask(sandbox, content, signed(content, target=target), target).status_code == 404


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 5000, b'{"item": NaN}'])
def test_a_broken_body_is_refused(sandbox: Sandbox, content: bytes) -> None:
    """坏的内容被拒，服务照常。"""
    assert ask(sandbox, content, signed(content)).status_code == 400
    assert sandbox.http.get("/_console").status_code == 200


def test_the_console_is_closed_to_strangers(sandbox: Sandbox) -> None:
    """没有令牌进不了控制台。"""
    stranger = {"Authorization": "Bearer guess"}
    assert sandbox.http.get("/_console", headers=stranger).status_code == 401
    assert sandbox.http.post("/_console/GAT", json={"mode": "down"}, headers=stranger).status_code == 401


def test_the_worked_example_of_the_document_is_right() -> None:
    """说明书里的算例，用标准库重算一遍，一字不差。"""
    text = DOCUMENT.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)
    secret, question, to_sign, signature, answer, to_sign_back, signature_back = (
        b for kind, b in blocks if kind == "text"
    )
    key = bytes.fromhex(secret)
    client, target, stamp, nonce = "yiwang", TARGET, "1502672400", "9f1c2ab85d3e4f6071829304a5b6c7d8"
    lines = ["request", client, "POST", target, stamp, nonce, sha256(question.encode()).hexdigest()]
    assert to_sign.split("\n") == lines
    assert signature == "hmac-sha256=" + digest(key, to_sign.encode(), "sha256").hex()
    assert signature == protocol.sign_request(key, client, "POST", target, stamp, nonce, question.encode())
    assert to_sign_back.split("\n") == ["answer", nonce, "200", sha256(answer.encode()).hexdigest()]
    assert signature_back == protocol.sign_answer(key, nonce, 200, answer.encode())
    assert {"item", "case", "material", "operator", "subject"} <= msgspec.json.decode(question, type=dict).keys()
