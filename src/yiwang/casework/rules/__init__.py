"""办件规则 — pure rules of the case."""
