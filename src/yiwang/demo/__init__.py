"""演示 — demo people, posts, powers and accounts; synthetic, all of it."""
