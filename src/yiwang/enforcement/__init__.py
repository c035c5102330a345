"""部门办事系统·执法 — enforcement: supervision duties, later powers, draws, inspections, penalties."""
