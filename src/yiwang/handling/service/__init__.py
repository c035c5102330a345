"""审批的门 — the door of handling: review, consultation, special procedure, decision, document."""
