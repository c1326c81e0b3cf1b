"""Transparency logs: what proves to an outsider that a log was only ever appended to.

`merkle.py` has the tree and its proofs (RFC 6962), `entries.py` what a leaf says, `tiles.py` how a tree is stored and
served, `appending.py` how it grows, `notes.py` the texts
that are signed and handed out, and `policy.py` whom to believe about them.
"""
