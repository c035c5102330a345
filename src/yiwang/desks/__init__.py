"""座位 — one folder a seat: pages, forms, templates."""
