"""审批用语 — what an organisation's officers say again and again, by kind of step; written once, put in by a key."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from yiwang.catalogue.messages import StepKind
from yiwang.directory import service as directory
from yiwang.ground.outcome import Conflict, FieldError, Forbidden, Invalid
from yiwang.handling import store
from yiwang.handling.messages import Phrase
from yiwang.handling.store import PHRASE
from yiwang.plumbing.work import Work

OUTCOMES = {
    StepKind.REVIEW: ("pass", "fail"),
    StepKind.CONSULT: ("agree", "conditional", "disagree", "no_competence"),
    StepKind.DECIDE: ("grant", "refuse"),
    StepKind.SPECIAL: ("pass", "fail"),
}
"""Which outcomes a phrase may be meant for, by kind of step; a phrase without one fits all."""
WRITERS = frozenset({"head", "reviewer"})
MOST = 90
TITLE_LIMIT, WORDS_LIMIT = 20, 1000


def of_desk(work: Work, desk: str) -> list[Phrase]:
    """An organisation's phrases, and those of whoever it has taken over, as they were written. One query."""
    return [Phrase(*row[1:]) for row in store.phrases(work, _desks(work, desk))]


def _desks(work: Work, desk: str) -> list[str]:
    return sorted(directory.forerunners(work, desk))


def write(work: Work, kind: str, outcome: str, title: str, words: str) -> None:
    """写用语: a new phrase for the officers of the actor's organisation, by its head or a reviewer.

    Forbidden `handling.phrase_writers`; Invalid `handling.form`; Conflict `handling.too_many_phrases`.
    """
    _permit(work)
    meant = OUTCOMES.get(StepKind(kind)) if kind in {k.value for k in OUTCOMES} else None
    errors = [FieldError("kind", "field.choice")] if meant is None else []
    errors += [FieldError("outcome", "field.choice")] if meant is not None and outcome not in ("", *meant) else []
    for name, text, limit in (("title", title, TITLE_LIMIT), ("words", words, WORDS_LIMIT)):
        if not text.strip():
            errors.append(FieldError(name, "field.required"))
        elif len(text) > limit:
            errors.append(FieldError(name, "field.too_long", {"limit": limit}))
    if errors:
        raise Invalid("handling.form", errors=tuple(errors))
    there = store.phrases(work, _desks(work, work.actor.organisation))
    if len(there) >= MOST:
        raise Conflict("handling.too_many_phrases", most=MOST)
    _add(work, work.actor.organisation, len(there), kind, outcome, title.strip(), words.strip())


def begin(work: Work, desks: Sequence[str], given: Sequence[tuple[str, str, str, str]]) -> int:
    """初始用语: kind, outcome, title and words for those of the desks that have none yet; how many were written."""
    bare = [desk for desk in desks if not store.phrases(work, [desk])]
    for desk in bare:
        for place, (kind, outcome, title, words) in enumerate(given):
            _add(work, desk, place, kind, outcome, title, words)
    return len(bare) * len(given)


def _add(work: Work, desk: str, place: int, kind: str, outcome: str, title: str, words: str) -> None:
    row = {"step_kind": kind, "outcome": outcome, "title": title, "words": words}
    written = {"written_by": work.actor.person, "written_at": work.now}
    work.add(PHRASE, {"desk": desk, "id": work.new_id(), "place": place, **row, **written})


def drop(work: Work, phrase: UUID) -> None:
    """删用语. Conflict `handling.phrase_gone` when it is not there any more."""
    _permit(work)
    own = work.actor.organisation
    desk = next((row[0] for row in store.phrases(work, _desks(work, own)) if row[1] == phrase), own)
    work.remove(PHRASE, {"desk": desk, "id": phrase})


def _permit(work: Work) -> None:
    if not work.actor.roles & WRITERS:
        raise Forbidden("handling.phrase_writers")
