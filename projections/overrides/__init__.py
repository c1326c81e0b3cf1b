"""Overrides of shields, and the investigations that each of them opens until somebody closes it."""
