"""办件的门 — the door of casework: one function a use case."""
