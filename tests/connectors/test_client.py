"""部门客户端 — whatever a department does, the client gives the record or says what is wrong; one slows no other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from yiwang.connectors.departments.breaker import Breaker
from yiwang.connectors.departments.client import DepartmentClient
from yiwang.sharing.messages import Fetched, FetchFailed

from tests.connectors.questions import FIRM, PERSON, question
from tests.plugins.departments import Sandbox


def failure(client: DepartmentClient, **changes: object) -> tuple[str, bool]:
    with pytest.raises(FetchFailed) as failed:
        client.fetch(question(**changes))
    return failed.value.kind, failed.value.retryable


@pytest.mark.requirement("R47")
def test_a_department_gives_what_is_asked(departments: DepartmentClient) -> None:
    """整件材料一次给全，带版本、时间、来源。"""
    found = departments.fetch(question())
    document = found.values["id_card"]
    assert isinstance(document, dict)
    assert (document["name"], document["identifier"]) == (PERSON.name, PERSON.identifier)
    assert (int(found.record_version) >= 1, found.source) == (True, "GAT")
    assert found.as_of.tzinfo is not None


def test_a_question_carries_its_purpose(sandbox: Sandbox, departments: DepartmentClient) -> None:
    """部门看得到事项、子项、办件、材料、经办人、单位、目的。"""
    asked = question(item="许可-90015-003")
    departments.fetch(asked)
    [seen] = sandbox.questions(asked.case)
    named = {k: seen[k] for k in ("item", "sub_item", "case", "material", "operator", "organisation", "purpose")}
    assert named == {
        "item": asked.item,
        "sub_item": "003",
        "case": asked.case,
        "material": "id_card",
        "operator": "clerk-330106",
        "organisation": "330106.XZFW",
        "purpose": "accept",
    }


@pytest.mark.requirement("R58")
def test_a_changed_record_has_a_new_version(sandbox: Sandbox, departments: DepartmentClient) -> None:
    """部门改了记录，取到的是新值新版本。"""
    version = sandbox.change("GAT", "id_card", PERSON.identifier, address="演示省演示市新址1号")
    found = departments.fetch(question(data_items=("address",)))
    assert dict(found.values) == {"address": "演示省演示市新址1号"}
    assert found.record_version == version
    assert int(version) > 1
    sandbox.change("GAT", "id_card", PERSON.identifier, address=PERSON.address)


@pytest.mark.parametrize(
    "flaw", ["signature", "unsigned", "malformed", "truncated", "surplus", "stranger", "oversize", "redirect"]
)
def test_a_wrong_answer_is_not_believed(sandbox: Sandbox, departments: DepartmentClient, flaw: str) -> None:
    """签名不对、缺签名、残缺、多给、冒名、过大、转址的应答一概不信。"""
    sandbox.behave("GAT", "wrong", flaw=flaw)
    assert failure(departments) == ("wrong", True)


def test_down_is_down(sandbox: Sandbox, departments: DepartmentClient) -> None:
    """停机。"""
    sandbox.behave("GAT", "down")
    assert failure(departments) == ("down", True)


@pytest.mark.parametrize("mode", ["slow", "drip"])
def test_slow_is_given_up_in_time(sandbox: Sandbox, mode: str) -> None:
    """慢到时限就不等，一字一字地拖也一样。"""
    sandbox.behave("GAT", mode, delay_ms=500)
    client = sandbox.client(timeout=0.3)
    assert failure(client) == ("slow", True)
    client.close()


def test_nobody_at_the_address_is_down() -> None:
    """地址上没有人。"""
    client = DepartmentClient("http://127.0.0.1:9", bytes(32), timeout=5.0)
    assert failure(client) == ("down", True)
    assert not client.answers()
    client.close()


def test_a_wrong_secret_is_refused_and_asked_again_later(sandbox: Sandbox) -> None:
    """密钥不对被拒；密钥会修好，所以过后再问。"""
    client = DepartmentClient(sandbox.url, bytes(32), timeout=20.0)
    assert failure(client) == ("refused", True)
    assert client.answers()
    client.close()


@pytest.mark.parametrize(
    "changes, kind",
    [
        ({"subject_identifier": "330101195001010031"}, "no_record"),
        ({"data_items": ("salary",)}, "refused"),
        ({"resource": "secrets"}, "refused"),
        ({"operator": ""}, "refused"),
        ({"resource": "../console"}, "refused"),
        ({"line": "GAT/../_console"}, "refused"),
    ],
)
def test_what_a_department_refuses_is_not_asked_again(
    departments: DepartmentClient, changes: dict[str, object], kind: str
) -> None:
    """查无记录和不该问的，不再问。"""
    assert failure(departments, **changes) == (kind, False)


@pytest.mark.requirement("R38")
def test_a_dead_line_is_left_alone_and_the_others_answer(sandbox: Sandbox) -> None:
    """一条线坏了就熔断，不再去问；别的线照常。"""
    sandbox.behave("GAT", "down")
    client = sandbox.client(timeout=20.0)
    for _ in range(5):
        assert failure(client) == ("down", True)
    sandbox.behave("GAT", "ok")
    asked = question()
    with pytest.raises(FetchFailed):
        client.fetch(asked)
    assert sandbox.questions(asked.case) == []
    other = question(
        line="GSJ",
        resource="business_licence",
        data_items=("credit_code",),
        subject_kind="firm",
        subject_identifier=FIRM.identifier,
    )
    assert dict(client.fetch(other).values) == {"credit_code": FIRM.identifier}
    client.close()


def test_a_slow_line_does_not_hold_up_the_others(sandbox: Sandbox) -> None:
    """一起问：慢的一条给不出，其余都在同一时限内给出。"""
    sandbox.behave("HBT", "slow", delay_ms=60_000)
    client = sandbox.client(timeout=5.0)
    slow = [question(line="HBT", resource="environment_approval") for _ in range(8)]
    answers = client.fetch_all([*slow, *(question() for _ in range(8))])
    assert [isinstance(a, FetchFailed) and a.kind for a in answers[:8]] == ["slow"] * 8
    assert all(isinstance(a, Fetched) for a in answers[8:])
    client.close()


def test_many_at_once_each_get_their_own_answer(departments: DepartmentClient) -> None:
    """四十个线程同时问，各得各的。"""
    together = Event()

    def one(number: int) -> object:
        together.wait()
        code = "name" if number % 2 else "identifier"
        return departments.fetch(question(data_items=(code,))).values[code]

    with ThreadPoolExecutor(40) as pool:
        asked = [pool.submit(one, n) for n in range(40)]
        together.set()
        assert [a.result() for a in asked] == [PERSON.identifier, PERSON.name] * 20


# --- 熔断 ----------------------------------------------------------------------------------------------------------


def test_the_breaker_opens_rests_and_tries_one() -> None:
    """连败五次断开，歇十秒放一个去试，试成才合上。"""
    breaker = Breaker(trip=5, rest=10.0)
    for _ in range(4):
        breaker.settle(0.0, answered=False)
    assert breaker.admit(0.0)
    breaker.settle(0.0, answered=False)
    assert not breaker.admit(9.9)
    assert breaker.admit(10.0)
    assert not breaker.admit(10.0)
    breaker.settle(10.5, answered=False)
    assert not breaker.admit(20.4)
    assert breaker.admit(20.5)
    breaker.settle(20.6, answered=True)
    assert breaker.admit(20.6)
    assert breaker.admit(20.6)


def test_an_answer_in_between_starts_the_count_anew() -> None:
    """中间答过一次就重新数。"""
    breaker = Breaker(trip=2)
    breaker.settle(0.0, answered=False)
    breaker.settle(0.0, answered=True)
    breaker.settle(0.0, answered=False)
    assert breaker.admit(0.0)
