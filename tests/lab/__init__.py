"""The laboratory: simulated populations and their feeds, and the trials of the matcher."""
