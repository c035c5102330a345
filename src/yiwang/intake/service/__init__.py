"""统一受理的门 — the door of intake: one function a use case."""
