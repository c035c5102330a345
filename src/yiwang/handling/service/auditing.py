"""审批核对 — decisions against the flow, documents against the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from yiwang.casework.messages.case import Case
from yiwang.casework.service import holding
from yiwang.catalogue.messages import StepKind
from yiwang.ground.audit import Difference, Key, Stretch
from yiwang.handling import store
from yiwang.handling.rules import draw
from yiwang.handling.service import documents
from yiwang.handling.store import Draw
from yiwang.plumbing import journal
from yiwang.plumbing.work import Work


def differences(work: Work, stretch: Stretch, held: Mapping[Key, Case]) -> Iterator[Difference]:
    """差异: decisions that the flow knows nothing of or that are not on file."""
    decided = store.decided(work, stretch)
    for key in sorted(decided.keys() | held.keys()):
        case, on_file = held.get(key), decided.get(key, {})
        expected = _decisions(work, case) if case is not None else {}
        if on_file != expected:
            yield Difference("decision.not_as_in_flow", *key, {"stored": on_file, "expected": expected})
    yield from _documents(work, stretch)
    yield from _draws(work, stretch)


def _documents(work: Work, stretch: Stretch) -> Iterator[Difference]:
    """Documents that the journal knows otherwise or not at all, or that are not as they were signed."""
    kept = store.documents_between(work, stretch)
    written = journal.stretch(work, stretch, "document.issued")
    for key in sorted(kept.keys() | written.keys()):
        there = sorted(d.digest for d in kept.get(key, ()))
        said = sorted(e.facts["digest"] for e in written.get(key, ()))
        if there != said:
            yield Difference("document.not_as_in_journal", *key, {"stored": there, "expected": said})
        for document in kept.get(key, ()):
            if not documents.genuine(work, document):
                yield Difference("document.not_as_signed", *key, {"document": document.id})


def _draws(work: Work, stretch: Stretch) -> Iterator[Difference]:
    """Draws that do not come out so when they are drawn again from what the journal says."""
    kept = store.draws_between(work, stretch)
    written = journal.stretch(work, stretch, "experts.drawn")
    for key in sorted(kept.keys() | written.keys()):
        there = {(d.step, d.round): d for d in kept.get(key, ())}
        said = {(e.facts["step"], e.facts["round"]): e.facts for e in written.get(key, ())}
        for which in sorted(there.keys() | said.keys()):
            if which not in there or which not in said or not _same(there[which], said[which]):
                yield Difference("draw.not_as_in_journal", *key, {"step": which[0], "round": which[1]})


def _same(kept: Draw, said: Mapping[str, Any]) -> bool:
    chosen = dict(said["chosen"])
    out = said["excluded"]
    again = draw.again(kept.library, out, said["head"], said["fresh"], len(chosen), said["kept"])
    return (
        draw.library_digest(kept.library) == said["library"]
        and kept.excluded == out
        and again == chosen
        and kept.members.keys() == chosen.keys() | set(said["kept"])
    )


def _decisions(work: Work, case: Case) -> dict[str, str]:
    done = [d for d in case.progress.done if d.outcome in ("grant", "refuse")]
    return {d.step: d.outcome for d in done if holding.step_of(work, case, d.step).kind is StepKind.DECIDE}
