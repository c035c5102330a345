"""部门办事系统·审批 — departments' handling: review, consultation, special procedure, decision."""
