"""Overrides of shields, and the investigation that each of them opens, until somebody closes it."""
