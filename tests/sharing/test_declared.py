"""用途限定 — a department's part of a material may be asked for just as the published version declares it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yiwang.catalogue.messages import Category, DataItem, Material, Source, SourceKind
from yiwang.sharing.rules.declared import is_declared

POLICE = Source(kind=SourceKind.DEPARTMENT, label="省公安厅", line="GAT")
OWN = Source(kind=SourceKind.SELF, label="自行填写")


def field(code: str, source: Source = POLICE) -> DataItem:
    return DataItem(code=code, name=code, source=source)


WHOLE = Material(code="m", name="身份证", category=Category.LICENCE, source=POLICE, resource="id_card")
FORM = replace(WHOLE, source=OWN, data_items=(field("name"), field("address"), field("reason", OWN)))
PART = replace(FORM, source=POLICE, data_items=(field("name"), field("address")))


@pytest.mark.requirement("R47", "R61")
@pytest.mark.parametrize(
    "part, whole, declared",
    [
        (WHOLE, WHOLE, True),
        (PART, FORM, True),
        (replace(PART, data_items=(field("name"),)), FORM, True),
        (WHOLE, None, False),
        (replace(WHOLE, data_items=(field("name"),)), WHOLE, False),
        (replace(WHOLE, resource="other"), WHOLE, False),
        (replace(WHOLE, source=replace(POLICE, line="GSJ")), WHOLE, False),
        (replace(PART, data_items=()), FORM, False),
        (replace(PART, data_items=(field("name"), field("salary"))), FORM, False),
        (replace(PART, data_items=(field("reason", OWN),)), FORM, False),
        (FORM, FORM, False),
    ],
)
def test_only_what_is_declared(part: Material, whole: Material | None, declared: bool) -> None:
    """声明了的才可以取：整件取整件，分项取其中几项，来源不变。"""
    assert is_declared(part, whole) is declared
