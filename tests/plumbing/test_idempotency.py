"""幂等测试 — one key, one object, one answer; another request with that key is refused; answers age out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from yiwang.demo.walk import SimulatedClock
from yiwang.ground.actor import SYSTEM
from yiwang.ground.outcome import Conflict, Refused
from yiwang.plumbing import retention, sessions
from yiwang.plumbing.idempotency import digest_of, once
from yiwang.plumbing.work import Engine, Work

SOMEBODY = replace(SYSTEM, person="somebody")
DIGEST = digest_of(b"POST", b"/things", b"{}")


def made(work: Work) -> tuple[int, object]:
    """An act that makes an object, and answers with its name."""
    return 201, {"id": str(work.later("thing", {}, home=1))}


def things(engine: Engine) -> int:
    """How many objects were made."""
    with engine.begin(SYSTEM) as work:
        return int(work.read("SELECT count(*) FROM plumbing.outbox")[0][0])


def test_forty_at_once_make_one_object_and_get_one_answer(bare: Engine) -> None:
    together = Barrier(40)

    def call() -> tuple[int, str, bool]:
        together.wait()
        answer = once(bare, SOMEBODY, "key", DIGEST, made)
        return answer.status, answer.body["id"], answer.replayed

    with ThreadPoolExecutor(40) as pool:
        answers = [f.result() for f in [pool.submit(call) for _ in range(40)]]
    assert things(bare) == 1
    assert len({(status, body) for status, body, _ in answers}) == 1
    assert [replayed for _, _, replayed in answers].count(False) == 1


def test_the_key_of_another_request_is_refused(bare: Engine) -> None:
    once(bare, SOMEBODY, "key", DIGEST, made)
    with pytest.raises(Conflict, match=r"idempotency\.other_body"):
        once(bare, SOMEBODY, "key", digest_of(b"POST", b"/things", b"{ }"), made)
    assert things(bare) == 1


def test_parts_of_a_request_do_not_run_into_each_other() -> None:
    assert digest_of(b"ab", b"c") != digest_of(b"a", b"bc")


def test_another_persons_key_is_another_key(bare: Engine) -> None:
    once(bare, SOMEBODY, "key", DIGEST, made)
    once(bare, replace(SYSTEM, person="another"), "key", DIGEST, made)
    assert things(bare) == 2


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb", "a\x00b"])
def test_a_key_is_a_short_word(bare: Engine, key: str) -> None:
    with pytest.raises(Refused, match=r"idempotency\.key"):
        once(bare, SOMEBODY, key, DIGEST, made)


def test_a_refusal_keeps_no_answer(bare: Engine) -> None:
    def refused(work: Work) -> tuple[int, object]:
        made(work)
        raise Refused("case.unknown")

    with pytest.raises(Refused, match=r"case\.unknown"):
        once(bare, SOMEBODY, "key", DIGEST, refused)
    assert things(bare) == 0
    assert not once(bare, SOMEBODY, "key", DIGEST, made).replayed


def test_answers_age_out_and_so_do_sessions(bare: Engine, clock: SimulatedClock) -> None:
    once(bare, SOMEBODY, "old", DIGEST, made)
    with bare.begin(SYSTEM) as work:
        sessions.start(work, "", {})
    clock.now += retention.ANSWERS - timedelta(seconds=1)
    once(bare, SOMEBODY, "young", DIGEST, made)
    assert retention.sweep(bare) == {"idempotency": 0, "session": 1, "throttle": 0, "heartbeat": 0}
    assert once(bare, SOMEBODY, "old", DIGEST, made).replayed
    clock.now += timedelta(seconds=2)
    assert retention.sweep(bare) == {"idempotency": 1, "session": 0, "throttle": 0, "heartbeat": 0}
    assert not once(bare, SOMEBODY, "old", DIGEST, made).replayed
    assert once(bare, SOMEBODY, "young", DIGEST, made).replayed
