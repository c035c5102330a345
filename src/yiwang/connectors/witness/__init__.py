"""见证 — witnesses of the sealed journal: a file somewhere else, or a process somewhere else."""
