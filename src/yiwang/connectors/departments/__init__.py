"""部门系统 — the client through which departments are asked."""
