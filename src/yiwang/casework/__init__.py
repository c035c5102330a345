"""办件 — the case: its flow, tasks, clocks and journal; the one engine under permits, penalties, tickets and events."""
