"""工作人员 — what everybody in an office has, whatever the desk: who stands in while one is away."""
