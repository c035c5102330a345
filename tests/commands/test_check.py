"""编译命令 — `yiwang check` over files as an official keeps them: clean, with a fault, unreadable."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest
import yaml
from typer.testing import CliRunner

from yiwang.catalogue.seed import DATA
from yiwang.cli import app

ITEMS = DATA / "items"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The drawn items, to spoil."""
    return Path(copytree(ITEMS, tmp_path / "items"))


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", *map(str, arguments)])
    return result.exit_code, result.output


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_没有错误时_退出码为零() -> None:
    code, output = run(ITEMS)
    assert code == 0
    assert "0 errors" in output


@pytest.mark.requirement("R01")
def test_加一次到场_得到反例(mine: Path) -> None:
    item = yaml.safe_load((mine / "joint_testing.yaml").read_text(encoding="utf-8"))
    review = next(s for s in item["flow"]["steps"] if s["kind"] == "special")
    review |= {"visits": 1, "visit_reason": "申请人到场陪同"}
    (mine / "joint_testing.yaml").write_text(yaml.safe_dump(item, allow_unicode=True), encoding="utf-8")
    code, output = run(mine)
    assert code == 1
    assert "到场 2 次" in output
    code, output = run(mine, "--json", "--item", item["code"])
    found = next(f for f in json.loads(output) if f["code"] == "visit.second")
    assert code == 1
    assert found["path"]["steps"][0] == "accept"
    assert found["path"]["steps"][-1] == review["id"]
    assert "第 1 步" in found["message_zh"]
    assert "step 1 " in found["message_en"]
    assert found["basis"]
    assert found["fix"]


@pytest.mark.requirement("R38")
def test_把部门的材料改成自备_说出哪个部门掌握(mine: Path) -> None:
    held = "  source:\n    kind: department\n    label: 省工商局\n    line: GSJ\n  resource: business_licence\n"
    spoil(mine, "construction_qualification.yaml", held, "  source:\n    kind: self\n    label: 申请人自备\n")
    code, output = run(mine)
    assert code == 1
    assert "「营业执照」由省工商行政管理局掌握" in output


def test_读不懂的文件和用法错误_退出码为二(mine: Path) -> None:
    (mine / "bad.yaml").write_text("code: [", encoding="utf-8")
    assert run(mine)[0] == 2
    assert run()[0] == 2
    assert run(ITEMS, "--published")[0] == 2
    assert run(ITEMS, "--item", "没有")[0] == 2
