"""技术底座 — databases, transactions, queues, sessions, pages: not one word about government."""
