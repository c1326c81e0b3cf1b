"""The contract as code: submissions and stewards' decisions as models, read from bytes, and published as schemas.

`submission.py` and `decisions.py` are the pydantic models, `reading.py` turns bytes into a command, or into
what is wrong, `dry_run.py` the rows of a dry run; `schemas/` writes the published descriptions and has an example of
every message.
"""
