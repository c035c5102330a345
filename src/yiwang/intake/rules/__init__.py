"""统一受理规则 — pure rules of intake."""
