"""归责时间 — every elapsed day of a case has exactly one holder: a post, the applicant, the law, the hall, the net.

A day belongs to whoever held the case when it began: a step opened on a day has that day not counted (民法典 201), and
the day on which it ends is still its own. So the days of a step lie in (opened, closed], they meet without gap or
overlap along the chain from the first step to the last, and their sum is the elapsed time.

- **Branches side by side**: the day belongs to the critical one. The chain is walked back from the end: a step was
  opened by the act that closed the one before it, so the wait at a join is charged to whoever finished last. While
  several are open nobody is last yet: the chain begins at the one due first (ties: the order of the chart), and what
  the other chains do not share is provisional.
- **Inside a step**: unclaimed, the desk's responsible post; claimed or transferred, the post of whoever holds it (R52).
  委派: the delegate has the case in hand and is charged; the delegator, who stays answerable for having lent it, is
  charged again from the day it comes back. 退回: whoever has the step again is charged again.
- **A stop** with ground and notice is nobody's day, whichever branch it stands in, for the whole clock stands
  (行政许可法 45); neither is a wait that the signed chart prescribes. **A correction** asked for is the applicant's
  until it is received.
- **机构改革**: the days before belong to the organisation of then, those after to its heir.
- **Tolerated** (容缺): while something tolerated is still to come, a step that decides waits for the applicant; every
  other step goes on as always, and its days stay with whoever works it.
- **The hall** holds what waits for acceptance and what waits at the one exit. At the counter too: only the hall can
  end that wait (it tells the applicant, it offers courier and e-licence), and those days lie after the limit was met.
- **A part of the case** (子件) is in the hands of whoever its own thread says, day by day; what no part tells is the
  net's, and so are the other automatic steps: data on their way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

from yiwang.casework.messages.case import Timing
from yiwang.casework.messages.flow import Ended, Facts, StepClosed, StepOpened
from yiwang.casework.rules import timing, tolerating
from yiwang.casework.rules.flow import DONE, Compiled
from yiwang.casework.rules.replay import Act, Replayed, follow
from yiwang.catalogue.messages import At, Item, Step, StepKind
from yiwang.ground.clock import Ground
from yiwang.ground.workdays import Calendar

SYSTEM = "system"
"""The role of a step that no post works."""


class Keeper(StrEnum):
    """持有方: what kind of holder a day belongs to."""

    POST = "post"  # 部门岗位
    APPLICANT = "applicant"  # 申请人补正、容缺补交
    STATUTE = "statute"  # 法定停钟、法定等待
    HALL = "hall"  # 政务大厅
    NET = "net"  # 系统自动环节


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """持有人: whose days. `step` is where it was; `desk`, `post` and `person` as far as somebody in office holds it;
    `ground` and `notice` (its number) of a statutory stop.
    """

    keeper: Keeper
    step: str = ""
    desk: str = ""
    post: str = ""
    person: str = ""
    ground: Ground | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """归责时段: from the first to the last day charged, both included, with all days, the working days among them, and
    of these those past the promise, past the legal limit and past the step's own due date. `provisional` while
    parallel branches are still open: another of them may yet be the last.
    """

    holder: Holder
    since: date
    until: date
    days: int
    workdays: int
    overdue: int = 0
    beyond_law: int = 0
    late: int = 0
    provisional: bool = False


Within = Mapping[str, Sequence[Charge]]
"""子件归责: by the step of a whole, whose days those of its part were."""

Answering = Callable[[Step, date], tuple[str, str]]
"""谁负责: the desk of a step on a day, and the post that answers for what that desk does in the step's role."""


@dataclass(slots=True)
class Hand:
    """经手: from this moment this person has the step; nobody by name when `person` is empty."""

    at: datetime
    day: date
    person: str
    post: str


@dataclass(slots=True)
class Heir:
    """承继: from this day the step is at another desk, where this post answers for it (机构改革)."""

    day: date
    desk: str
    post: str


@dataclass(slots=True)
class Stay:
    """停留: one opening of a step until its closing; `cause` is the stay whose closing opened it, by its place."""

    step: str
    since: datetime
    day: date
    cause: int | None
    due: date | None = None
    until: datetime | None = None
    until_day: date | None = None
    hands: list[Hand] = field(default_factory=list)
    heirs: list[Heir] = field(default_factory=list)


