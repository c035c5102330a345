"""接口 — JSON for department systems and outside clients: one interface per business."""
