"""Transparency logs: proofs for outsiders that a log was only ever appended to.

`merkle.py` has the tree and its proofs (RFC 6962), `entries.py` its leaves, `tiles.py` how a tree is stored and served,
`appending.py` how it grows, `notes.py` the texts that are signed and handed out, and `policy.py` the keys to trust.
"""
