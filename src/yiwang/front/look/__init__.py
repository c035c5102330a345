"""面貌 — what all seats look like: templates, styles, icons and how a page is rendered."""
