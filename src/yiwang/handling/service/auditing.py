"""审批核对 — decisions against the flow, consultations against their timers, documents against the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yiwang.casework.messages import Case
from yiwang.casework.service import holding
from yiwang.catalogue.messages import Silence, StepKind
from yiwang.ground.audit import Difference, Key, Stretch
from yiwang.handling import store
from yiwang.handling.service import documents
from yiwang.handling.service.consulting import SILENCE
from yiwang.plumbing import journal, outbox
from yiwang.plumbing.work import Work


def differences(work: Work, stretch: Stretch, held: Mapping[Key, Case]) -> Iterator[Difference]:
    """差异: decisions that the flow knows nothing of or that are not on file; consultations nobody watches."""
    decided = store.decided(work, stretch)
    timers = outbox.waiting(work, SILENCE, stretch)
    for key in sorted(decided.keys() | held.keys()):
        case, on_file = held.get(key), decided.get(key, {})
        expected = _decisions(work, case) if case is not None else {}
        if on_file != expected:
            yield Difference("decision.not_as_in_flow", *key, {"stored": on_file, "expected": expected})
        for task in case.tasks.values() if case is not None else ():
            step = holding.step_of(work, case, task.step) if case is not None else None
            watched = step is not None and step.silence is Silence.DEEMED and task.due is not None
            if watched and (key[0], str(task.id)) not in timers:
                yield Difference("timer.missing", *key, {"kind": SILENCE, "step": task.step})
    yield from _documents(work, stretch)


def _documents(work: Work, stretch: Stretch) -> Iterator[Difference]:
    """Documents that the journal knows otherwise or not at all, or that are not as they were signed."""
    kept = store.documents_between(work, stretch)
    written = journal.stretch(work, stretch, "document.issued")
    for key in sorted(kept.keys() | written.keys()):
        there = [d.digest for d in kept.get(key, ())]
        said = [e.facts["digest"] for e in written.get(key, ())]
        if there != said:
            yield Difference("document.not_as_in_journal", *key, {"stored": there, "expected": said})
        for document in kept.get(key, ()):
            if not documents.genuine(work, document):
                yield Difference("document.not_as_signed", *key, {"document": document.id})


def _decisions(work: Work, case: Case) -> dict[str, str]:
    done = [d for d in case.progress.done if d.outcome in ("grant", "refuse")]
    return {d.step: d.outcome for d in done if holding.step_of(work, case, d.step).kind is StepKind.DECIDE}
