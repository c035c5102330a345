"""数据共享的门 — the door of sharing: one function a use case."""
