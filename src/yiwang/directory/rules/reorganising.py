"""机构改革 — from a decision to all that it moves in the directory, and what stands in its way; nothing is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from yiwang.directory.messages import (
    Heir,
    Hindrance,
    Holding,
    Organisation,
    Plan,
    Post,
    Power,
    Reorganisation,
    Restructuring,
    Succession,
    Transfer,
)
from yiwang.directory.rules.posts import CENTRE, permit_roles
from yiwang.directory.rules.resolution import LEVELS, Directory, covers, overlapping, prefix
from yiwang.directory.rules.staffing import Staffing, order, staffing
from yiwang.ground.outcome import Refused


@dataclass(frozen=True, slots=True)
class _Scene:
    """The directory on the eve, and what is wanted of it."""

    directory: Directory
    staff: Staffing
    wanted: Reorganisation

    @property
    def ending(self) -> dict[str, Restructuring]:
        return {r.organisation: r for r in self.wanted.restructured if r.ends}

    def organisation(self, code: str) -> Organisation | None:
        """One that stands on the day, founded then or before, and does not end with it."""
        found = {o.code: o for o in self.wanted.founded}.get(code) or self.directory.organisations.get(code)
        if found is None or code in self.ending:
            return None
        return found if covers(found.valid_from, found.valid_to, self.wanted.day) else None


def plan(directory: Directory, staff: Staffing, wanted: Reorganisation, today: date) -> Plan:
    """方案推演: the rows a reorganisation writes on its day, with every hindrance; pure, so that it can be tried first.

    Each post goes to exactly one heir or stays; each holding goes on in the post's successor: none lost, none doubled.
    """
    scene = _Scene(directory, staff, wanted)
    hindrances = [
        *_of_the_day(wanted, today),
        *_of_founded(scene),
        *_of_renamed(scene),
        *(h for r in wanted.restructured for h in _of_restructuring(scene, r)),
        *(h for t in wanted.transfers for h in _of_transfer(scene, t)),
    ]
    posts = _posts(scene)
    return Plan(
        wanted=wanted,
        hindrances=tuple(dict.fromkeys(hindrances)),
        successions=tuple(_successions(wanted)),
        posts=tuple(posts),
        holdings=tuple(_holdings(scene, {old: new.code for old, new in posts})),
        powers=tuple(_powers(scene)),
    )


def suppose(directory: Directory, staff: Staffing, made: Plan) -> tuple[Directory, Staffing]:
    """推演后的目录: directory and posts as they are once the plan has been carried out."""
    wanted, organisations = made.wanted, dict(directory.organisations)
    for r in wanted.restructured:
        if r.ends and r.organisation in organisations:
            organisations[r.organisation] = ended(organisations[r.organisation], r, wanted.day)
    organisations |= {o.code: o for o in wanted.founded}
    successions = dict(directory.successions)
    for s in made.successions:
        successions[s.organisation] = (*successions.get(s.organisation, ()), s)
    powers = dict(directory.powers)
    for old, new in made.powers:
        held = [p for p in powers.get(new.item, ()) if p != old]
        if old.held_from < wanted.day:
            held.append(replace(old, held_to=wanted.day))
        powers[new.item] = (*held, new)
    namings = dict(directory.namings)
    for n in wanted.renamed:
        namings[n.organisation] = (*namings.get(n.organisation, ()), n)
    after = replace(directory, organisations=organisations, successions=successions, powers=powers, namings=namings)
    return after, _staff_after(staff, made)


def _staff_after(staff: Staffing, made: Plan) -> Staffing:
    posts = dict(staff.posts)
    for old, new in made.posts:
        posts[old] = replace(posts[old], closed_on=made.wanted.day, successor=new.code)
        posts[new.code] = new
    gone = {old for old, _ in made.holdings}
    holdings = [h for each in staff.holdings.values() for h in each if h not in gone]
    holdings += [replace(old, held_to=made.wanted.day) for old in gone if old.held_from < made.wanted.day]
    holdings += [new for _, new in made.holdings]
    return staffing(posts.values(), holdings, staff.deputies, staff.exemptions)


def ended(of: Organisation, by: Restructuring, day: date) -> Organisation:
    """撤销: an organisation that is no more from a day on, with the heir that got the rest."""
    rest = next((h.to for h in by.heirs if h.rest), "")
    return replace(of, valid_to=day, successor=rest)


# ── what moves ───────────────────────────────────────────────────────────────────────────────────────


def _successions(wanted: Reorganisation) -> Iterator[Succession]:
    for r in wanted.restructured:
        for heir in r.heirs:
            if heir.rest and not r.ends:
                continue
            for item in heir.items or ("",):
                for area in heir.areas or ("",):
                    yield Succession(
                        organisation=r.organisation,
                        since=wanted.day,
                        successor=heir.to,
                        item=item,
                        area=area and prefix(area),
                        document=wanted.document,
                    )


def _heirs_of_post(r: Restructuring, post: Post) -> list[Heir]:
    """By its code, else by a role, else with the rest where the organisation ends; several are a hindrance."""
    named = [h for h in r.heirs if post.code in h.posts]
    by_role = [h for h in r.heirs if set(post.roles) & set(h.roles)]
    rest = [h for h in r.heirs if h.rest and r.ends]
    return named or by_role or rest


def _posts(scene: _Scene) -> list[tuple[str, Post]]:
    made: list[tuple[str, Post]] = []
    numbers = Counter(p.organisation for p in scene.staff.posts.values())
    for r in scene.wanted.restructured:
        mine = [p for p in scene.staff.posts.values() if p.organisation == r.organisation and p.closed_on is None]
        for post in sorted(mine, key=lambda p: order(p.code)):
            for heir in _heirs_of_post(r, post)[:1]:
                numbers[heir.to] += 1
                made.append((post.code, replace(post, code=f"{heir.to}#{numbers[heir.to]}", organisation=heir.to)))
    return made


def _holdings(scene: _Scene, going: dict[str, str]) -> Iterator[tuple[Holding, Holding]]:
    day = scene.wanted.day
    for person in sorted(scene.staff.holdings):
        for held in scene.staff.holdings[person]:
            if held.post in going and (held.held_to is None or held.held_to > day):
                yield held, replace(held, post=going[held.post], held_from=max(day, held.held_from))


def _powers(scene: _Scene) -> Iterator[tuple[Power, Power]]:
    day = scene.wanted.day
    for t in scene.wanted.transfers:
        if old := _power(scene, t):
            new = Power(item=t.item, area=old.area, level=t.level, held_from=day, line=t.line, basis=t.basis)
            yield old, new


def _power(scene: _Scene, t: Transfer) -> Power | None:
    held = [p for p in scene.directory.powers.get(t.item, ()) if p.area == prefix(t.area)]
    return next((p for p in held if covers(p.held_from, p.held_to, scene.wanted.day)), None)


# ── what stands in the way ───────────────────────────────────────────────────────────────────────────


def _of_the_day(wanted: Reorganisation, today: date) -> Iterator[Hindrance]:
    if not wanted.document.strip():
        yield Hindrance(code="no_document", about=wanted.day.isoformat())
    if wanted.day < today:
        yield Hindrance(code="past", about=wanted.day.isoformat())


def _of_founded(scene: _Scene) -> Iterator[Hindrance]:
    for o in scene.wanted.founded:
        if o.code in scene.directory.organisations:
            yield Hindrance(code="there_already", about=o.code)
        if o.line not in scene.directory.lines or o.division not in scene.directory.divisions:
            yield Hindrance(code="no_such_line_or_division", about=o.code)


def _of_renamed(scene: _Scene) -> Iterator[Hindrance]:
    for n in scene.wanted.renamed:
        if scene.organisation(n.organisation) is None:
            yield Hindrance(code="not_standing", about=n.organisation)
        if any(x.since >= n.since for x in scene.directory.namings.get(n.organisation, ())):
            yield Hindrance(code="named_already", about=n.organisation)


def _of_restructuring(scene: _Scene, r: Restructuring) -> Iterator[Hindrance]:
    old = scene.directory.organisations.get(r.organisation)
    if old is None or not covers(old.valid_from, old.valid_to, scene.wanted.day):
        yield Hindrance(code="not_standing", about=r.organisation)
        return
    if old.kind in CENTRE and (not r.ends or any(h.items for h in r.heirs)):
        yield Hindrance(code="centre", about=r.organisation)
    given = {s.successor for each in scene.directory.successions.values() for s in each if s.since == scene.wanted.day}
    if r.organisation in given:
        yield Hindrance(code="heir_gives", about=r.organisation)
    if [x.organisation for x in scene.wanted.restructured].count(r.organisation) > 1:
        yield Hindrance(code="twice", about=r.organisation)
    rests = [h for h in r.heirs if h.rest]
    if r.ends and not rests:
        yield Hindrance(code="rest_without_heir", about=r.organisation)
    if len(rests) > 1 and r.ends:
        yield Hindrance(code="two_heirs", about=r.organisation)
    yield from _of_shares(scene, r)
    for heir in r.heirs:
        yield from _of_heir(scene, old, heir)
    for post in scene.staff.posts.values():
        if post.organisation == r.organisation and post.closed_on is None:
            yield from _of_post(scene, r, post)


def _of_shares(scene: _Scene, r: Restructuring) -> Iterator[Hindrance]:
    shares = Counter((s.item, s.area) for s in _successions(replace(scene.wanted, restructured=(r,))))
    for (item, area), number in shares.items():
        if number > 1 and (item or area):
            yield Hindrance(code="two_heirs", about=f"{r.organisation} {item} {area}".strip())
    for item, area in shares:
        place = area or scene.directory.organisations[r.organisation].division
        if (item or area) and scene.directory.heir(r.organisation, item, place, scene.wanted.day) != r.organisation:
            yield Hindrance(code="not_theirs", about=f"{r.organisation} {item} {area}".strip())


def _of_heir(scene: _Scene, old: Organisation, heir: Heir) -> Iterator[Hindrance]:
    new = scene.organisation(heir.to)
    if new is None or heir.to == old.code:
        yield Hindrance(code="heir_not_standing", about=heir.to)
    elif heir.to in {x.organisation for x in scene.wanted.restructured} | _giving(scene):
        yield Hindrance(code="heir_gives", about=heir.to)
    elif new.kind != old.kind:
        yield Hindrance(code="other_kind", about=heir.to)
    elif new.level != old.level:
        yield Hindrance(code="other_level", about=heir.to)


def _giving(scene: _Scene) -> set[str]:
    """Whoever gives something away on the same day by another decision: in which order would be anybody's guess."""
    known = [s for each in scene.directory.successions.values() for s in each if s.since == scene.wanted.day]
    return {s.organisation for s in known}


def _of_post(scene: _Scene, r: Restructuring, post: Post) -> Iterator[Hindrance]:
    heirs = {h.to for h in _heirs_of_post(r, post)}
    if len(heirs) > 1:
        yield Hindrance(code="post_with_two_heirs", about=post.code)
    for to in heirs:
        new = scene.organisation(to)
        try:
            permit_roles(new.kind if new else "", post.roles)
        except Refused:
            yield Hindrance(code="role_not_there", about=f"{post.code} {to}")


def _of_transfer(scene: _Scene, t: Transfer) -> Iterator[Hindrance]:
    about = f"{t.item} {t.area}"
    old = _power(scene, t)
    if t.level not in LEVELS:
        yield Hindrance(code="no_such_level", about=t.level)
    if old is None:
        yield Hindrance(code="no_such_power", about=about)
        return
    new = Power(item=t.item, area=old.area, level=t.level, held_from=scene.wanted.day)
    others = [p for p in scene.directory.powers[t.item] if p != old]
    if overlapping(others, new):
        yield Hindrance(code="power_there", about=about)
    if [(x.item, prefix(x.area)) for x in scene.wanted.transfers].count((t.item, old.area)) > 1:
        yield Hindrance(code="twice", about=about)
