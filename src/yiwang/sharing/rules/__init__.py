"""数据共享规则 — pure rules of data sharing."""
