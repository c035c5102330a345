"""装载的规格 — the six-column list comes in whole or not at all, says where it is wrong, and twice changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from yiwang.catalogue import seed
from yiwang.catalogue import service as catalogue

from tests.commands.conftest import Installation

HEAD = "部门,事项名称,材料类别,材料名称,数据项,数据来源\n"
FILING = "其他-90001-000"
SEED = f"""{HEAD}省发展改革委,投资项目备案通知书,表格,项目备案通知书,项目单位,自行填写
省发展改革委,投资项目备案通知书,表格,项目备案通知书,投资项目主管部门意见,省发改委
省发展改革委,投资项目备案通知书,证照,身份证,,省公安厅
省发展改革委,投资项目备案通知书,批文,用地批复,,省国土厅
"""


def write(tmp_path: Path, text: str, name: str = "list.csv") -> str:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def versions(of: Installation) -> int:
    [[count]] = of.sql("SELECT count(*) FROM catalogue.version")
    return int(count)


@pytest.mark.requirement("R59", "R60", "R61")
def test_the_seeds_own_list_is_what_the_demo_has_already(installation: Installation) -> None:
    """Codes, resources, conditions and checkpoints of known materials stay; the list adds nothing new."""
    before = versions(installation)
    ran = installation.run("load", "catalogue", str(seed.DATA / "seed_items.csv"), "--json")
    [loaded] = ran.said["loaded"]
    assert (ran.code, loaded["code"], loaded["version"], loaded["changed"]) == (0, FILING, 1, False)
    assert versions(installation) == before


def test_a_changed_list_makes_one_new_version_in_editing(installation: Installation, tmp_path: Path) -> None:
    before = versions(installation)
    file = write(tmp_path, SEED)
    ran = installation.run("load", "catalogue", file)
    assert ran.code == 0
    assert "version 2: in editing until signed by FGW" in ran.text
    assert "unchanged" in installation.run("load", "catalogue", file).text
    assert versions(installation) == before + 1
    [[body]] = installation.sql("SELECT body FROM catalogue.version WHERE item = %s AND version = 2", FILING)
    materials = {m.name: m for m in catalogue.from_plain(body).materials}
    assert list(materials) == ["项目备案通知书", "身份证", "用地批复"]
    assert [d.name for d in materials["项目备案通知书"].data_items] == ["项目单位", "投资项目主管部门意见"]
    assert materials["用地批复"].resource
    # Nobody signed it, so nobody can apply under it.
    assert installation.sql("SELECT max(version) FROM catalogue.publication WHERE item = %s", FILING) == [(1,)]


def test_an_unknown_item_begins_with_a_flow_to_be_drawn(installation: Installation, tmp_path: Path) -> None:
    text = f"{HEAD}省水利厅,取水样例许可,表格,申请表,申请人,自行填写\n省水利厅,取水样例许可,证照,身份证,,省公安厅\n"
    ran = installation.run("load", "catalogue", write(tmp_path, text), "--json", "--editor", "slt-handler-330000")
    [loaded] = ran.said["loaded"]
    assert (loaded["version"], loaded["changed"], loaded["signers"]) == (1, True, ["SLT"])
    [[body, editor]] = installation.sql("SELECT body, edited_by FROM catalogue.version WHERE item = %s", loaded["code"])
    item = catalogue.from_plain(body)
    assert item.flow.steps[0].id == "accept"
    assert [m.source.line for m in item.materials] == ["", "GAT"]
    assert editor == "slt-handler-330000"


def test_every_error_is_named_by_line_and_nothing_is_loaded(installation: Installation, tmp_path: Path) -> None:
    """Lines are those of the file: a blank one and a cell with a line break count."""
    text = f'{SEED}\n省发展改革委,投资项目备案通知书,表格,"两行的\n名称",甲,火星厅\n省发展改革委,,文书,别的,,省公安厅\n'
    before = versions(installation)
    ran = installation.run("load", "catalogue", write(tmp_path, text), "--json")
    assert ran.code == 1
    assert ran.said["loaded"] == []
    assert [(e["line"], e["field"]) for e in ran.said["errors"]] == [(8, "数据来源"), (9, "事项名称"), (9, "材料类别")]
    assert versions(installation) == before
    said = installation.run("load", "catalogue", write(tmp_path, text)).text
    assert "list.csv:9: 材料类别: " in said
    assert "nothing loaded: 3 errors" in said


@pytest.mark.parametrize(
    "content, line",
    [
        (b"", 1),
        (HEAD.encode(), 1),
        (SEED.encode("gb18030"), 1),
        ("甲,乙\n1,2\n".encode(), 1),
        (HEAD.encode() + b'"' + b"x" * 200_000, 2),
    ],
    ids=["empty", "head only", "gb18030", "other columns", "huge cell"],
)
def test_what_is_no_list_is_refused(installation: Installation, tmp_path: Path, content: bytes, line: int) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    ran = installation.run("load", "catalogue", str(file), "--json")
    assert ran.code == 1
    assert {e["line"] for e in ran.said["errors"]} == {line}


def test_a_whole_item_comes_out_of_yaml(installation: Installation, tmp_path: Path) -> None:
    original = seed.DATA / "items" / "project_filing.yaml"
    assert not installation.run("load", "catalogue", str(original), "--json").said["loaded"][0]["changed"]
    plain = yaml.safe_load(original.read_text(encoding="utf-8"))
    plain["name_en"] = "Another name"
    text = yaml.safe_dump(plain, allow_unicode=True)
    [loaded] = installation.run("load", "catalogue", write(tmp_path, text, "item.yaml"), "--json").said["loaded"]
    assert (loaded["version"], loaded["changed"]) == (2, True)
    for wrong in ("- 1", "a: [", "code: x\n"):
        assert installation.run("load", "catalogue", write(tmp_path, wrong, "item.yaml")).code == 1


def test_no_file_is_a_mistake_of_usage(installation: Installation) -> None:
    assert installation.run("load", "catalogue", "/nowhere.csv").code == 2
