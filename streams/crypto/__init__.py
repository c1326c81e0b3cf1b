"""Personal fields sealed under a key of their stream: `sealing.py` seals and opens, `keys.py` has the key ring."""
