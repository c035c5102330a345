"""试种 — every law of the house catches the one violation planted against it, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.laws.test_tidy import FUNCTION_LINES, LAWS, LINES, ROOT, Law, Tree

LINT = "from importlinter.cli import lint_imports_command as lint; lint()"
NAMED = '"""试种 — planted."""\n'

CONTRACTS = {
    "floors": {"ground/planted.py": "import yiwang.directory.messages"},
    "floors: siblings": {"intake/rules/planted.py": "import yiwang.oversight.rules"},
    "floors: a new folder": {"planted/__init__.py": ""},
    "rooms": {"intake/store/planted.py": "import yiwang.intake.service.planted", "intake/service/planted.py": ""},
    "rooms: a new room": {"intake/planted.py": ""},
    "doors": {"front/planted.py": "import yiwang.casework.rules"},
    "pure": {"intake/rules/planted.py": "import yiwang.ground.planted", "ground/planted.py": "import psycopg"},
    "driver": {"intake/service/planted.py": "import psycopg"},
    "cycles": {
        "front/planted.py": "import yiwang.front.planted_too",
        "front/planted_too.py": "import yiwang.front.planted",
    },
}

TIDY = {
    "folders_are_packages": {"front/planted_folder/planted.py": NAMED},
    "init_files_hold_a_docstring_only": {"front/planted_init/__init__.py": NAMED + "ANSWER = 42\n"},
    "files_open_with_their_name_in_both_languages": {"front/planted_name.py": '"""Planted."""\n'},
    "files_stay_short": {"front/planted_long.py": NAMED + "\n" * (LINES - 1)},
    "functions_stay_short": {
        "front/planted_function.py": NAMED + "def long() -> None:\n" + "    pass\n" * (FUNCTION_LINES - 1)
    },
    "names_say_what_is_inside": {"front/utils.py": NAMED},
    "imports_stand_at_the_top": {"front/planted_import.py": NAMED + "def load() -> None:\n    import json\n"},
    "systems_have_their_rooms": {"planted_system/__init__.py": NAMED, "planted_system/store.py": NAMED},
    "sql_names_its_own_schema_only": {
        "front/planted_sql.py": NAMED + 'SQL = "SELECT c.number FROM casework.case AS c"\n',
        "intake/planted_join.py": NAMED + 'SQL = "SELECT 1 FROM intake.visit v, casework.case c"\n',
        "intake/planted_table.py": NAMED + 'CASE = Table("casework.case", {}, ())\n',
        "intake/planted.sql": "CREATE TABLE intake.a (\n  id int REFERENCES directory.organisation (id)\n);\n",
    },
    "rules_are_pure": {
        "intake/rules/planted_now.py": NAMED + "from datetime import datetime\nNOW = datetime.now()\n",
        "intake/rules/planted_today.py": NAMED + "import datetime\nDAY = datetime.date.today\n",
        "intake/rules/planted_id.py": NAMED + "from uuid import uuid4\n",
        "intake/rules/planted_dice.py": NAMED + "import random\n",
        "intake/rules/planted_file.py": NAMED + 'TEXT = open("x")\n',
        "intake/rules/planted_library.py": NAMED + "import yaml\n",
        "ground/planted_clock.py": NAMED + "from time import time\n",
        "ground/planted_secret.py": NAMED + "from secrets import token_bytes\n",
        "ground/planted_urandom.py": NAMED + "import os\nDICE = os.urandom(8)\n",
    },
    "exceptions_carry_a_reason": {
        "front/planted_noqa.py": NAMED + "import json  # noqa: F401\n",
        "front/planted_bare_noqa.py": NAMED + "import json  # noqa — because it is nice to have\n",
        "front/planted_ignore.py": NAMED + "x: int = ''  # type: ignore[assignment]\n",
    },
}


def copy(to: Path) -> Path:
    """A copy of the house without what is not code."""
    left_out = shutil.ignore_patterns("__pycache__", "static", "locale", "*.csv", "*.gz")
    shutil.copytree(ROOT / "src" / "yiwang", to / "src" / "yiwang", ignore=left_out)
    shutil.copy(ROOT / ".importlinter", to)
    return to


def plant(house: Path, files: dict[str, str]) -> set[str]:
    """Write files into the package of a house and give their paths from its root; new rooms become packages."""
    for name, text in files.items():
        path = house / "src" / "yiwang" / name
        path.parent.mkdir(exist_ok=True)
        if path.parent.name in ("service", "store"):
            path.parent.with_suffix(".py").unlink(missing_ok=True)
            (path.parent / "__init__.py").write_text(NAMED, "utf-8")
        path.write_text(text, "utf-8")
    return {f"src/yiwang/{name}" for name in files}


def lint(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package of a house; its first place to look is the working directory."""
    command = [
        sys.executable,
        "-c",
        LINT,
        "--config",
        str(house / ".importlinter"),
        "--no-cache",
        "--no-logo",
        *arguments,
    ]
    return subprocess.run(command, cwd=house / "src", text=True, capture_output=True, check=False)


def test_the_house_keeps_its_contracts() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("case", CONTRACTS)
def test_a_contract_catches_its_planting(case: str, tmp_path: Path) -> None:
    house, contract = copy(tmp_path), case.partition(":")[0]
    plant(house, CONTRACTS[case])
    result = lint(house, "--contract", contract)
    assert result.returncode == 1
    assert f"{contract.title()} BROKEN" in result.stdout, result.stdout
    assert "planted" in result.stdout


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    house = copy(tmp_path_factory.mktemp("house"))
    for files in TIDY.values():
        plant(house, files)
    return Tree(house)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_law_catches_its_planting_and_nothing_else(law: Law, house: Tree, planted: Tree) -> None:
    files = [Path("src/yiwang", name) for name in TIDY[law.__name__]]
    own = {line.partition(":")[0] for line in law(house)}
    caught = {Path(line.partition(":")[0]) for line in law(planted)} - {Path(name) for name in own}
    assert [file for file in files if not {file, file.parent} & caught] == []
    assert caught <= {place for file in files for place in (file, file.parent)}
