"""结果 — how a rule says no: a code, the facts and the clause it rests on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping


class Refused(Exception):
    """不予办理 — what a person may not do.

    `code` reads `place.reason` (`case.not_yours`); its words for people live with the desks, never here.
    `facts` are the values those words need. `clause` names the article relied on (`行政许可法 32`) or is empty.
    """

    code: str
    facts: dict[str, object]
    clause: str

    def __init__(self, code: str, /, *, clause: str = "", **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.clause = clause
        self.facts = facts

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return self.code + (f" ({facts})" if facts else "") + (f" [{self.clause}]" if self.clause else "")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._arguments())})"

    def _arguments(self) -> list[str]:
        clause = [f"clause={self.clause!r}"] if self.clause else []
        return [repr(self.code), *clause, *(f"{name}={value!r}" for name, value in self.facts.items())]


class NotFound(Refused):
    """不存在 — there is no such thing, or none that this actor may know of."""


class Forbidden(Refused):
    """无权 — the thing exists and the actor may know it, but may not do this to it."""


class Conflict(Refused):
    """冲突 — somebody was faster, or the state of the thing no longer allows the act."""


@dataclasses.dataclass(frozen=True, slots=True)
class FieldError:
    """字段错误 — one thing wrong with one field; `field` is its path in the form (`subject.identifier`)."""

    field: str
    code: str
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)


class Invalid(Refused):
    """填写有误 — what was filled in cannot stand; `errors` lists everything wrong at once (一次性告知)."""

    errors: tuple[FieldError, ...]

    def __init__(self, code: str, /, *, errors: Iterable[FieldError] = (), clause: str = "", **facts: object) -> None:
        super().__init__(code, clause=clause, **facts)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        errors = "; ".join(f"{error.field}: {error.code}" for error in self.errors)
        return super().__str__() + (f" — {errors}" if errors else "")

    def _arguments(self) -> list[str]:
        return [*super()._arguments(), *([f"errors={self.errors!r}"] if self.errors else [])]