@dataclass(slots=True)
class Life:
    """一生: what the acts say of a case: its stays, its corrections, its stops, its end."""

    case: Replayed
    stays: list[Stay] = field(default_factory=list)
    corrections: list[tuple[date, date | None]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    last: list[int] = field(default_factory=list)  # the stays that the ending act closed
    first: date | None = None
    ended: date | None = None


def life(flow: Compiled, item: Item, facts: Facts, acts: Iterable[Act], calendar: Calendar) -> Life:
    """一生: read off the acts, first to last. Refused and Conflict where the flow could not have gone so."""
    case = Replayed(Timing(promised=item.promised, legal=item.legal))
    lived, last = Life(case), date.min
    for act, effects in follow(case, flow, facts, acts):
        if lived.first is None:
            lived.first = act.day
        closed: list[int] = []  # the first of them is what the act finished
        for effect in effects:
            if isinstance(effect, StepClosed):
                closed.append(_close(lived, effect.step, act))
            elif isinstance(effect, StepOpened):
                lived.stays.append(Stay(effect.step, act.at, act.day, closed[0] if closed else None))
            elif isinstance(effect, Ended):
                lived.ended, lived.last = act.day, closed
        _beside(lived, act)
        _hands(lived, act)
        last = act.day
    for stay in lived.stays:
        until = stay.until_day or last
        stops = [s for s in case.timing.stops if s.start <= until]
        step = flow.step(stay.step)
        stay.due = timing.step_due(step, tolerating.since(step, stay.day, case.timing), calendar, stops, until)
    return lived


def _close(lived: Life, step: str, act: Act) -> int:
    index = next(i for i in reversed(range(len(lived.stays))) if lived.stays[i].step == step)
    lived.stays[index].until, lived.stays[index].until_day = act.at, act.day
    return index


def _beside(lived: Life, act: Act) -> None:
    match act.act:
        case "correction.asked":
            lived.corrections.append((act.day, None))
        case "clock.stopped":
            lived.notices.append(str(act.facts.get("notice", "")))
    waits = bool(lived.corrections) and lived.corrections[-1][1] is None
    if waits and (act.act == "correction.received" or lived.ended is not None):
        lived.corrections[-1] = (lived.corrections[-1][0], act.day)


def _hands(lived: Life, act: Act) -> None:
    """Whoever has an open step in hand after this act, written down where it is another than before; its due date."""
    for stay in lived.stays:
        if stay.until is not None:
            continue
        task = lived.case.tasks.get(stay.step)
        stay.due, person = (task.due, task.holder) if task else (None, "")
        if act.act == "case.moved" and (gone := act.facts["tasks"].get(stay.step)):
            stay.heirs.append(Heir(act.day, gone["to"], gone["post"]))
            stay.hands.append(Hand(act.at, act.day, person, gone["post"]))
        elif person != (stay.hands[-1].person if stay.hands else ""):
            post = act.post if person == act.person else str(act.facts.get("to_post", ""))
            stay.hands.append(Hand(act.at, act.day, person, post))


# ── the chain ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Link:
    """链节: the days after `since` up to `until` belong to this stay."""

    stay: int
    since: date
    until: date
    provisional: bool = False


def chain(lived: Life, flow: Compiled, last: date) -> list[Link]:
    """关键链: from the first step to the last day, one stay after another without gap or overlap."""
    if lived.ended is not None:
        ended = lived.last if lived.case.progress.ended != DONE else lived.last[:1]
        return _back(lived, flow, _due_first(lived, flow, ended), last)
    waiting = [i for i, stay in enumerate(lived.stays) if stay.until is None]
    if not waiting:
        return []
    links = _back(lived, flow, _due_first(lived, flow, waiting), last)
    others = [{(k.stay, k.since, k.until) for k in _back(lived, flow, i, last)} for i in waiting]
    shared = set.intersection(*others)
    return [Link(k.stay, k.since, k.until, (k.stay, k.since, k.until) not in shared) for k in links]


def _due_first(lived: Life, flow: Compiled, among: Iterable[int]) -> int:
    order = {step.id: n for n, step in enumerate(flow.flow.steps)}
    return min(among, key=lambda i: (lived.stays[i].due or date.max, order[lived.stays[i].step], i))


def _back(lived: Life, flow: Compiled, index: int, last: date) -> list[Link]:
    links: list[Link] = []
    until, at = last, index
    while True:
        stay = lived.stays[at]
        links.append(Link(at, stay.day, until))
        until, cause = stay.day, stay.cause
        if cause is None:
            # Opened although nothing closed (a finished step taken back): before that the case was with the others.
            others = [i for i in range(at) if _spans(lived.stays[i], stay.since)]
            if not others:
                return links[::-1]
            cause = _due_first(lived, flow, others)
        at = cause


def _spans(stay: Stay, moment: datetime) -> bool:
    return stay.since <= moment and (stay.until is None or stay.until >= moment)


# ── whose days ──────────────────────────────────────────────────────────────────────────────────────


def charges(
    lived: Life,
    flow: Compiled,
    today: date,
    calendar: Calendar,
    answering: Answering,
    within: Within = MappingProxyType({}),
) -> tuple[Charge, ...]:
    """归责: all days after the first up to the end, or up to today, each with its one holder, in order of time.

    `within` says of a whole whose days those of its parts were; the holder of such a day keeps the step of the whole.
    The sum of `days` is the elapsed time; the sum of `overdue` is what the case is overdue (timing.dues).
    """
    if lived.first is None:
        return ()
    last = lived.ended or max(today, lived.first)
    links = chain(lived, flow, last)
    limits = _Limits.of(lived, last, calendar)
    found: list[Charge] = []
    for since, until in pairwise(_cuts(lived, links, last, within)):
        link = next(k for k in reversed(links) if k.since <= since and until <= k.until)
        stay = lived.stays[link.stay]
        holder = _holder(lived, stay, flow.steps[stay.step], since, until, answering, within)
        charge = limits.charge(holder, since, until, stay.due, link.provisional)
        if found and found[-1].holder == holder and found[-1].provisional == link.provisional:
            charge = _joined(found.pop(), charge)
        found.append(charge)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Mean:
    """平均: of the days one holder had in these cases; `overdue` is the sum of its overdue working days."""

    cases: int = 0
    days: float = 0.0
    workdays: float = 0.0
    overdue: int = 0


def means(lives: Iterable[tuple[str, Iterable[Charge]]]) -> dict[tuple[str, Keeper, str], Mean]:
    """平均用时: by item, kind of holder and desk, over cases given as their item and charges; a case in which a holder
    had no day is none of its cases.
    """
    sums: dict[tuple[str, Keeper, str], list[int]] = {}
    for item, found in lives:
        had: set[tuple[str, Keeper, str]] = set()
        for charge in found:
            key = (item, charge.holder.keeper, charge.holder.desk)
            total = sums.setdefault(key, [0, 0, 0, 0])
            for n, more in enumerate((key not in had, charge.days, charge.workdays, charge.overdue)):
                total[n] += more
            had.add(key)
    return {key: Mean(n, days / n, worked / n, late) for key, (n, days, worked, late) in sums.items()}


def by_organisation(found: Iterable[Charge]) -> tuple[Charge, ...]:
    """按单位: the same days without posts and people, as the applicant may see them."""
    merged: list[Charge] = []
    for charge in found:
        bare = replace(charge, holder=replace(charge.holder, post="", person=""))
        if merged and (merged[-1].holder, merged[-1].provisional) == (bare.holder, bare.provisional):
            bare = _joined(merged.pop(), bare)
        merged.append(bare)
    return tuple(merged)


def _joined(one: Charge, two: Charge) -> Charge:
    return replace(
        one,
        until=two.until,
        days=one.days + two.days,
        workdays=one.workdays + two.workdays,
        overdue=one.overdue + two.overdue,
        beyond_law=one.beyond_law + two.beyond_law,
        late=one.late + two.late,
    )


def _cuts(lived: Life, links: list[Link], last: date, within: Within) -> list[date]:
    """Every day on which the holder may change, the first and the last among them."""
    assert lived.first is not None
    cuts = {lived.first, last}
    for link in links:
        stay = lived.stays[link.stay]
        cuts |= {link.since, link.until} | _turns(stay) | {c.until for c in within.get(stay.step, ())}
    for since, until in _waits(lived):
        cuts |= {since, until or last}
    return sorted(day for day in cuts if lived.first <= day <= last)


def _turns(stay: Stay) -> set[date]:
    return {h.day for h in stay.hands} | {h.day for h in stay.heirs}


def _waits(lived: Life) -> Iterator[tuple[date, date | None]]:
    yield from lived.corrections
    yield from _tolerated(lived)
    yield from ((s.since, s.end) for s in lived.case.timing.stops)


def _tolerated(lived: Life) -> Iterator[tuple[date, date | None]]:
    """While something tolerated was to come; nobody waited for it where the case was refused without it."""
    tolerance = lived.case.timing.tolerance
    if tolerance is not None and not (tolerance.lacking and lived.case.decided_at):
        yield tolerance.since, tolerance.ended_on


def _holder(
    lived: Life, stay: Stay, step: Step, since: date, until: date, answering: Answering, within: Within
) -> Holder:
    for n, stop in enumerate(lived.case.timing.stops):
        if stop.since <= since and (stop.end is None or until <= stop.end):
            return Holder(keeper=Keeper.STATUTE, ground=stop.ground, notice=(lived.notices[n : n + 1] or [""])[0])
    if any(asked <= since and (got is None or until <= got) for asked, got in lived.corrections):
        return Holder(keeper=Keeper.APPLICANT, step=step.id)
    if step.kind is StepKind.DECIDE and any(
        since >= asked and (got is None or until <= got) for asked, got in _tolerated(lived)
    ):
        return Holder(keeper=Keeper.APPLICANT, step=step.id)
    if step.kind is StepKind.WAIT:
        return Holder(keeper=Keeper.STATUTE, step=step.id)
    if part := next((c for c in within.get(step.id, ()) if c.since <= until <= c.until), None):
        return replace(part.holder, step=step.id)
    if step.who is None or step.who.role == SYSTEM:
        return Holder(keeper=Keeper.NET, step=step.id)
    heir = next((h for h in reversed(stay.heirs) if h.day <= since), None)
    desk, post = (heir.desk, heir.post) if heir else answering(step, stay.day)
    if desk == SYSTEM:
        return Holder(keeper=Keeper.NET, step=step.id)
    hand = next((h for h in reversed(stay.hands) if h.day <= since), None)
    if hand is not None and hand.person:
        post = hand.post or post
    in_hall = step.kind in (StepKind.ACCEPT, StepKind.DELIVER) or step.who.at is At.RECEIVING
    return Holder(
        keeper=Keeper.HALL if in_hall else Keeper.POST,
        step=step.id,
        desk=desk,
        post=post,
        person=hand.person if hand else "",
    )


@dataclass(frozen=True, slots=True)
class _Limits:
    """The last days before which nothing is overdue, and the last day that can be."""

    promised: date | None
    legal: date | None
    met: date
    calendar: Calendar

    @staticmethod
    def of(lived: Life, last: date, calendar: Calendar) -> _Limits:
        dues = timing.dues(lived.case.timing, calendar, last)
        return _Limits(dues.promised, dues.legal, lived.case.timing.met_on or last, calendar)

    def charge(self, holder: Holder, since: date, until: date, due: date | None, provisional: bool) -> Charge:
        return Charge(
            holder=holder,
            since=since + timedelta(days=1),
            until=until,
            days=(until - since).days,
            workdays=self.calendar.count(since, until),
            overdue=self._past(self.promised, since, min(until, self.met)),
            beyond_law=self._past(self.legal, since, min(until, self.met)),
            late=0 if holder.keeper in (Keeper.STATUTE, Keeper.APPLICANT) else self._past(due, since, until),
            provisional=provisional,
        )

    def _past(self, due: date | None, since: date, until: date) -> int:
        return 0 if due is None else max(0, self.calendar.count(max(due, since), until))
