"""The laboratory: fictional populations and the trials of the matcher."""
