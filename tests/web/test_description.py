"""接口说明 — whatever fits /openapi.json is answered as /openapi.json says, whoever asks; and never with 5xx."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec
import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from yiwang.gateway import absence, demands, following, handling, verbs, views
from yiwang.gateway.examples import EXAMPLES, SENT

from tests.gateway.conftest import QUALIFICATION
from tests.web.conftest import CLERK, Served

pytestmark = pytest.mark.slow

ACCOUNTS = ("", CLERK, "jst-handler-330000", "firm-1", "client-jst")
TRIES = 4
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="session")
def described(served: Served) -> BaseSchema:
    """The description as the server gives it."""
    return schemathesis.openapi.from_url(f"{served.address}/openapi.json")


@pytest.mark.parametrize("login", ACCOUNTS)
def test_answers_are_as_described(described: BaseSchema, served: Served, real: dict[str, str], login: str) -> None:
    headers = {"Authorization": f"Bearer {served.tokens[login]}"} if login else {}
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)

        @settings(max_examples=TRIES, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
        @given(case=fitting | operation.as_strategy())
        def ask(case: Case[Any]) -> None:
            case.path_parameters.update({name: real[name] for name in case.path_parameters if name in real})
            if isinstance(case.body, dict) and "item" in case.body:
                case.body["item"] = QUALIFICATION
            if "Idempotency-Key" in case.headers:
                case.headers["Idempotency-Key"] = str(uuid4())
            case.call_and_validate(headers=headers, checks=CHECKS)

        ask()


def test_every_body_sent_to_us_has_an_example_that_fits(served: Served) -> None:
    with served.client() as program:
        schema = program.get("/openapi.json").json()
    bodies = set()
    for methods in schema["paths"].values():
        for route in methods.values():
            content = route.get("requestBody", {}).get("content", {})
            bodies |= {ref for ref in _references(content.get("application/json", {}).get("schema", {})) if ref}
    assert bodies == SENT
    for name, example in EXAMPLES.items():
        assert schema["components"]["schemas"][name]["examples"] == [example]
        shape = next(
            getattr(part, name) for part in (views, following, verbs, demands, absence, handling) if hasattr(part, name)
        )
        assert msgspec.convert(example, shape) is not None


def _references(schema: dict[str, Any]) -> list[str]:
    parts = [schema, *schema.get("oneOf", []), *schema.get("anyOf", [])]
    return [str(part["$ref"]).rpartition("/")[2] for part in parts if "$ref" in part]


def test_the_readable_page_shows_each_route_under_the_strict_policy(served: Served) -> None:
    with served.client() as browser:
        page = browser.get("/docs")
        paths = browser.get("/openapi.json").json()["paths"]
    assert [path for path in paths if path not in page.text] == []
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "//cdn" not in page.text
    assert "<script>" not in page.text
