"""The outside as code: what a submission and a steward's decision look like, read from bytes, and described.

`submission.py` and `decisions.py` are the pydantic models, `reading.py` turns bytes into a command, or into
what is wrong; `schemas/` writes the published descriptions and has an example of every message.
"""
