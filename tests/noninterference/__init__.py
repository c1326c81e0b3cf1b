"""Shielded children and their twins: nothing hidden shows in any answer to whoever has no right to it."""
