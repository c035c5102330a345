"""审批规则 — pure rules of handling."""
