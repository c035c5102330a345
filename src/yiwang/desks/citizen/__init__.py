"""申请人座位 — the applicant's desk."""
