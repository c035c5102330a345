"""督办页面 — what a supervisor demands of a post, until when, what came of it: for all who see the case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response

from yiwang.casework.messages.case import Case, Task
from yiwang.casework.service import asides
from yiwang.catalogue import service as catalogue
from yiwang.directory import service as directory
from yiwang.front import deadlines, lights, scope
from yiwang.front.desk import Desk, reference
from yiwang.front.look.naming import name_of
from yiwang.front.policy import home_of
from yiwang.front.routes import sent
from yiwang.ground.outcome import NotFound
from yiwang.ground.zone import day_of
from yiwang.oversight import service as oversight
from yiwang.oversight.messages import AnswerDemand, Demanded
from yiwang.plumbing.work import Work

BACK = ("/desk", "/window")


def shown(work: Work, case: Case) -> list[dict[str, Any]]:
    """The demands of one case, first to last, for its page."""
    rows = oversight.demands_of(work, case.matter.home, case.matter.id)
    return told(work, [(row, case) for row in rows])


def told(work: Work, rows: Sequence[tuple[Demanded, Case | None]]) -> list[dict[str, Any]]:
    """Demands with the names of steps, desks, posts and people; who owes the words now, and whether the actor does."""
    places = directory.snapshot(work).organisations
    owed = {d.id: a for d, case in rows for a in (case.asides if case else ()) if a.id == d.id}
    codes = [p for d, _ in rows for p in (d.post, d.answered_post)] + [a.post for a in owed.values()]
    posts = directory.post_names(work, [code for code in codes if code])
    people = directory.names_of(work, {p for d, _ in rows for p in (d.person, d.asked_by, d.answered_by) if p})
    names = {c: name_of(o, work.language) for c, o in places.items()}
    return [_line(work, d, case, owed.get(d.id), names, posts, people) for d, case in rows]


def _line(
    work: Work,
    d: Demanded,
    case: Case | None,
    owes: Task | None,
    names: dict[str, str],
    posts: dict[str, str],
    people: dict[str, str],
) -> dict[str, Any]:
    item, step = d.item, d.step
    if case is not None:
        version = catalogue.version_of(work, d.item, case.matter.item_version).item
        item = name_of(version, work.language)
        step = next((name_of(s, work.language) for s in version.flow.steps if s.id == d.step), d.step)
    late = day_of(d.answered_at) > d.due if d.answered_at and d.outcome == "answered" else work.today > d.due
    up = owes is not None and (owes.desk, owes.post) != (d.desk, d.post)
    return {
        "d": d,
        "why": deadlines.of_demand(d.home, d.matter, d.id),
        "href": f"/supervision/{reference(d.home, d.matter)}",
        "item": item,
        "step": step,
        "desk": names.get(d.desk, d.desk),
        "post": posts.get(d.post, ""),
        "person": people.get(d.person, ""),
        "asked_by": people.get(d.asked_by, d.asked_by),
        "answered_by": people.get(d.answered_by, ""),
        "answered_desk": names.get(d.answered_desk, ""),
        "answered_post": posts.get(d.answered_post, ""),
        "state": d.outcome or ("late" if late else "open"),
        "late": late and d.outcome != "lapsed",
        "light": lights.towards(owes.due, owes.opened_at, work.today, work.calendar) if owes and owes.due else None,
        "up": {"desk": names.get(owes.desk, ""), "post": posts.get(owes.post, "")} if owes and up else None,
        "mine": owes is not None and asides.may_answer(work, owes),
    }


@sent("/cases/{ref:str}/demands/{demand:uuid}/answer", opt={"act": "case.verbs"})
def answer(ref: str, demand: UUID, desk: Desk, body: bytes) -> Response[str]:
    """答复督办: in words; then back to the case while one may still see it."""
    form = desk.form(body)

    def do(work: Work) -> dict[str, str]:
        matter = scope.case(work, ref).matter
        words = form.get("words")[:2000]
        oversight.answer_demand(AnswerDemand(home=matter.home, id=matter.id, demand=demand, words=words), work)
        return {}

    desk.once(form, body, do)
    with desk.work() as work:
        try:
            scope.case(work, ref)
        except NotFound:
            return desk.go(home_of(desk.who))
    place = form.get("back") if form.get("back") in BACK else home_of(desk.who)
    return desk.go(f"{place}/{ref}#demands")


ROUTES = [answer]
