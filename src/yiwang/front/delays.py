"""归责条 — a case's life as one bar: whose days they were, by number in the picture and by name in the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from yiwang.casework.messages.case import Case
from yiwang.casework.service import delays, holding
from yiwang.casework.service.delays import Charge, Holder, Keeper
from yiwang.directory import service as directory
from yiwang.directory.messages import Organisation
from yiwang.front.look.deadline import GROUNDS
from yiwang.front.look.naming import name_of
from yiwang.front.look.parts import LifeBar, Part
from yiwang.ground.outcome import Refused
from yiwang.plumbing.i18n import SOURCE, known, mark, translator
from yiwang.plumbing.journal import Entry
from yiwang.plumbing.work import Work

KEEPERS: dict[Keeper, str] = {
    Keeper.POST: mark("部门"),
    Keeper.APPLICANT: mark("申请人补正"),
    Keeper.STATUTE: mark("法定停钟"),
    Keeper.HALL: mark("大厅"),
    Keeper.NET: mark("系统自动环节"),
}

STOPPED = mark("停钟：%(why)s")
WAITED = mark("法定等待")


@dataclass(frozen=True, slots=True)
class _Names:
    """What stands for codes, in the language asked for."""

    places: dict[str, Organisation]
    posts: dict[str, str]
    people: dict[str, str]
    steps: dict[str, str]
    language: str
    say: Callable[[str], str]

    def who(self, holder: Holder) -> str:
        """The holder as its row of the table begins."""
        kind = self.say(KEEPERS[holder.keeper])
        if holder.keeper is Keeper.STATUTE and holder.ground is not None:
            return self.say(STOPPED).replace("%(why)s", self.say(GROUNDS[holder.ground]))
        if holder.keeper is Keeper.STATUTE:
            return self.say(WAITED)
        if holder.desk in self.places:
            return name_of(self.places[holder.desk], self.language)
        return kind

    def detail(self, holder: Holder) -> str:
        """Step, post and person, or the notice, as far as there are any."""
        step = self.steps.get(holder.step, "")
        words = [step, self.posts.get(holder.post, ""), self.people.get(holder.person, holder.person), holder.notice]
        return " · ".join(word for word in words if word)


def bar(work: Work, case: Case, entries: Iterable[Entry] | None = None, *, people: bool = True) -> LifeBar | None:
    """归责条 of a case from its journal; without posts and people for whoever is not to know them. None when the
    journal cannot be replayed: then nothing is known, and `yiwang reconcile` says why.
    """
    try:
        found = delays.charges(work, case, entries)
    except (Refused, KeyError, ValueError):
        return None
    found = found if people else delays.by_organisation(found)
    names = _names(work, case, found)
    total = sum(c.days for c in found)
    parts, before = [], 0
    for n, charge in enumerate(found, start=1):
        parts.append(_part(n, charge, names, 100 * before / total, 100 * charge.days / total))
        before += charge.days
    return LifeBar(
        parts=tuple(parts),
        days=total,
        workdays=sum(c.workdays for c in found),
        overdue=sum(c.overdue for c in found),
        provisional=any(c.provisional for c in found),
    )


def _names(work: Work, case: Case, found: Iterable[Charge]) -> _Names:
    holders = [c.holder for c in found]
    return _Names(
        places=dict(directory.snapshot(work).organisations),
        posts=directory.post_names(work, [h.post for h in holders if h.post]),
        people=directory.names_of(work, [h.person for h in holders if h.person]),
        steps={s.id: name_of(s, work.language) for s in holding.published_of(work, case).item.flow.steps},
        language=work.language,
        say=translator(known(work.language) or SOURCE).gettext,
    )


def _part(n: int, charge: Charge, names: _Names, start: float, width: float) -> Part:
    return Part(
        number=n,
        keeper=charge.holder.keeper,
        who=names.who(charge.holder),
        detail=names.detail(charge.holder),
        since=charge.since,
        until=charge.until,
        days=charge.days,
        workdays=charge.workdays,
        overdue=charge.overdue,
        late=charge.late,
        provisional=charge.provisional,
        start=round(start, 3),
        width=round(width, 3),
    )
