"""基础测试 — random examples without a stop-watch: a busy machine is not a failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("ground", deadline=None)
settings.load_profile("ground")
