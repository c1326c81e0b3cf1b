"""The calls of the API: each module holds those on one thing."""
