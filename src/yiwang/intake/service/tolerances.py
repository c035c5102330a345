"""容缺受理 — accepted although what the guide lists as tolerable lacks: supplied in time, or revoked. 规定 11"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from yiwang.casework.messages.case import REMEDIES, Case, Tolerance
from yiwang.casework.service import cases, holding, tolerating
from yiwang.casework.service import reading as casework
from yiwang.catalogue import service as catalogue
from yiwang.catalogue.messages import Item, Material
from yiwang.ground.outcome import Conflict, FieldError, Invalid
from yiwang.intake import store
from yiwang.intake.messages import (
    Accept,
    AcceptanceRevoked,
    Application,
    Receipt,
    RemindOfLack,
    RevokeAcceptance,
    State,
    Supply,
    Way,
)
from yiwang.intake.rules import undertaking as words
from yiwang.intake.service.filing import bring_in, count_visit, give_notice, own_materials
from yiwang.intake.store import APPLICATION
from yiwang.plumbing.work import Work
from yiwang.sharing.messages import StopAsking
from yiwang.sharing.service import requests as sharing

CLAUSE = "规定 11"
MOST_WORDS = 5_000


@dataclass(frozen=True, slots=True)
class Outstanding:
    """容缺待补: of a case, the materials still to come, those of them that can be supplied online in own words, the
    last day, and whether it is still waited for.
    """

    materials: tuple[Material, ...]
    by_words: frozenset[str]
    until: date
    open: bool


def permitted(
    work: Work, command: Accept, application: Application, required: Sequence[str], tolerable: Sequence[str]
) -> list[str]:
    """可否容缺: of the materials that lack, those with which the case may still be accepted.

    Invalid `intake.lacking` with everything that is missing; `intake.not_tolerable` where the item does not list it;
    `intake.form` without the applicant's undertaking.
    """
    if required or (tolerable and not command.tolerate):
        later = [] if command.tolerate else [FieldError(code, "material.tolerable") for code in tolerable]
        errors = [*(FieldError(code, "material.missing") for code in required), *later]
        code = "intake.not_tolerable" if command.tolerate else "intake.lacking"
        raise Invalid(code, clause=CLAUSE if command.tolerate else "", errors=errors)
    if tolerable and not command.undertaken and not _undertaken(work, application):
        raise Invalid("intake.form", errors=(FieldError("undertaken", "field.undertaken"),))
    return list(tolerable)


def _undertaken(work: Work, application: Application) -> bool:
    """Whether the applicant has undertaken it when handing in."""
    given = store.notices(work, application.home, application.id)
    return any(n.kind == "receipt" and n.body.get("undertakes") for n in given)


def undertaking(item: Item, receipt: Receipt) -> dict[str, object]:
    """承诺: as it stands in the acceptance that is given to the applicant; nothing where nothing was tolerated."""
    if receipt.outstanding_until is None:
        return {}
    return {"undertaking": words.undertaking(names(item, receipt.outstanding), receipt.outstanding_until)}


def names(item: Item, materials: Iterable[str]) -> tuple[str, ...]:
    """材料名称, in the order of the item."""
    wanted = set(materials)
    return tuple(m.name for m in item.materials if m.code in wanted)


def outstanding(work: Work, application: Application, case: Case | None = None) -> Outstanding | None:
    """容缺待补: what an application was accepted without; none where nothing was tolerated."""
    case = case or casework.look(work, application.home, application.id)
    found = tolerating.of_case(work, case)
    if found is None:
        return None
    tolerance, until = found
    item = catalogue.version_of(work, application.item, application.item_version).item
    materials = tuple(m for m in item.materials if m.code in tolerance.lacking)
    own = frozenset(m.code for m in materials if m.category in catalogue.OWN_WORDS)
    return Outstanding(materials, own, until, tolerance.outstanding)


def supply(command: Supply, work: Work) -> Tolerance:
    """补交: by post or at any window; parts may come one by one. A visit counts only where somebody had to come. R01

    Conflict `tolerance.not_lacking`; Invalid with each material whose checklist is not complete: it does not conform.
    """
    holding.hold(work, command.home, command.id)
    application = store.application(work, command.home, command.id, lock=True)
    item = catalogue.version_of(work, application.item, application.item_version)
    own_materials(item, application, command.brought)
    if not command.brought:
        raise Invalid("intake.form", errors=(FieldError("brought", "field.required"),))
    points = {m.code: set(m.checkpoints) for m in item.item.materials}
    if wrong := [code for code, ticked in command.brought.items() if points[code] - set(ticked)]:
        raise Invalid("intake.form", errors=tuple(FieldError(code, "material.not_conforming") for code in wrong))
    how = "post" if command.way is Way.POST else "paper"
    there = store.brought(work, command.home, command.id)
    bring_in(work, application, there, command.brought, how=how)
    found = tolerating.supply(work, command.home, command.id, command.brought, command.way)
    if command.visited and command.way is Way.WINDOW:
        count_visit(work, application, "supply")
    return found


def state(command: State, work: Work) -> Tolerance:
    """自述补交: online, by the applicant, for a material that is the own writing and needs nobody's seal.

    Invalid `intake.form` for any other material and for nothing; Conflict `tolerance.not_lacking`.
    """
    holding.hold(work, command.home, command.id)
    application = store.application(work, command.home, command.id, lock=True)
    waits = outstanding(work, application)
    if waits is None or not waits.open or command.material not in {m.code for m in waits.materials}:
        raise Conflict("tolerance.not_lacking")
    said = command.words.strip()
    if command.material not in waits.by_words:
        raise Invalid("intake.form", errors=(FieldError(command.material, "material.not_by_words"),))
    if not said or len(said) > MOST_WORDS:
        code = "field.too_long" if said else "field.required"
        raise Invalid("intake.form", errors=(FieldError(command.material, code, {"limit": MOST_WORDS}),))
    there = store.brought(work, command.home, command.id)
    bring_in(work, application, there, {command.material: ()}, how="statement", words=said)
    return tolerating.supply(work, command.home, command.id, (command.material,), Way.ONLINE)


def remind(command: RemindOfLack, work: Work) -> None:
    """提醒补交: told to the applicant while there is still time."""
    application = store.application(work, command.home, command.id, lock=True)
    give_notice(work, application, "reminder", {"lacking": command.lacking, "until": command.until})


def revoke(command: RevokeAcceptance, work: Work) -> None:
    """撤销受理: what was tolerated did not come in time; the case ends with its reason, in writing, with the remedies.

    The statute leaves no choice («逾期未补正……撤销受理并书面说明理由»), so nobody has to decide it. 规定 11
    """
    application = store.application(work, command.home, command.id, lock=True)
    item = catalogue.version_of(work, application.item, application.item_version).item
    reason = words.reason(names(item, command.lacking), command.until)
    cases.end(work, command.home, command.id, "acceptance_revoked", reason, CLAUSE)
    sharing.stop_asking(StopAsking(home=command.home, id=command.id), work)
    work.change(APPLICATION, {"home": command.home, "id": command.id}, {"state": "acceptance_revoked"})
    there = store.brought(work, command.home, command.id)
    returned = [code for code, (how, _) in there.items() if how in ("paper", "post")]
    told = {"lacking": command.lacking, "until": command.until, "returned": sorted(returned)}
    give_notice(work, application, "revocation", {"reason": reason, "clause": CLAUSE, "remedies": REMEDIES, **told})
    work.tell(AcceptanceRevoked(home=command.home, id=command.id, reason=reason, returned=names(item, returned)))
