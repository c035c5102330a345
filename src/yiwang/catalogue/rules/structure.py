"""流程图结构 — whether a flow chart can be executed as drawn, and what each department signs of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from yiwang.catalogue.messages import (
    ClockEffect,
    Edge,
    Flow,
    Item,
    JoinRule,
    Signature,
    Signing,
    Step,
    StepKind,
)
from yiwang.ground.chain import canonical

CENTRE = "XZFW"
SYSTEM_LINE = ""


def _targets(flow: Flow) -> dict[str, list[str]]:
    after: dict[str, list[str]] = {s.id: [] for s in flow.steps}
    for edge in flow.edges:
        after.setdefault(edge.source, []).append(edge.target)
    return after


def reach(after: Mapping[str, Sequence[str]], starts: Iterable[str]) -> set[str]:
    """可达: all that can be come to from these along `after`, they themselves among it."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        step = waiting.pop()
        if step not in seen:
            seen.add(step)
            waiting += after.get(step, [])
    return seen


def problems(flow: Flow, questions: frozenset[str]) -> tuple[str, ...]:
    """结构问题: codes of what is wrong with a flow; empty when it can be executed as drawn.

    One start, which accepts; every step reachable and able to reach an end; edges between known steps; forks and joins
    in pairs; conditions on questions of the item; a stop of the clock only with a ground; out of every step a way that
    holds in every situation; no branch that ends before its join; no circle without work in it.
    """
    ids = [s.id for s in flow.steps]
    found: list[str] = []
    if len(set(ids)) != len(ids):
        found.append("flow.step_twice")
    unknown = {x for e in flow.edges for x in (e.source, e.target)} - set(ids)
    if unknown:
        return (*found, "flow.edge_unknown")
    starts = [i for i in ids if i not in {e.target for e in flow.edges}]
    by_id = {s.id: s for s in flow.steps}
    if len(starts) != 1 or by_id[starts[0]].kind is not StepKind.ACCEPT:
        return (*found, "flow.start")
    after = _targets(flow)
    before: dict[str, list[str]] = {}
    for edge in flow.edges:
        before.setdefault(edge.target, []).append(edge.source)
    if reach(after, starts) != set(ids):
        found.append("flow.unreachable")
    if reach(before, [i for i in ids if not after[i]]) != set(ids):
        found.append("flow.no_end")
    found += _pairs(flow)
    if any(
        e.when and not e.when.question.startswith("outcome:") and e.when.question not in questions for e in flow.edges
    ):
        found.append("flow.condition_unknown")
    if any(s.clock is ClockEffect.STOPS and s.ground is None for s in flow.steps):
        found.append("flow.stop_without_ground")
    if not found:
        found += _ways(flow, by_id, after)
    found += dict.fromkeys(code for s in flow.steps for code in _of_step(s))
    return tuple(found)


def _of_step(step: Step) -> Iterator[str]:
    """What a step of its kind must say of itself."""
    if step.kind is StepKind.WAIT and step.limit is None:
        yield "flow.wait_without_limit"
    if step.kind is StepKind.SUBCASE and not step.item:
        yield "flow.part_without_item"
    if step.kind is StepKind.JOIN and step.rule is JoinRule.SOME and step.need < 1:
        yield "flow.join_without_number"
    if step.signing is Signing.VOTES and not 1 <= step.votes <= step.persons:
        yield "flow.votes_without_number"


def _ways(flow: Flow, steps: Mapping[str, Step], after: Mapping[str, list[str]]) -> Iterator[str]:
    """Whether a case always finds a way on: out of every step, out of every branch, out of every circle."""
    for step in flow.steps:
        out = [e for e in flow.edges if e.source == step.id]
        if step.kind is not StepKind.FORK and out and all(e.when is not None for e in out):
            yield "flow.no_default"
            break
    for join in flow.steps:
        if join.kind is StepKind.JOIN:
            between = reach({s: t for s, t in after.items() if s != join.id}, after[join.opens])
            if any(not after[s] for s in between - {join.id}):
                yield "flow.end_in_branch"
                break
    empty = {s: t for s, t in after.items() if steps[s].kind in (StepKind.FORK, StepKind.JOIN)}
    if any(s in reach(empty, empty[s]) for s in empty):
        yield "flow.empty_circle"


def _pairs(flow: Flow) -> list[str]:
    forks = [s.id for s in flow.steps if s.kind is StepKind.FORK]
    opened = [s.opens for s in flow.steps if s.kind is StepKind.JOIN]
    if sorted(forks) != sorted(opened):
        return ["flow.fork_without_join"]
    return []


def participants(flow: Flow) -> tuple[str, ...]:
    """参与部门: the lines that must sign, in the order of the chart; the centre and the system do not."""
    lines = [flow.lead.line, *(s.who.line for s in flow.steps if s.who is not None)]
    return tuple(dict.fromkeys(line for line in lines if line not in (CENTRE, SYSTEM_LINE, "*")))


def signing_lines(item: Item) -> tuple[str, ...]:
    """须签字的部门: the deciding line and every other line in the flow (R51)."""
    return tuple(dict.fromkeys((item.line, *participants(item.flow))))


def _of_line(step: Step, line: str, deciding: str) -> bool:
    return step.who is not None and (step.who.line == line or (step.who.line == "*" and line == deciding))


def _plain_step(step: Step) -> dict[str, object]:
    return {
        "id": step.id,
        "name": step.name,
        "kind": step.kind,
        "who": [step.who.line, step.who.at, step.who.role] if step.who else None,
        "limit": str(step.limit) if step.limit else None,
        "clock": step.clock,
        "ground": step.ground.name if step.ground else None,
        "optional": step.optional,
        "silence": step.silence,
        "opens": step.opens,
        "rule": step.rule,
        "need": step.need,
        "signing": step.signing,
        "persons": step.persons,
        "votes": step.votes,
        "item": step.item,
        "experts": step.experts,
        "visits": step.visits,
        "reads": step.reads,
        "gives": step.gives,
    }


def _plain_edge(edge: Edge) -> dict[str, object]:
    when = [edge.when.question, edge.when.values] if edge.when else None
    return {"source": edge.source, "target": edge.target, "when": when}


def view(item: Item, line: str) -> str:
    """本部门视图: the canonical text of what a department signs: its own steps whole, the edges at them, the item's
    limits, and the steps next to its own by name. A change elsewhere leaves it, and so its signature, untouched (R51).
    """
    flow = item.flow
    own = {s.id for s in flow.steps if _of_line(s, line, item.line)}
    edges = [e for e in flow.edges if e.source in own or e.target in own]
    beside = {x for e in edges for x in (e.source, e.target)} - own
    return canonical(
        {
            "item": item.code,
            "kind": flow.kind,
            "promised": str(item.promised) if item.promised else None,
            "legal": str(item.legal) if item.legal else None,
            "steps": [_plain_step(s) for s in flow.steps if s.id in own],
            "beside": [[s.id, s.name] for s in flow.steps if s.id in beside],
            "edges": [_plain_edge(e) for e in edges],
        }
    )


def view_digest(item: Item, line: str) -> str:
    """签字摘要: SHA-256 of a department's view, 64 hex digits."""
    return sha256(view(item, line).encode()).hexdigest()


def unsigned(item: Item, signatures: Iterable[Signature]) -> tuple[str, ...]:
    """未签字的部门: the lines whose signature on today's view of the chart is missing."""
    signed = {(s.line, s.view) for s in signatures}
    return tuple(line for line in signing_lines(item) if (line, view_digest(item, line)) not in signed)
