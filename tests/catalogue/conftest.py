"""事项库测试的共用件 — every item that comes with the system; random examples without a stop-watch."""

from __future__ import annotations

import pytest
from hypothesis import settings

from yiwang.catalogue import seed
from yiwang.catalogue.messages import Item

settings.register_profile("catalogue", deadline=None)
settings.load_profile("catalogue")


@pytest.fixture(scope="session")
def items() -> dict[str, Item]:
    """All items by name."""
    return {item.name: item for item in seed.demo_items()}
