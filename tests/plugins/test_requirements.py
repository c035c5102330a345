"""要求插件 — the requirement plugin counts proofs, refuses unknown ids and, in CI, a skipped browser."""

import pytest

pytest_plugins = ("pytester",)

PLUGIN = ("-p", "tests.plugins.requirements", "-p", "no:cacheprovider")
MARKERS = """
[pytest]
markers =
    requirement(id): proves a requirement
    browser: needs Chromium
    database: needs PostgreSQL
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini(MARKERS)
    return pytester


def test_the_table_names_the_tests_and_says_open(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest

        @pytest.mark.requirement("R14", "SOD1")
        @pytest.mark.parametrize("number", [1, 2])
        def test_受办分离(number):
            pass
        """
    )
    result = suite.runpytest_inprocess(*PLUGIN, "--requirements")
    assert result.ret == 0
    result.stdout.re_match_lines(
        [
            r"R14 +The key: separate acceptance from handling",
            r" +\S+::test_受办分离$",
            r"R15 +Separate handling from evaluation",
            r" +«open»",
            r"R95 .*",
            r"K15 .*",
            r"V25 .*",
            r"SOD1 .*",
            r" +\S+::test_受办分离$",
            r"1 of 95 requirements proven.*",
        ]
    )


@pytest.mark.parametrize("workers", ["0", "1"])
def test_an_unknown_id_fails_the_run(suite: pytest.Pytester, workers: str) -> None:
    suite.makepyfile("import pytest\n\n@pytest.mark.requirement('R96')\ndef test_a():\n    pass\n")
    result = suite.runpytest_inprocess(*PLUGIN, "-p", "xdist", "-n", workers)
    assert result.ret != 0
    assert "requirement('R96') is not in requirements.csv" in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize("required, outcome", [("0", {"skipped": 1}), ("1", {"failed": 1})])
def test_a_skipped_browser_test_fails_where_the_browser_is_promised(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, required: str, outcome: dict[str, int]
) -> None:
    monkeypatch.setenv("YIWANG_REQUIRE_BROWSER", required)
    suite.makepyfile("import pytest\n\n@pytest.mark.browser\ndef test_a():\n    pytest.skip('no Chromium')\n")
    suite.runpytest_inprocess(*PLUGIN).assert_outcomes(**outcome)


@pytest.mark.parametrize("required, outcome", [("0", {"skipped": 1}), ("1", {"errors": 1})])
def test_a_file_that_skips_itself_is_an_error_there(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, required: str, outcome: dict[str, int]
) -> None:
    monkeypatch.setenv("YIWANG_REQUIRE_BROWSER", required)
    suite.makepyfile("import pytest\n\npytest.skip('no Chromium', allow_module_level=True)\n")
    suite.runpytest_inprocess(*PLUGIN).assert_outcomes(**outcome)


def test_what_rests_on_the_server_is_marked_and_can_be_left_out(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import pytest

        @pytest.fixture
        def cluster():
            return "server"

        @pytest.fixture
        def engine(cluster):
            return cluster

        def test_service(engine):
            pass

        def test_rule():
            pass
        """
    )
    suite.runpytest_inprocess(*PLUGIN, "-m", "not database").assert_outcomes(passed=1, deselected=1)
