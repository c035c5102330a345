"""监督座位 — the supervisor's and the evaluator's desk."""
