"""Proofs for outsiders, and the check that everything tells one story.

`stored.py` reads checkpoints and tiles, and asks for new ones; `handed_out.py` makes what auditors are given of them;
`walk.py` reads Kafka and the store side by side, `differences.py` says what was done where they, or what was signed,
differ, and `verification.py` puts it together with the views. `verify.py` is for auditors: it imports nothing of ours.
"""
