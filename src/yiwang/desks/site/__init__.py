"""公共页面 — pages open to everybody: finding an item, logging in, checking a licence."""
