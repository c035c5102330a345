"""执法的话 — what enforcement hears and says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDuties:
    """建立监管责任: for every organisation that granted. 规定 33; 谁审批谁监管"""

    home: int
    id: UUID
    number: str
    item: str
    division: str
    supervisor: str  # a line, or empty: whoever granted
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesCreated:
    """监管责任已建立."""

    home: int
    id: UUID
    organisations: tuple[str, ...]
