"""监督评价规则 — pure rules of oversight."""
