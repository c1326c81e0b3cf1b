"""Chronologies and reports: what holds for a child on a day, and who is on which list."""
