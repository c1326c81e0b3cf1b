"""Receipts: what became of each message that an agency sent."""
