"""连接 — one folder per kind of outside system we call."""
