"""机构人员的门 — the door of the directory: who is who, who sits where, who decides what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from weakref import WeakKeyDictionary
from zlib import crc32

import msgspec

from yiwang.directory import store
from yiwang.directory.messages import (
    Deputy,
    Exemption,
    Holding,
    Naming,
    Organisation,
    Person,
    Plan,
    Post,
    Power,
    Reorganisation,
    Window,
)
from yiwang.directory.rules.deputies import permit_deputy, permit_end, permit_exemption
from yiwang.directory.rules.posts import permit_person, permit_roles
from yiwang.directory.rules.reorganising import plan
from yiwang.directory.rules.reorganising import suppose as after_plan
from yiwang.directory.rules.resolution import Directory, build, division_at, in_scope, overlapping, prefix
from yiwang.directory.rules.staffing import Staffing, staffing
from yiwang.ground.actor import Actor, ActorKind
from yiwang.ground.divisions import Period
from yiwang.ground.identifiers import CREDIT_ALPHABET, credit_check, organisation_check
from yiwang.ground.outcome import Conflict, Forbidden, NotFound
from yiwang.plumbing.database import Database
from yiwang.plumbing.editions import Shelf
from yiwang.plumbing.work import Work

__all__ = [
    "Directory",
    "actor_of",
    "add_person",
    "appoint",
    "appoint_deputy",
    "at_centre",
    "authority",
    "centre_of",
    "credit_code",
    "decision",
    "deputies_of",
    "division_at",
    "end_deputy",
    "end_holding",
    "end_power",
    "enter",
    "exempt",
    "forerunners",
    "forget",
    "grant_power",
    "heir",
    "hold",
    "in_scope",
    "name_of",
    "names_of",
    "organisation",
    "person",
    "plan_of",
    "post_for",
    "posts_of",
    "prefix",
    "rename",
    "renewed",
    "reorganise",
    "resolve",
    "snapshot",
    "speaks_for",
    "staff",
    "suppose",
    "windows",
    "withdraw",
    "works",
]

_SHELF = Shelf(
    editions=store.editions,
    lock=store.locked_editions,
    write=lambda work, part, number: work.change(store.EDITION, {"one": 1}, {part: number}),
    read={
        store.PLACES: lambda work: build(*store.everything(work)),
        store.STAFF: lambda work: staffing(*store.staff(work)),
    },
)
_NAMES: WeakKeyDictionary[Database, dict[str, str]] = WeakKeyDictionary()
MOST_NAMES = 50_000


def snapshot(work: Work) -> Directory:
    """The directory as of now. A change is seen by the act that makes it at once, by others a second after commit."""
    found: Directory = _SHELF.part(work, store.PLACES)
    return found


def staff(work: Work) -> Staffing:
    """编制: posts, their holders and deputies as of now; changes are seen as those of the snapshot are."""
    found: Staffing = _SHELF.part(work, store.STAFF)
    return found


def changing(work: Work, part: str = store.PLACES) -> None:
    """This act changes the directory: called before it reads, it waits for others who do, and writes the edition."""
    _SHELF.changing(work, part)


def organisation(work: Work, code: str) -> Organisation:
    """The organisation with this code."""
    return snapshot(work).organisation(code)


def resolve(work: Work, line: str, level: str, division: str, on: date, item: str = "") -> Organisation:
    """The one organisation of a line at a level for a place, for an item where a line was divided. R52"""
    return snapshot(work).resolve(line, level, division, on, item)


def heir(work: Work, code: str, item: str, division: str, on: date, since: date = date.min) -> str:
    """承继: who has on a day what an organisation had on the eve of `since`; itself while nobody took over. K4"""
    return snapshot(work).heir(code, item, division, on, since)


def forerunners(work: Work, code: str) -> frozenset[str]:
    """前身: the organisations whose rest this one has today, and itself; what they kept is its own now. K4"""
    return snapshot(work).forerunners(code, work.today)


def speaks_for(work: Work, code: str, line: str) -> bool:
    """本条线: whether an organisation is of a line, or has taken over the provincial department that was. R51, K4"""
    own = organisation(work, code)
    return own.line == line or heir(work, f"{own.division[:2]}0000.{line}", "", own.division, work.today) == code


def authority(work: Work, item: str, line: str, division: str, on: date) -> Organisation:
    """谁决定: the authority for an item in a place. R20, R21"""
    return snapshot(work).authority(item, line, division, on)


def centre_of(work: Work, division: str, on: date) -> Organisation:
    """受理中心: the service centre nearest to a place."""
    return snapshot(work).centre(division, on)


def windows(work: Work, centre: str) -> list[Window]:
    """The windows of a centre, those that it has taken over too."""
    return store.windows(work, sorted(forerunners(work, centre)))


def person(work: Work, code: str) -> Person:
    """The person with this code."""
    found = store.person(work, code)
    if found is None:
        raise NotFound("directory.unknown_person")
    return found


def names_of(work: Work, codes: Iterable[str]) -> dict[str, str]:
    """Names of people by their codes; whoever is unknown keeps the code. Names never change: a process keeps them."""
    wanted, known = sorted(set(codes)), _NAMES.setdefault(work.engine.database, {})
    if new := [code for code in wanted if code not in known]:
        if len(known) > MOST_NAMES:
            known.clear()
            new = wanted
        known |= store.people(work, new)
    return {code: known.get(code, code) for code in wanted}


def post_names(work: Work, codes: Iterable[str]) -> dict[str, str]:
    """Names of posts by their codes, whoever holds them."""
    wanted = sorted({code for code in codes if code})
    return store.post_names(work, wanted) if wanted else {}


def post_for(work: Work, desk: str, role: str, on: date | None = None) -> str:
    """责任岗位: the one post that answers for what a desk does in a role, or did on a day; empty where nobody could. No
    query. R52
    """
    return staff(work).post_for(desk, role, on)


def posts_of(work: Work, code: str, on: date) -> list[Post]:
    """The posts a person holds on a day."""
    return staff(work).posts_of(code, on)


def actor_of(work: Work, code: str, post: str, terminal: str = "") -> Actor:
    """行为人: a person acting in a post held today; the public and outside programs act in their own name.

    Forbidden when the person does not hold the post today.
    """
    who = person(work, code)
    if who.kind != "staff":
        role = "applicant" if who.kind == "public" else "client"
        held = posts_of(work, code, work.today) if who.kind == "client" else []
        own = held[0].organisation if held else ""
        place = organisation(work, own).division if own else ""
        kind: ActorKind = "public" if who.kind == "public" else "client"
        return Actor(code, who.name, "", own, place, frozenset({role}), kind, terminal)
    posts = posts_of(work, code, work.today)
    chosen = next((p for p in posts if p.code == post), posts[0] if posts and not post else None)
    if chosen is None:
        raise Forbidden("directory.post_not_held")
    return _acting(work, code, who.name, chosen, terminal)


def renewed(work: Work, actor: Actor) -> Actor | None:
    """Whoever has logged in, with the roles of today; nobody once the post is no longer held."""
    if actor.kind != "staff":
        return actor
    post = next((p for p in posts_of(work, actor.person, work.today) if p.code == actor.post), None)
    return _acting(work, actor.person, actor.name, post, actor.terminal) if post else None


def _acting(work: Work, code: str, name: str, post: Post, terminal: str) -> Actor:
    place = organisation(work, post.organisation).division
    return staff(work).acting(code, name, post, place, terminal, work.today)


def name_of(work: Work, code: str, on: date) -> str:
    """旧文旧名: what an organisation was called on a day."""
    return snapshot(work).name_of(code, on)


def rename(work: Work, naming: Naming) -> None:
    """更名: an organisation is called so from a day on; acts of before keep the name of their day.

    NotFound `directory.unknown_organisation`; Conflict `directory.naming_there`.
    """
    changing(work)
    work.add(store.NAMING, asdict(naming))
    work.save()


def add_person(work: Work, who: Person) -> None:
    """A new person; Conflict `directory.person_there` when the code is taken."""
    work.add(store.PERSON, asdict(who))


def appoint(
    work: Work, code: str, where: str, name: str, roles: Sequence[str], since: date, *, at_centre: bool = False
) -> str:
    """任职: put a person into a new post of an organisation; the post's code.

    Forbidden `directory.role_not_here` (R22, R30), `directory.roles_apart` (SOD14); Invalid `directory.unknown_role`;
    Conflict `directory.unknown_person`.
    """
    permit_roles(organisation(work, where).kind, roles)
    changing(work, store.STAFF)
    post = Post(
        code=f"{where}#{store.posts_in(work, where) + 1}",
        organisation=where,
        name=name,
        roles=tuple(roles),
        at_centre=at_centre,
    )
    work.add(store.POST, asdict(post))
    work.save()
    hold(work, code, post.code, since)
    return post.code


def hold(work: Work, code: str, post: str, since: date) -> None:
    """接任: a person holds a post from a day on, beside whoever holds it or after them.

    NotFound `directory.unknown_post`; Forbidden `directory.roles_apart` (SOD14); Conflict `directory.post_held`.
    """
    roles = store.roles_of_post(work, post)
    if roles is None:
        raise NotFound("directory.unknown_post", post=post[:60])
    permit_person(store.roles_after(work, code, since), roles)
    if store.held_after(work, code, post, since):
        raise Conflict("directory.post_held", post=post)
    changing(work, store.STAFF)
    work.add(store.HOLDING, asdict(Holding(person=code, post=post, held_from=since)))
    work.save()


def end_holding(work: Work, code: str, post: str, on: date) -> None:
    """离任: from this day on the person no longer holds the post.

    NotFound `directory.post_not_held` when the person does not hold it on the day before.
    """
    held = store.holding(work, code, post, on - timedelta(days=1))
    if held is None:
        raise NotFound("directory.post_not_held", post=post[:60])
    changing(work, store.STAFF)
    work.change(
        store.HOLDING,
        {"person": code, "post": post, "held_from": held.held_from},
        {"held_to": on},
        {"held_to": held.held_to},
    )
    work.save()


def appoint_deputy(work: Work, principal: str, post: str, deputy: str, since: date, until: date, reason: str) -> Deputy:
    """指定代理: somebody of the same house stands in for a person in a post, up to the day `until`, not on it.

    NotFound `directory.unknown_post`; Forbidden `directory.roles_apart` (SOD14); and as `permit_deputy` refuses.
    民法典 162
    """
    changing(work, store.STAFF)
    known = staff(work)
    if post not in known.posts:
        raise NotFound("directory.unknown_post", post=post[:60])
    new = Deputy(
        id=work.new_id(),
        post=post,
        principal=principal,
        deputy=deputy,
        held_from=since,
        held_to=until,
        reason=reason,
        granted_by=work.actor.person,
        granted_at=work.now,
    )
    permit_deputy(known, new, work.actor, organisation(work, known.posts[post].organisation).kind, work.today)
    permit_person(store.roles_after(work, deputy, since), known.posts[post].roles)
    work.add(store.DEPUTY, asdict(new))
    _SHELF.written(work, store.STAFF)
    return new


def end_deputy(work: Work, old: Deputy) -> None:
    """终止代理: from today on nobody stands in; one that had not begun never does. 民法典 173

    Forbidden `directory.not_yours_to_lend`; Conflict `work.stale` when there is none or somebody has changed it.
    """
    changing(work, store.STAFF)
    known = staff(work)
    if old.post not in known.posts:
        raise NotFound("directory.unknown_post", post=old.post[:60])
    permit_end(old, work.actor, known.current(old.post, work.today).organisation)
    work.change(
        store.DEPUTY,
        {"id": old.id},
        {"held_to": max(old.held_from, min(work.today, old.held_to)), "ended_by": work.actor.person},
        {"held_to": old.held_to},
    )
    _SHELF.written(work, store.STAFF)


def deputies_of(work: Work, organisation: str) -> list[Deputy]:
    """代理名单: all that ever stood in for posts of an organisation, by the day they began."""
    known = staff(work)
    return [d for d in known.deputies if known.current(d.post, work.today).organisation == organisation]


def exempt(work: Work, post: str, since: date, until: date, reason: str) -> Exemption:
    """集中办公例外: a post may work joint items away from the centre, up to the day `until`, not on it. R26

    NotFound `directory.unknown_post`; and as `permit_exemption` refuses.
    """
    changing(work, store.STAFF)
    found = staff(work).posts.get(post)
    if found is None:
        raise NotFound("directory.unknown_post", post=post[:60])
    new = Exemption(
        id=work.new_id(),
        post=post,
        held_from=since,
        held_to=until,
        reason=reason,
        granted_by=work.actor.person,
        granted_at=work.now,
    )
    permit_exemption(new, work.actor, found.organisation, work.today)
    work.add(store.EXEMPTION, asdict(new))
    _SHELF.written(work, store.STAFF)
    return new


def at_centre(work: Work, post: str) -> bool:
    """集中办公: whether a post sits in the service centre today, or has leave not to. R26"""
    return staff(work).at_centre(post, work.today)


def works(work: Work, person: str, desk: str, role: str) -> bool:
    """Whether a person may act in a role at a desk today, in the own right or as a deputy."""
    return staff(work).works(person, desk, role, work.today)


def grant_power(work: Work, power: Power) -> None:
    """放权: from a day on, an item is decided at this level in this area. R21

    Conflict `directory.power_there` when another power holds in the very same area on one of these days: end it first.
    """
    changing(work)
    power = replace(power, area=prefix(power.area))
    if there := overlapping(store.powers_of(work, power.item), power):
        raise Conflict("directory.power_there", item=power.item, area=power.area, since=there.held_from)
    work.add(store.POWER, asdict(power))
    work.save()


def end_power(work: Work, power: Power, on: date) -> None:
    """收回: the power ends on this day; open cases keep their authority. R21

    Invalid `period.ends_before_start`; Conflict `work.stale` when there is no such power.
    """
    changing(work)
    Period(power.held_from, on)
    work.change(
        store.POWER,
        {"item": power.item, "area": prefix(power.area), "held_from": power.held_from},
        {"held_to": on},
    )
    work.save()


def plan_of(work: Work, wanted: Reorganisation) -> Plan:
    """改革推演: what a reorganisation would write, with every hindrance. K4"""
    return plan(snapshot(work), staff(work), wanted, work.today)


def suppose(work: Work, made: Plan) -> None:
    """For the rest of this act the directory is as after the plan; for a rehearsal, which writes nothing."""
    places, posts = after_plan(snapshot(work), staff(work), made)
    _SHELF.suppose(work, store.PLACES, places)
    _SHELF.suppose(work, store.STAFF, posts)


def forget(work: Work) -> None:
    """What was supposed is no longer: the directory is again as it is."""
    work.held.pop(store.PLACES, None)
    work.held.pop(store.STAFF, None)


def enter(work: Work, wanted: Reorganisation) -> None:
    """登记方案: a decision waits for its day. Conflict `directory.entered_already`. K4"""
    work.add(
        store.REORGANISATION,
        {
            "document": wanted.document,
            "day": wanted.day,
            "plan": wanted,
            "state": "entered",
            "entered_by": work.actor.person,
            "entered_at": work.now,
        },
    )


def decision(work: Work, document: str, state: str) -> Reorganisation | None:
    """改革方案: a decision that is entered, withdrawn or done, locked; none when it is not in this state. K4"""
    found = store.reorganisation(work, document)
    return msgspec.convert(found[0], Reorganisation) if found and found[1] == state else None


def withdraw(work: Work, document: str) -> None:
    """撤回方案: before its day it can be taken back, and then never happens. NotFound `directory.not_entered`."""
    if decision(work, document, "entered") is None:
        raise NotFound("directory.not_entered", document=document)
    work.change(store.REORGANISATION, {"document": document}, {"state": "withdrawn", "settled_at": work.now})


def reorganise(work: Work, wanted: Reorganisation) -> Plan:
    """机构改革: everything a plan writes into the directory, in this act; open cases are casework's to move. K4

    The decision must have been entered. Conflict `directory.hindered` with the first hindrance.
    """
    changing(work)
    changing(work, store.STAFF)
    made = plan_of(work, wanted)
    if made.hindrances:
        raise Conflict("directory.hindered", hindrance=made.hindrances[0].code, about=made.hindrances[0].about)
    store.write_plan(work, made, snapshot(work))
    work.change(store.REORGANISATION, {"document": wanted.document}, {"state": "done", "settled_at": work.now})
    _SHELF.written(work, store.PLACES)
    _SHELF.written(work, store.STAFF)
    return made


def credit_code(of: Organisation) -> str:
    """A synthetic unified social credit code for an organisation of the demo: 11, its division, DEM in the body."""
    number = crc32(of.code.encode())
    body = "DEM" + "".join(CREDIT_ALPHABET[number // 31**place % 31] for place in range(5))
    first17 = f"11{of.division[:6]}{body}{organisation_check(body)}"
    return first17 + credit_check(first17)
