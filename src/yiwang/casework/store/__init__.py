"""办件库 — casework's SQL: the case row with its flow's state, hands, and the inboxes of the desks."""
