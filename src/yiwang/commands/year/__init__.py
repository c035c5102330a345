"""一年 — the year: the real rules and services in simulated time, with everything that can go wrong in an office."""
