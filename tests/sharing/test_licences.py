"""电子证照 — signed whole, checked by anyone, and at once the material that the next application needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Category, DataItem, Material, Source, SourceKind
from yiwang.directory import service as directory
from yiwang.ground.chain import canonical
from yiwang.ground.identifiers import LicenceIdentifier
from yiwang.ground.outcome import Invalid, NotFound
from yiwang.plumbing.postgres import Cluster
from yiwang.plumbing.postgres_roles import ADMIN
from yiwang.sharing import store
from yiwang.sharing.messages import LicenceIssued, LicenceRow, LicenceView, State
from yiwang.sharing.rules.covering import covering, document, record
from yiwang.sharing.service import licences, requests

from tests.plugins.departments import Sandbox
from tests.sharing.conftest import Net

PLANNING, CONSTRUCTION = "许可-90007-000", "许可-90008-000"  # 建设用地规划许可证 → 建设工程规划许可证
GRANTED_BY = "330106.JST"
TODAY = date(2017, 8, 14)


def issue(net: Net, firm: int = 0) -> LicenceIssued:
    """A land-use planning permit of a firm."""
    application = net.apply(PLANNING, everything(net, PLANNING), firm)
    subject = net.subject(application)
    facts = {"number": "演示"}
    return net.act(lambda work: licences.issue(work, subject, application.id, PLANNING, 1, GRANTED_BY, facts))


def everything(net: Net, item: str) -> dict[str, str | tuple[str, ...]]:
    """Yes to every question of an item."""
    questions = net.act(lambda work: catalogue.published(work, item)).item.questions
    return {q.code: "yes" for q in questions}


def look(net: Net, code: str) -> LicenceView:
    return net.act(lambda work: licences.check(work, code))


def test_the_identifier_checks_and_finds_its_home(net: Net) -> None:
    """标识带校验位与发证机关，凭号码就找到所在的家。"""
    issued = issue(net)
    written = LicenceIdentifier.parse(issued.code)
    authority = net.act(lambda work: directory.credit_code(directory.organisation(work, GRANTED_BY)))
    assert written.issuer == authority
    assert int(written.serial[:5]) == issued.home
    view = look(net, issued.code)
    assert (view.name, view.state, view.genuine, view.issued_on) == ("建设用地规划许可证", "valid", True, TODAY)
    assert look(net, issued.code.lower()) == view


def test_a_mistyped_code_is_caught_and_an_invented_one_not_found(net: Net) -> None:
    """抄错一位查得出来；编一个号查无此证。"""
    code = issue(net).code
    for place, letter in enumerate(code):
        if letter.isdigit() and place > len("1.2.156.3005.2."):
            wrong = code[:place] + str((int(letter) + 1) % 10) + code[place + 1 :]
            with pytest.raises(Invalid):
                look(net, wrong)
    known = LicenceIdentifier.parse(code)
    for serial in (known.serial[:-1] + "X", "99999" + known.serial[5:], "Z" * 20):
        with pytest.raises(NotFound):
            look(net, str(LicenceIdentifier(known.type_code, known.issuer, serial, 1)))


def test_anybody_can_verify_the_signature(net: Net) -> None:
    """不信我们的人，用公钥自己验。"""
    view = look(net, issue(net).code)
    said = {
        "code": view.code,
        "name": view.name,
        "holder": view.holder,
        "issuer_name": view.issuer_name,
        "state": view.signed_state,
        "issued_on": view.issued_on.isoformat(),
        "valid_to": None,
        "sealed": view.sealed,
    }
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(view.key))
    key.verify(bytes.fromhex(view.signature), canonical(said).encode())


TAMPERED = {
    "name": "'建筑业企业资质证书'",
    "holder": "'别人'",
    "issuer": "'330000.JST'",
    "issuer_name": "'浙江省建设厅'",
    "item": "'许可-90014-000'",
    "state": "'revoked'",
    "facts": "'{}'",
    "issued_on": "'2016-01-01'",
    "valid_to": "'2099-01-01'",
    "matter": "gen_random_uuid()",
    "id": "gen_random_uuid()",
    "subject": "gen_random_uuid()",
    "signature": "decode(repeat('00', 64), 'hex')",
}


def test_tampering_with_any_column_shows(net: Net, cluster: Cluster) -> None:
    """改动任何一栏，核验都看得出；改号、改家则查无此证。"""
    code = issue(net).code
    assert set(store.LICENCE.columns) == TAMPERED.keys() | {"code", "home"}
    tamper(net, cluster, "ALTER TABLE sharing.licence DROP CONSTRAINT licence_subject_fkey")
    tamper(net, cluster, "CREATE TABLE kept AS SELECT * FROM sharing.licence")
    for column, value in TAMPERED.items():
        assert look(net, code).genuine
        tamper(net, cluster, f"UPDATE sharing.licence SET {column} = {value}")
        assert not look(net, code).genuine, column
        tamper(net, cluster, "DELETE FROM sharing.licence; INSERT INTO sharing.licence SELECT * FROM kept")
    for change in ("home = (home + 1) % 16384", "code = code || 'X'"):
        tamper(net, cluster, f"UPDATE sharing.licence SET {change}")
        with pytest.raises(NotFound):
            look(net, code)
        tamper(net, cluster, "DELETE FROM sharing.licence; INSERT INTO sharing.licence SELECT * FROM kept")


def tamper(net: Net, cluster: Cluster, words: str) -> None:
    name = net.act(lambda work: work.read("SELECT current_database()"))[0][0]
    with psycopg.connect(cluster.conninfo(ADMIN, name), autocommit=True) as connection:
        connection.execute(words.encode())


# --- 免提交 --------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R38", "R57")
def test_a_licence_is_at_once_the_material_of_the_next_application(net: Net, sandbox: Sandbox) -> None:
    """刚发的证，下一件事就不用再取、更不用带；读取同样留痕。"""
    issued = issue(net)
    application = net.apply(CONSTRUCTION, everything(net, CONSTRUCTION))
    [found] = [r for r in net.held(application).values() if r.record_version == issued.code]
    assert found.state is State.FETCHED
    document = found.record[found.material]
    assert (document["document_no"], document["name"]) == (issued.code, "建设用地规划许可证")
    log = net.act(lambda work: requests.accesses(work, net.subject(application)))
    assert [(a.material, a.outcome) for a in log if a.matter == application.id] == [(found.material, "fetched")]
    net.errands()
    assert found.material not in {q["material"] for q in sandbox.questions(str(application.id))}


@pytest.mark.requirement("R38")
def test_somebody_elses_licence_is_not(net: Net) -> None:
    """别人的证不算。"""
    issued = issue(net, firm=1)
    application = net.apply(CONSTRUCTION, everything(net, CONSTRUCTION), firm=0)
    assert issued.code not in {r.record_version for r in net.held(application).values()}


def licence(**changes: Any) -> LicenceRow:
    row = LicenceRow(
        home=1,
        id=UUID(int=1),
        code="1.2",
        name="营业执照",
        subject=UUID(int=1),
        holder="演示",
        issuer="330106.SCJG",
        issuer_name="西湖区市场监督管理局",
        item="x",
        matter=None,
        state="valid",
        facts={},
        issued_on=TODAY,
        valid_to=None,
        signature=b"",
    )
    return replace(row, **changes)


SOURCE = Source(kind=SourceKind.DEPARTMENT, label="省工商局", line="GSJ")
MATERIAL = Material(code="m1", name="营业执照", category=Category.LICENCE, source=SOURCE, resource="business_licence")


def with_items(*codes: str) -> dict[str, Any]:
    return {"data_items": tuple(DataItem(code=c, name=c, source=SOURCE) for c in codes)}


@pytest.mark.parametrize(
    "changes, bend, covers",
    [
        ({}, {}, True),
        ({"valid_to": TODAY}, {}, True),
        ({"valid_to": TODAY - timedelta(days=1)}, {}, False),
        ({"state": "revoked"}, {}, False),
        ({"name": "食品经营许可证"}, {}, False),
        ({}, {"category": Category.APPROVAL_DOC}, False),
        ({}, with_items("holder", "issued_on"), True),
        ({}, with_items("holder", "capital"), False),
    ],
)
def test_when_a_licence_stands_for_a_material(changes: dict[str, Any], bend: dict[str, Any], covers: bool) -> None:
    """名称相同、有效、目录称为证照、要的数据项证上都有，才抵得。"""
    own, material = licence(**changes), replace(MATERIAL, **bend)
    assert (covering(material, [own], TODAY) is own) is covers


def test_the_newest_licence_stands() -> None:
    """有几张，用最新的。"""
    old, new = licence(issued_on=date(2016, 1, 1)), licence()
    assert covering(MATERIAL, [new, old], TODAY) is new
    assert record(MATERIAL, new) == {"m1": document(new)}
    assert record(replace(MATERIAL, **with_items("holder")), new) == {"holder": "演示"}
