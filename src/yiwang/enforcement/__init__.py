"""部门办事系统·执法 — enforcement: supervision duties; later powers, registers, draws, inspections, penalties, credit."""
