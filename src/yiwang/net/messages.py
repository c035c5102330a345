"""网上的话 — commands that need a look at the case before a system can obey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from yiwang.catalogue.messages import StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishAutomatic:
    """自动环节已毕: finish the open automatic step of this kind."""

    home: int
    id: UUID
    step_kind: StepKind
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPart:
    """开子件: the case of another item, as this step of a case asks."""

    home: int
    id: UUID
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishPart:
    """子件办完: tell the case this one is a part of."""

    home: int
    id: UUID
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseParts:
    """整件结束: with this word, and so do its parts."""

    home: int
    id: UUID
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchWait:
    """等期满: somebody watches for the end of a step that only time ends."""

    home: int
    id: UUID
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """留痕: write an act into the thread of a case, if the case is open already."""

    home: int
    id: UUID
    act: str
    facts: Mapping[str, object] = field(default_factory=dict)
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervise:
    """建立监管: for what this case has granted."""

    home: int
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRating:
    """请评价: of this case."""

    home: int
    id: UUID
    visits: int
