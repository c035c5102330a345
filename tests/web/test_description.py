"""接口说明 — whatever fits /openapi.json is answered as /openapi.json says, whoever asks; and never with 5xx."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

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

from tests.gateway.conftest import QUALIFICATION
from tests.web.conftest import CLERK, Served

pytestmark = pytest.mark.slow

ACCOUNTS = ("", CLERK, "jst-handler-330000", "firm-1", "client-jst")
EXAMPLES = 6
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

        @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
        @given(case=fitting | operation.as_strategy())
        def ask(case: Case[Any]) -> None:
            case.path_parameters.update({name: real[name] for name in case.path_parameters if name in real})
            if isinstance(case.body, dict) and "item" in case.body:
                case.body["item"] = QUALIFICATION
            if "Idempotency-Key" in case.headers:
                case.headers["Idempotency-Key"] = str(uuid4())
            case.call_and_validate(headers=headers, checks=CHECKS)

        ask()
