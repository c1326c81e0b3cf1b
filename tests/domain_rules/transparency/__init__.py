"""Trees, proofs and signed notes, against their definitions."""
