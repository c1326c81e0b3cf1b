"""Proofs for outsiders, and the check that the store, Kafka, the trees and the views agree.

`stored.py` reads checkpoints and tiles, and requests new ones; `handed_out.py` makes what auditors are given of them;
`comparison.py` reads Kafka and the store side by side, `differences.py` finds what was done where they, or what was
signed, differ, and `verification.py` puts it together with the views. `verify.py` is for auditors: it imports nothing
of ours.
"""
