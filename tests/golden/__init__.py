"""One stored example of each event of each version that ever was: it must be readable for ever.

A file holds the bytes of an event as the store keeps them (`state`), its stream's data key wrapped with the tests'
key-encryption key, and the `fields` that come of it. When an event or a new version of one joins the catalogue, give it
an example in `services/submission_contract/schemas/event_examples.py` and run `python -m tests.golden.write`: it writes
what is missing and never touches a file that is there. A golden file is never edited, and never deleted.

`codes.txt` has every outcome and reason code that a receipt can carry, which only grows.
"""
