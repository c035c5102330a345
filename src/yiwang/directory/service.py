"""机构人员的门 — the door of the directory: who is who, who sits where, who decides what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from time import monotonic

from yiwang.directory import store
from yiwang.directory.messages import Organisation, Person, Post, Power, Window
from yiwang.directory.rules.resolution import Directory, build, division_at, in_scope, prefix
from yiwang.ground.actor import Actor, ActorKind
from yiwang.ground.digits import ALPHANUMERIC
from yiwang.ground.identifiers import credit_check, organisation_check
from yiwang.ground.outcome import Forbidden, NotFound
from yiwang.plumbing.work import Work

__all__ = [
    "Directory",
    "actor_of",
    "add_person",
    "appoint",
    "authority",
    "centre_of",
    "credit_code",
    "division_at",
    "grant_power",
    "in_scope",
    "names_of",
    "organisation",
    "person",
    "posts_of",
    "prefix",
    "resolve",
    "snapshot",
    "windows",
]

LOOK_AGAIN = 1.0  # seconds a process trusts its snapshot before it asks for the edition again


@dataclass(slots=True)
class _Kept:
    directory: Directory
    edition: int
    looked: float


_kept: dict[int, _Kept] = {}


def snapshot(work: Work) -> Directory:
    """The directory as of now; a change elsewhere is seen within a second, one's own at once."""
    held: Directory | None = work.held.get("directory")
    if held is not None:
        return held
    key = id(work.engine.database)
    kept = _kept.get(key)
    if kept is None or monotonic() - kept.looked > LOOK_AGAIN:
        edition = store.edition(work)
        if kept is None or kept.edition != edition:
            kept = _Kept(build(*store.everything(work)), edition, monotonic())
        kept.looked = monotonic()
        _kept[key] = kept
    work.held["directory"] = kept.directory
    return kept.directory


def changed(work: Work) -> None:
    """The directory was changed in this act: write the next edition and look again."""
    if "directory.changed" not in work.held:
        work.held["directory.changed"] = True
        work.change(store.EDITION, {"one": 1}, {"number": store.edition(work) + 1})
    work.held.pop("directory", None)
    _kept.pop(id(work.engine.database), None)


def organisation(work: Work, code: str) -> Organisation:
    """The organisation with this code."""
    return snapshot(work).organisation(code)


def resolve(work: Work, line: str, level: str, division: str, on: date) -> Organisation:
    """The one organisation of a line at a level for a place. R52"""
    return snapshot(work).resolve(line, level, division, on)


def authority(work: Work, item: str, line: str, division: str, on: date) -> Organisation:
    """谁决定: the authority for an item in a place. R20, R21"""
    return snapshot(work).authority(item, line, division, on)


def centre_of(work: Work, division: str, on: date) -> Organisation:
    """受理中心: the service centre nearest to a place."""
    return snapshot(work).centre(division, on)


def windows(work: Work, centre: str) -> list[Window]:
    """The windows of a centre."""
    return store.windows(work, centre)


def person(work: Work, code: str) -> Person:
    """The person with this code."""
    found = store.person(work, code)
    if found is None:
        raise NotFound("directory.unknown_person")
    return found


def names_of(work: Work, codes: Iterable[str]) -> dict[str, str]:
    """Names of people by their codes; whoever is unknown keeps the code."""
    wanted = sorted(set(codes))
    found = store.people(work, wanted) if wanted else {}
    return {code: found.get(code, code) for code in wanted}


def posts_of(work: Work, code: str, on: date) -> list[Post]:
    """The posts a person holds on a day."""
    return store.posts_of(work, code, on)


def actor_of(work: Work, code: str, post: str, terminal: str = "") -> Actor:
    """行为人: a person acting in a post held today; the public and outside programs act in their own name.

    Forbidden when the person does not hold the post today.
    """
    who = person(work, code)
    if who.kind != "staff":
        role = "applicant" if who.kind == "public" else "client"
        held = store.posts_of(work, code, work.today) if who.kind == "client" else []
        own = held[0].organisation if held else ""
        place = organisation(work, own).division if own else ""
        kind: ActorKind = "public" if who.kind == "public" else "client"
        return Actor(code, who.name, "", own, place, frozenset({role}), kind, terminal)
    posts = store.posts_of(work, code, work.today)
    chosen = next((p for p in posts if p.code == post), posts[0] if posts and not post else None)
    if chosen is None:
        raise Forbidden("directory.post_not_held")
    where = organisation(work, chosen.organisation)
    return Actor(
        code, who.name, chosen.code, where.code, where.division, frozenset(chosen.roles), "staff", terminal
    )


def add_person(work: Work, who: Person) -> None:
    """A new person."""
    work.add(store.PERSON, asdict(who))


def appoint(
    work: Work, code: str, where: str, name: str, roles: Sequence[str], since: date, *, at_centre: bool = False
) -> str:
    """任职: put a person into a post of an organisation, made when it is new; the post's code."""
    organisation(work, where)
    number = len(store.post_codes(work, where)) + 1
    post = f"{where}#{number}"
    work.add(
        store.POST,
        {"code": post, "organisation": where, "name": name, "roles": list(roles), "at_centre": at_centre},
    )
    work.add(store.HOLDING, {"person": code, "post": post, "held_from": since, "held_to": None})
    work.save()
    return post


def grant_power(work: Work, power: Power) -> None:
    """放权: from a day on, an item is decided at this level in this area. R21"""
    work.add(store.POWER, asdict(power))
    changed(work)


def end_power(work: Work, power: Power, on: date) -> None:
    """收回: the power ends on this day; open cases keep their authority. R21"""
    work.change(
        store.POWER, {"item": power.item, "area": power.area, "held_from": power.held_from}, {"held_to": on}
    )
    changed(work)


def credit_code(of: Organisation) -> str:
    """A synthetic unified social credit code for an organisation of the demo: registrar 11, its division, DEM in the body."""
    number = sum(ord(c) * (i + 7) for i, c in enumerate(of.line)) % 36**3
    tail = "".join(ALPHANUMERIC[number // 36**k % 36] for k in (2, 1, 0)).translate(str.maketrans("IOSVZ", "JPTWY"))
    body = f"DEM{tail}00"
    first17 = f"11{of.division[:6]}{body}{organisation_check(body)}"
    return first17 + credit_check(first17)
