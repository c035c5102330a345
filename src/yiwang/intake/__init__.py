"""统一受理系统 — unified intake: application, window, notice, receipt, delivery, visit."""
