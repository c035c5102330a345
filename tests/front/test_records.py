"""记录用语的规格 — no field of a department's record stands on a page by its code."""

from yiwang.catalogue.seed import demo_items
from yiwang.connectors.sandbox import holdings
from yiwang.front.records import labels


def test_部门记录的每一栏都有名称() -> None:
    item = demo_items()[0]
    asked = {code for resource in holdings.resources().values() for code in resource.data_items}
    assert len(asked) > 20
    for language in ("zh", "en"):
        assert asked - labels(item, language).keys() == set()
    assert labels(item, "zh")["issued_on"] != labels(item, "en")["issued_on"]
