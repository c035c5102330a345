"""接口说明 — /openapi.json for programs, /docs for people, from the same types."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response

from yiwang.front.desk import Desk
from yiwang.front.routes import page
from yiwang.gateway.examples import EXAMPLES

OPEN: dict[str, Any] = {"public": "whoever builds a client reads it first"}
METHODS = ("get", "post", "delete")


@page("/openapi.json", opt=OPEN)
def openapi(desk: Desk) -> Response[bytes]:
    """OpenAPI 3.1, made from the types of the routes."""
    return Response(msgspec.json.encode(_schema(desk)), media_type="application/json")


def _schema(desk: Desk) -> dict[str, Any]:
    schema: dict[str, Any] = desk.request.app.openapi_schema.to_schema()
    for name, example in EXAMPLES.items():
        schema["components"]["schemas"][name]["examples"] = [example]
    return schema


@page("/docs", opt=OPEN)
def docs(desk: Desk) -> Response[str]:
    """The same, to be read: by business, each route with its fields."""
    schema = _schema(desk)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                route = methods[method]
                groups.setdefault(route["tags"][0], []).append(_told(schema, path, method, route))
    return desk.page("docs.html", title=schema["info"]["title"], about=schema["info"]["description"], groups=groups)


def _told(schema: dict[str, Any], path: str, method: str, route: dict[str, Any]) -> dict[str, Any]:
    """One route as the page shows it."""
    body = route.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    good: dict[str, Any] = next((r for status, r in route["responses"].items() if status.startswith("2")), {})
    answer = good.get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "path": path,
        "method": method.upper(),
        "about": route.get("description", ""),
        "parameters": route.get("parameters", []),
        "body": _fields(schema, body),
        "example": _example(body),
        "answer": _fields(schema, answer),
        "open": not route.get("security"),
    }


def _fields(schema: dict[str, Any], part: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a referenced shape: name, kind, whether it must be there."""
    found = schema["components"]["schemas"].get(_shape(part), {})
    must = set(found.get("required", []))
    return [
        {"name": field, "kind": _kind(kind), "required": field in must}
        for field, kind in found.get("properties", {}).items()
    ]


def _example(part: dict[str, Any]) -> str:
    found = EXAMPLES.get(_shape(part))
    return "" if found is None else msgspec.json.format(msgspec.json.encode(found), indent=2).decode()


def _shape(part: dict[str, Any]) -> str:
    """The name of a referenced shape; of a body that may be left out the one it has when it is there."""
    named: dict[str, Any] = next((one for one in (part, *part.get("oneOf", ())) if "$ref" in one), {})
    return str(named.get("$ref", "")).rpartition("/")[2]


def _kind(kind: dict[str, Any]) -> str:
    if "$ref" in kind:
        return str(kind["$ref"].rpartition("/")[2])
    if "oneOf" in kind:
        return " | ".join(_kind(one) for one in kind["oneOf"])
    if kind.get("type") == "array":
        return f"[{_kind(kind.get('items', {}))}]"
    return str(kind.get("format") or kind.get("type") or "any")


ROUTES = [openapi, docs]
