"""运行 — `python -m yiwang`."""

from __future__ import annotations

from yiwang.cli import main

if __name__ == "__main__":
    main()
