"""电子证照 — issued from a decision, signed, at once usable as material, checked by anyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from yiwang.catalogue import service as catalogue
from yiwang.directory import service as directory
from yiwang.ground.home import HOMES
from yiwang.ground.identifiers import LicenceIdentifier
from yiwang.ground.outcome import NotFound
from yiwang.plumbing.work import Work
from yiwang.sharing import store
from yiwang.sharing.messages import LicenceIssued, LicenceRow, LicenceView, Subject
from yiwang.sharing.rules.sealing import message, sealed


def issue(
    work: Work, of: Subject, matter: UUID, item: str, version: int, organisation: str, facts: Mapping[str, str]
) -> LicenceIssued:
    """制发: a licence for the subject of a case, signed, valid from today. GB/T 36904; 规定 15

    The home stands in the serial, so that anyone holding the code finds the row in one home.
    """
    name = catalogue.version_of(work, item, version).item.result
    authority = directory.organisation(work, organisation)
    issuer_code = directory.credit_code(authority)
    licence_id = work.new_id()
    serial = f"{of.home:05d}{licence_id.int % 10**15:015d}"
    code = str(LicenceIdentifier(issuer_code + "001", issuer_code, serial, 1))
    row: dict[str, object] = {
        "home": of.home,
        "id": licence_id,
        "code": code,
        "name": name,
        "subject": of.id,
        "holder": of.name,
        "issuer": organisation,
        "issuer_name": authority.name,
        "matter": matter,
        "item": item,
        "state": "valid",
        "facts": dict(facts),
        "issued_on": work.today,
        "valid_to": None,
    }
    signature = work.engine.signer.sign(message(row, sealed(row)))
    work.add(store.LICENCE, {**row, "signature": signature})
    issued = LicenceIssued(home=of.home, id=matter, code=code, name=name, organisation=organisation)
    work.tell(issued)
    return issued


def check(work: Work, code: str) -> LicenceView:
    """核验: what anyone may know of a licence by its code; `genuine` says whether all of it is as it was signed."""
    written = LicenceIdentifier.parse(code)
    home = written.serial[:5]
    if not home.isdigit() or int(home) >= HOMES:
        raise NotFound("licence.unknown")
    row = store.licence_by_code(work, int(home), str(written))
    seal = sealed(asdict(row))
    expired = row.state == "valid" and not row.in_force(work.today)
    return LicenceView(
        code=row.code,
        name=row.name,
        holder=row.holder,
        issuer_name=row.issuer_name,
        state="expired" if expired else row.state,
        issued_on=row.issued_on,
        valid_to=row.valid_to,
        genuine=work.engine.signer.verify(message(asdict(row), seal), bytes(row.signature)),
        signed_state=row.state,
        sealed=seal,
        signature=bytes(row.signature).hex(),
        key=work.engine.signer.public.hex(),
    )


def of_subject(work: Work, of: Subject) -> list[LicenceRow]:
    """A subject's licences, for the subject."""
    return store.licences(work, of.home, of.id)


def of_matter(work: Work, home: int, matter: UUID) -> list[LicenceRow]:
    """The licences a case has given."""
    return store.licences_of_matter(work, home, matter)
