"""监督评价 — ratings, cards, figures."""
