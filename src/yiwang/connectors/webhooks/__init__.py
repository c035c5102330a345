"""回调地址 — the addresses at which departments' systems hear of their cases."""
