"""事项文件 — every item survives being written and read; whatever is broken in a file is named by its place."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiwang.catalogue.messages import Item
from yiwang.catalogue.rules.plain import digest, from_plain, to_plain
from yiwang.catalogue.seed import demo_items
from yiwang.ground.outcome import Invalid

JOINT = next(to_plain(item) for item in demo_items() if item.name == "检验检测机构资质联合审批")
CODE = JOINT["code"]


def test_every_item_comes_back_as_it_was(items: dict[str, Item]) -> None:
    """写出再读入，事项不变，摘要不变。"""
    for item in items.values():
        again = from_plain(to_plain(item))
        assert again == item
        assert digest(again) == digest(item)


def place(*path: str | int, value: object) -> tuple[str, str]:
    raw: Any = deepcopy(JOINT)
    inner = raw
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(Invalid) as invalid:
        from_plain(raw)
    (error,) = invalid.value.errors
    return error.field, error.code


@pytest.mark.parametrize(
    "path, value, field, code",
    [
        (("name",), None, "name", "field.required"),
        (("name",), " ", "name", "field.required"),
        (("legal",), "45 days", "legal", "field.limit"),
        (("levels",), "省", "levels", "field.list"),
        (("audience",), 7, "audience", "field.list"),
        (("name",), "a\0", "name", "field.text"),
        (("name",), "\ud800", "name", "field.text"),
        (("result_kind",), "", "result_kind", "field.required"),
        (("audience",), [], "audience", "field.required"),
        (("levels",), ["\0"], "levels", "field.list"),
        (("visits",), "一次", "visits", "field.number"),
        (("visits",), True, "visits", "field.number"),
        (("case_type",), "slow", "case_type", "field.choice"),
        (("questions", 1, "options", 0, "label"), 1.5, "questions.2.options.1.label", "field.text"),
        (("materials", 2), "身份证", "materials.3", "field.list"),
        (("materials", 2, "category"), "paper", "materials.3.category", "field.choice"),
        (("materials", 1, "source", "kind"), "thief", "materials.2.source.kind", "field.choice"),
        (("materials", 0, "data_items", 1, "name"), None, "materials.1.data_items.2.name", "field.required"),
        (("materials", 0, "data_items", 1, "source"), "x", "materials.1.data_items.2.source", "field.source"),
        (("materials", 0, "when"), {"a": ["b"], "c": ["d"]}, "materials.1.when", "field.condition"),
        (("materials", 0, "when"), {"a": ["\0"]}, "materials.1.when", "field.condition"),
        (("flow",), None, "flow", "field.required"),
        (("flow", "steps", 3, "who"), "ZJJ@moon:clerk", "flow.steps.4.who", "field.who"),
        (("flow", "steps", 3, "limit"), "soon", "flow.steps.4.limit", "field.limit"),
        (("flow", "steps", 3, "ground"), "CONSULTATION", "flow.steps.4.ground", "field.choice"),
        (("flow", "edges", 4, "to"), {}, "flow.edges.5.to", "field.text"),
    ],
)
def test_the_place_of_an_error_is_exact(path: tuple[str | int, ...], value: object, field: str, code: str) -> None:
    """错在哪里说到哪一行。"""
    assert place(*path, value=value) == (f"{CODE}.{field}", code)


junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["\0", "\ud800", [], {}, [[]], [""]]),
)


def _paths(raw: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    pairs = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [path] * bool(path) + [p for key, inner in pairs for p in _paths(inner, (*path, key))]


@given(st.sampled_from(_paths(JOINT)), junk)
def test_no_file_can_do_more_than_be_refused(path: tuple[str | int, ...], value: object) -> None:
    """任何坏文件只会被拒，不会弄坏程序。"""
    raw: Any = deepcopy(JOINT)
    inner = raw
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with suppress(Invalid):
        read = from_plain(raw)
        assert from_plain(to_plain(read)) == read


@pytest.mark.parametrize("raw", [None, [], "事项", 7])
def test_what_is_no_item_at_all_is_refused(raw: object) -> None:
    """不是事项的文件。"""
    with pytest.raises(Invalid, match="unreadable"):
        from_plain(raw)
