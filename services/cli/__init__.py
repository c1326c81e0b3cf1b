"""The command `contactpoint`: `main.py` has the list of verbs; each verb is one module, loaded when it is called.

A verb's module has `describe(parser)`, which declares its arguments, and `run(args) -> int`, which gives the exit
status.
"""
