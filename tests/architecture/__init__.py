"""Rules for the whole tree: which way imports point, what lies where, and what the documents have to name."""
