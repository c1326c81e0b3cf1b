"""The calls of the API, over HTTP."""
