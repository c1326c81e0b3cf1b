"""Personal fields sealed under a key of their stream: `sealing.py` seals and opens, `keys.py` has the key ring.

What was published is proven to our readers by `publication_key.py`, and to outsiders by `note_key.py`.
"""
