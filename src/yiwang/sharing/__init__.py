"""数据共享系统 — resources, requests, records, e-licences, access log."""
