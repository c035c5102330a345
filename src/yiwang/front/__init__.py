"""门面 — what desks and gateway share: who may do what, and the words for refusals."""
