"""机构人员规则 — pure rules of the directory."""
