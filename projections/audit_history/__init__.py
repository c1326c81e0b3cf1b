"""The audit history: every event of the register, as it stands in the log, personal fields still sealed."""
