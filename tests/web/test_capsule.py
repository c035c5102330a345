"""胶囊下载的规格 — from the page of a case, for who oversees it, without the applicant's own; for nobody else."""

from __future__ import annotations

import io
import zipfile

import pytest

from yiwang.ground.capsule import DATA, MANIFEST, PAGE, checked

from tests.web.conftest import CLERK, Served

AWAIT_SEALING = {"head of the tree", "sealed"}
"""No worker runs beside this server, so that nothing is sealed yet."""


def test_an_overseer_downloads_the_case_and_not_the_person(served: Served, real: dict[str, str]) -> None:
    with served.client("supervisor") as browser:
        page = browser.get(f"/supervision/{real['ref']}").text
        assert f"/cases/{real['ref']}/capsule" in page
        answer = browser.get(f"/cases/{real['ref']}/capsule")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="case-{real["number"]}.pyz"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        files = {name: packed.read(name) for name in (DATA, PAGE, MANIFEST)}
    assert {said.what for said in checked(files) if not said.holds} == AWAIT_SEALING
    text = b"".join(files.values()).decode()
    assert "accept" in text
    assert real["applicant"] not in text


@pytest.mark.parametrize("login", [CLERK, "jst-handler-330000", "firm-1", "citizen-1"])
def test_who_works_the_case_or_has_nothing_to_do_with_it_has_no_capsule(
    served: Served, real: dict[str, str], login: str
) -> None:
    with served.client(login) as browser:
        assert browser.get(f"/cases/{real['ref']}/capsule").status_code in (403, 404)
