"""一张网 — the only tie between systems: pure functions from an event to commands."""
