"""The published descriptions of what goes in and comes out, written from the code by `make schemas`.

`examples.py` has one valid example of every message, for the documents, the tests and whoever writes a client;
`messages.py` has what comes out, `json_schema.py` and `asyncapi.py` write `docs/schemas/` and `docs/asyncapi.yaml`,
and `reference.py` the pages of `docs/reference/`, with what `reason_codes.yaml` says of each code.
"""
