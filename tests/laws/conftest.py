"""法则的共用件 — the house as it stands, read once for all laws."""

import pytest

from tests.laws.test_tidy import ROOT, Tree


@pytest.fixture(scope="session")
def house() -> Tree:
    return Tree(ROOT)
