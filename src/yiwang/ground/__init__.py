"""基础 — pure rules that need nothing but the standard library."""
