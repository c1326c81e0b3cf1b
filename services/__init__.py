"""Processes and people: the registrar, the query API, the command line and the stack that runs them."""
