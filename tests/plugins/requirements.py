"""要求 — the pytest plugin that ties tests to the requirements they prove, and says what a test needs to run."""

from __future__ import annotations

import csv
import os
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import pytest

READINGS = Path(__file__).with_name("requirements.csv")
SERVER = "cluster"
"""The fixture under all that need PostgreSQL (tests/conftest.py); whoever rests on it gets the mark `database`."""


@cache
def readings() -> dict[str, str]:
    """Every known id with its short English reading: R01…R95, K1…K15, V01…V25, SOD1…SOD15."""
    with READINGS.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row["reading"] for row in csv.DictReader(lines)}


def unknown(item: pytest.Item) -> list[str]:
    """What is wrong with the requirement markers of a test: ids nobody knows."""
    named = [name for mark in item.iter_markers("requirement") for name in mark.args or ("",)]
    test = item.nodeid.partition("[")[0]
    return [f"{test}: requirement({name!r}) is not in {READINGS.name}" for name in named if name not in readings()]


def proofs(items: list[pytest.Item]) -> dict[str, list[str]]:
    """Which tests prove which id; a parametrised test counts once."""
    found: dict[str, list[str]] = {}
    for item in items:
        test = item.nodeid.partition("[")[0]
        for name in (name for mark in item.iter_markers("requirement") for name in mark.args):
            if test not in (tests := found.setdefault(name, [])):
                tests.append(test)
    return found


def table(found: dict[str, list[str]]) -> Iterator[str]:
    """The table of `make requirements`: id, reading, then the tests that prove it, or «open»."""
    known = readings()
    for name, reading in known.items():
        yield f"{name:<5} {reading}"
        for test in found.get(name, ["«open»"]):
            yield f"          {test}"
    seed = [name for name in known if name.startswith("R")]
    yield f"{sum(name in found for name in seed)} of {len(seed)} requirements proven, the rest open"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--requirements", action="store_true", help="print each requirement with the tests that prove it")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("requirements"):
        config.option.collectonly = True
        config.option.verbose = -3  # the table stands in place of pytest's own list and closing line


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if SERVER in getattr(item, "fixturenames", ()):
            item.add_marker("database")
    wrong = [line for item in items for line in unknown(item)]
    if wrong and not hasattr(config, "workerinput"):  # an error here would tear an xdist worker down without a word
        raise pytest.UsageError(*dict.fromkeys(wrong))
    if config.getoption("requirements"):
        print("\n".join(table(proofs(items))))
        items.clear()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("requirements") and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK


def pytest_runtest_setup(item: pytest.Item) -> None:
    for line in unknown(item):
        pytest.fail(line, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A browser test that skips is a failure where the browser was promised (`.ci/run`)."""
    report = yield
    if report.skipped and item.get_closest_marker("browser") and not hasattr(report, "wasxfail"):
        _fail_where_required(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Nor may a whole file skip itself there."""
    report = yield
    if report.skipped:
        _fail_where_required(report)
    return report


def _fail_where_required(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("YIWANG_REQUIRE_BROWSER") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped although YIWANG_REQUIRE_BROWSER=1: {report.longrepr}"
