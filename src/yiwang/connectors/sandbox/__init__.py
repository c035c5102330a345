"""部门沙箱 — departments that really answer over HTTP, with synthetic people and firms."""
