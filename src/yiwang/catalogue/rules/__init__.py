"""事项库规则 — pure rules of the catalogue."""
