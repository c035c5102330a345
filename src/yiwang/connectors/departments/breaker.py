"""熔断 — a line that fails again and again is left alone for a while, so that it slows nobody else."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

TRIP = 5
"""So many failures in a row open the breaker."""

REST = 10.0
"""Seconds for which a line is then left alone, before one question tries it again."""


@dataclass(slots=True)
class Breaker:
    """熔断器 of one line; safe to use from many threads. Times are seconds of a clock that never goes back."""

    trip: int = TRIP
    rest: float = REST
    _failures: int = 0
    _until: float | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    def admit(self, now: float) -> bool:
        """Whether a question may be asked now. After each rest one is let through to try; the others rest on."""
        with self._lock:
            if self._until is None:
                return True
            if now < self._until:
                return False
            self._until = now + self.rest
            return True

    def settle(self, now: float, *, answered: bool) -> None:
        """What came of a question: any answer closes the breaker; one failure too many opens it for a rest."""
        with self._lock:
            if answered:
                self._failures, self._until = 0, None
                return
            self._failures += 1
            if self._failures >= self.trip:
                self._until = now + self.rest
