"""Receipts: the outcome of each message that an agency sent."""
