"""窗口座位 — the clerk's and the issuer's desk."""
