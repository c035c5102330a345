"""机构人员 — divisions, organisations, posts, people, powers."""
