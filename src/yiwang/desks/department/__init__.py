"""部门座位 — the officer's desk."""
