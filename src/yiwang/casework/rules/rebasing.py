"""换版 — whether a running case fits a new version of its chart, and what would be different for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yiwang.casework.messages.flow import Facts, Progress, Token
from yiwang.casework.rules.chart import Compiled
from yiwang.casework.rules.flow import refold
from yiwang.catalogue.messages import Step, StepKind
from yiwang.ground.outcome import Refused

CENTRE = "XZFW"
NOBODY = ("", CENTRE)
"""Lines whose steps no department has signed: the system's, the centre's."""

_COMPARED = ("name", "kind", "limit", "clock", "ground", "optional", "silence", "signing", "persons", "votes", "item")


@dataclass(frozen=True, slots=True)
class Changes:
    """差异: what a case would find different in the version it moves to: steps ahead of it that are new or gone, and
    what changes in those that stay, by step and field.
    """

    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)


def moved(old: Compiled, new: Compiled, state: Progress, facts: Facts) -> Progress:
    """换版之后: the state of a case in the new chart; what was finished must lead to the very same place there.

    Refused `rebase.ended`, `rebase.history_differs` (a step that was done is gone, or a new one would be passed over),
    `rebase.other_duty` (another desk would hold what is open), `rebase.signed_step_gone`: a step ahead that another
    department has signed would vanish (R51).
    """
    if state.ended or not state.open:
        raise Refused("rebase.ended")
    try:
        again = refold(new, state.done, facts, state.open[0].since)
    except Refused as refusal:
        raise Refused("rebase.history_differs", clause="种子 二(二)") from refusal
    if not _same_place(again.open, state.open) or set(again.branching) != set(state.branching):
        raise Refused("rebase.history_differs", clause="种子 二(二)")
    for token in state.open:
        if _duty(old.steps[token.step]) != _duty(new.steps[token.step]):
            raise Refused("rebase.other_duty", step=new.steps[token.step].name)
    for step in sorted(ahead(old, state, facts) - ahead(new, state, facts)):
        if (who := old.steps[step].who) is not None and who.line not in NOBODY:
            raise Refused("rebase.signed_step_gone", clause="种子 二(二)", step=old.steps[step].name)
    return Progress(open=state.open, branching=again.branching, done=state.done, suspended=state.suspended)


def _same_place(a: tuple[Token, ...], b: tuple[Token, ...]) -> bool:
    return sorted((t.step, t.round) for t in a) == sorted((t.step, t.round) for t in b)


def _duty(step: Step) -> tuple[object, ...]:
    return (step.kind, step.who, step.clock, step.ground)


def changes(old: Compiled, new: Compiled, state: Progress, facts: Facts) -> Changes:
    """差异: of the steps the case is at or has ahead of it."""
    before, after = ahead(old, state, facts), ahead(new, state, facts)
    stays = sorted((before & after) | {t.step for t in state.open if t.step in new.steps})
    return Changes(
        added=tuple(sorted(after - before)),
        gone=tuple(sorted(before - after)),
        changed={s: found for s in stays if (found := _changed(old.steps[s], new.steps[s]))},
    )


def _changed(old: Step, new: Step) -> dict[str, tuple[str, str]]:
    pairs = {name: (str(getattr(old, name)), str(getattr(new, name))) for name in _COMPARED}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def ahead(flow: Compiled, state: Progress, facts: Facts) -> frozenset[str]:
    """还要经过的环节: the worked steps this case can still come to, as far as its answers say."""
    seen: set[str] = set()
    waiting = [t.step for t in state.open if t.step in flow.steps]
    while waiting:
        for way in flow.ways[waiting.pop()]:
            if way.target not in seen and (way.always or way.step or way.answered(facts)):
                seen.add(way.target)
                waiting.append(way.target)
    nobody = (StepKind.FORK, StepKind.JOIN)
    return frozenset(s for s in seen if flow.steps[s].kind not in nobody)
