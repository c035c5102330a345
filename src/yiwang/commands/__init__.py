"""命令 — the bodies of the command line."""
