"""人手 — who is there: posts filled by the load they carry, absences, departments that decide in batches, systems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from random import Random

from yiwang.commands.year.lives import Person
from yiwang.commands.year.mix import Temper, skewed

WORKING_MINUTES = 420.0
BUSY = 0.8
"""Which part of the day's minutes the expected load takes."""
FEWEST = 2
ROLES = ("clerk", "handler", "consultee", "reviewer", "decider", "issuer")
"""The order in which a file goes through the hands of an office within one day."""
BATCH_WEEKDAYS = (1, 4)
Seat = tuple[str, str]  # desk, role


def size(load: float) -> int:
    """编制: how many people carry this many minutes a day."""
    return max(FEWEST, ceil(load / (WORKING_MINUTES * BUSY)))


@dataclass(slots=True)
class Staff:
    """在岗: everybody by seat; `away` maps a person to the first working day back."""

    seats: Mapping[Seat, list[Person]]
    away: dict[str, int] = field(default_factory=dict)
    order: list[Seat] = field(default_factory=list)
    standing_in: dict[Seat, list[tuple[Person, int]]] = field(default_factory=dict)  # deputies, and until which day

    def __post_init__(self) -> None:
        self.arrange()

    def arrange(self) -> None:
        """The order in which seats are worked."""
        self.order = sorted(self.seats, key=lambda seat: (ROLES.index(seat[1]), seat[0]))

    def morning(self, rng: Random, temper: Temper, day: int) -> list[tuple[Person, int]]:
        """Who is away from today, and the first day back."""
        gone = []
        for seat in self.order:
            for person in self.seats[seat]:
                if self.away.get(person.code, 0) <= day and rng.random() < temper.absent:
                    back = self.away[person.code] = day + 1 + int(skewed(rng, 4))
                    gone.append((person, back))
        return gone

    def there(self, seat: Seat, day: int) -> list[Person]:
        """Who of a seat is at work, deputies last."""
        own = [person for person in self.seats[seat] if self.away.get(person.code, 0) <= day]
        deputies = [who for who, back in self.standing_in.get(seat, ()) if day < back]
        return own + [who for who in deputies if self.away.get(who.code, 0) <= day]

    def others(self, person: Person, day: int) -> list[Person]:
        """Colleagues of the same house in other roles who are at work."""
        seats = [seat for seat in self.order if seat[0] == person.desk and seat[1] != person.role]
        return [other for seat in seats for other in self.seats[seat] if self.away.get(other.code, 0) <= day]

    def stand_in(self, principal: Person, deputy: Person, back: int) -> None:
        """代理: until the principal is back."""
        seat = (principal.desk, principal.role)
        now = [one for one in self.standing_in.get(seat, ()) if one[0].behalf != principal.code]
        self.standing_in[seat] = [*now, (Person(deputy.code, *seat, principal.code), back)]


@dataclass(slots=True)
class Lines:
    """部门: which systems are down or slow today, and who decides in batches only."""

    names: list[str]
    down: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    batching: set[str] = field(default_factory=set)
    pace: dict[str, float] = field(default_factory=dict)  # 1 is usual, 2 takes twice as long

    @classmethod
    def of(cls, rng: Random, temper: Temper, names: Iterable[str]) -> Lines:
        """The lines with their habits."""
        found = sorted(set(names))
        batching = {name for name in found if rng.random() < temper.batches}
        return cls(found, batching=batching, pace={name: skewed(rng, 1.1, 0.35) for name in found})

    def morning(self, rng: Random, temper: Temper) -> None:
        """Systems fail and come back."""
        for name in self.names:
            if name in self.down:
                if rng.random() < temper.system_up:
                    self.down.discard(name)
            elif rng.random() < temper.system_down:
                self.down.add(name)
        self.slow = {name for name in self.names if rng.random() < temper.system_slow}

    def decides(self, line: str, on: date) -> bool:
        """Whether a department decides on a day."""
        return line not in self.batching or on.weekday() in BATCH_WEEKDAYS
