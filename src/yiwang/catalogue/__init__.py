"""事项库 — the catalogue: items, materials, data items, sources, flow charts and their signatures."""
